package org.tribuo.distill.examples;

import java.nio.file.Path;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationBuilder;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.OnnxTeacher;

/**
 * The three trainers of an experiment.
 *
 * @param teacher who teaches
 * @param student who learns
 * @param training how
 */
record Trainers(TeacherOptions teacher, StudentOptions student, TrainingOptions training) {
  /** Fine-tunes the teacher on labels. */
  DistillationTrainer<Label> fineTuning() {
    return usual()
        .student(teacher.source())
        .epochs(teacher.epochs)
        .learningRate(teacher.learningRate)
        .build();
  }

  /**
   * Teaches the student.
   *
   * @param taught the ONNX file of the fine-tuned teacher
   * @param store keeps what it says
   */
  DistillationTrainer<Label> distillation(Path taught, Path store) {
    return usual()
        .student(student.source(taught, teacher.pooling))
        .teacher(OnnxTeacher.of(taught))
        .softTargetStore(store)
        .alpha(training.alpha)
        .temperature(training.temperature)
        .epochs(training.epochs)
        .fineTuningEpochs(training.fineTuneEpochs)
        .learningRate(training.learningRate)
        .build();
  }

  /** Trains the same student on labels alone. */
  DistillationTrainer<Label> control(Path taught) {
    return usual()
        .student(student.source(taught, teacher.pooling))
        .epochs(training.controlEpochs)
        .learningRate(training.learningRate)
        .build();
  }

  private DistillationBuilder<Label> usual() {
    DistillationBuilder<Label> builder =
        DistillationTrainer.<Label>builder()
            .batchSize(training.batchSize)
            .weightDecay(training.weightDecay)
            .warmUp(training.warmUp)
            .maxGradientNorm(training.maxGradientNorm)
            .session(training.session())
            .seed(training.seed);
    return training.earlyStopping
        ? builder.earlyStopping(TrainingOptions.HELD_OUT, TrainingOptions.PATIENCE)
        : builder;
  }
}
