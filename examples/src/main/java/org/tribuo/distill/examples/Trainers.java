package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.Dataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.student.CosineHead;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.EarlyStopping;

/**
 * The trainers of an experiment.
 *
 * @param teacher who teaches
 * @param student who learns
 * @param training how
 * @param seed of everything random
 * @param reading what the student reads, where that is not what the teacher reads
 */
record Trainers(
    TeacherOptions teacher,
    StudentOptions student,
    TrainingOptions training,
    long seed,
    Optional<Reading> reading) {
  /**
   * How a student with a vocabulary of its own reads.
   *
   * @param tokenizer made of the teacher's
   * @param maxLength most tokens of a text, which hold for the teacher too
   */
  record Reading(Path tokenizer, int maxLength) {}

  /** The trainers of a student that reads what the teacher reads. */
  Trainers(TeacherOptions teacher, StudentOptions student, TrainingOptions training, long seed) {
    this(teacher, student, training, seed, Optional.empty());
  }

  /** The trainers of a student with a vocabulary of its own. */
  Trainers reading(Reading own) {
    return new Trainers(teacher, student, training, seed, Optional.of(own));
  }

  /** Fine-tunes the teacher on labels. */
  DistillationTrainer<Label> fineTuning() {
    return usual()
        .student(teacher.source())
        .epochs(teacher.epochs)
        .optimizer(training.optimizer(teacher.learningRate))
        .build();
  }

  /**
   * Checks all settings that can be checked before there is a fine-tuned teacher, so that an alpha
   * out of range is reported before minutes of training.
   *
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if one is out of its range
   * @throws org.tribuo.distill.graph.GraphException if the teacher is no Transformer
   * @throws IOException if its file cannot be read
   */
  void check() throws IOException {
    if (!teacher.isFinished()) {
      fineTuning();
    }
    student.check(teacher.file(), teacher.tokenizerFile(), teacher::withFreshHead);
    timed(distilling(teacher.source())).teacher(teacher.teaching(teacher.file())).build();
    if (training.controlEpochs > 0) {
      control();
    }
  }

  /**
   * Finds out before anything is trained whether teacher and student can read all texts.
   *
   * @param data names their files
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if not; it says which text
   * @throws IOException if a file cannot be read
   */
  void checkExamples(Texts texts, DataOptions data) throws IOException {
    if (!student.isCut() || student.isNarrowed() || student.isFactorized()) {
      checkExamplesOfStudent(texts, data);
    }
    checkExamplesOfTeacher("teacher", texts, data);
  }

  /**
   * Finds out before anything is trained whether the student can read all texts.
   *
   * @param data names their files
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if not; it says which text
   * @throws IOException if a file cannot be read
   */
  void checkExamplesOfStudent(Texts texts, DataOptions data) throws IOException {
    DistillationTrainer<Label> learner = usual().student(learner(teacher.source())).build();
    checkExamples("student", learner, texts, data);
  }

  /**
   * Finds out before anything is trained whether the teacher can read all texts.
   *
   * @param who for the message, such as {@code teacher}
   * @param data names their files
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if not; it says which text
   * @throws IOException if a file cannot be read
   */
  void checkExamplesOfTeacher(String who, Texts texts, DataOptions data) throws IOException {
    DistillationTrainer<Label> trainer =
        teacher.isFinished()
            ? usual()
                .student(learner(teacher.source()))
                .teacher(teacher.teaching(teacher.file()))
                .build()
            : fineTuning();
    checkExamples(who, trainer, texts, data);
  }

  private static void checkExamples(
      String who, DistillationTrainer<Label> trainer, Texts texts, DataOptions data) {
    Consumer<Dataset<Label>> check = trainer.exampleCheck();
    checkExamples(who, trainer, () -> check.accept(texts.training()), data.train);
    checkExamples(who, trainer, () -> check.accept(texts.test()), data.test);
  }

  private static void checkExamples(
      String who, DistillationTrainer<Label> trainer, Runnable check, @Nullable Path file) {
    try {
      check.run();
    } catch (GraphException e) {
      throw e; // about a model, not a text
    } catch (IllegalArgumentException e) {
      throw new PropertyException(
          e,
          who,
          "model",
          "%s cannot read the texts of %s, whose rows are examples from 0"
              .formatted(trainer, file));
    }
  }

  /**
   * Teaches the student.
   *
   * @param fineTuned the ONNX file of the fine-tuned teacher
   * @param store keeps what it says
   */
  DistillationTrainer<Label> distillation(Path fineTuned, Path store) throws IOException {
    return timed(teaching(fineTuned, store)).build();
  }

  /**
   * As {@link #distillation}, of a student whose tokens are yet to be found: its teacher reads its
   * own.
   *
   * @param maxLength most tokens of a text
   */
  DistillationTrainer<Label> distillationOfOtherTokens(Path fineTuned, Path store, int maxLength)
      throws IOException {
    return timed(teaching(fineTuned, store))
        .teacher(teacher.teaching(fineTuned).reading(teacher.tokenizerFile()))
        .batching(batching().maxLength(maxLength))
        .build();
  }

  /**
   * As {@link #distillation}, where losses and epochs are still to be stated.
   *
   * @param fineTuned the ONNX file of the fine-tuned teacher
   * @param store keeps what it says
   */
  DistillationTrainer.Builder<Label> teaching(Path fineTuned, Path store) throws IOException {
    return distilling(learner(OnnxStudent.of(fineTuned, teacher.fineTunedLabels())))
        .teacher(teacherOf(fineTuned))
        .softTargetStore(store);
  }

  /** A teacher keeps its tokenizer where the student has another. */
  private OnnxTeacher teacherOf(Path fineTuned) {
    OnnxTeacher teaching = teacher.teaching(fineTuned);
    return reading.isPresent() ? teaching.reading(teacher.tokenizerFile()) : teaching;
  }

  /**
   * Trains the same student on labels alone, without the teacher: what it is cut out of has not
   * been fine-tuned.
   */
  DistillationTrainer<Label> control() throws IOException {
    return onLabels(learner(teacher.source())).build();
  }

  /**
   * As {@link #control()}, but it starts where the distilled student starts.
   *
   * @param fineTuned the ONNX file of the fine-tuned teacher
   */
  DistillationTrainer<Label> control(Path fineTuned) throws IOException {
    return onLabels(learner(OnnxStudent.of(fineTuned))).build();
  }

  /** The teacher's encoder without any training: the nearest class mean is the label. */
  DistillationTrainer<Label> classMeans() {
    return DistillationTrainer.<Label>builder()
        .student(EncoderStudent.of(teacher.file(), teacher.pooling).withHead(new CosineHead()))
        .stages()
        .batching(batching())
        .device(training.device())
        .seed(seed)
        .build();
  }

  private StudentSource learner(StudentSource whole) throws IOException {
    return student.source(
        whole, teacher.tokenizerFile(), reading.map(Reading::tokenizer), teacher::withFreshHead);
  }

  private DistillationTrainer.Builder<Label> distilling(StudentSource learner) {
    return learning(learner)
        .objective(training.objective())
        .optimizer(training.optimizer(training.learningRate));
  }

  private DistillationTrainer.Builder<Label> timed(DistillationTrainer.Builder<Label> builder) {
    return builder.stages(training.stages());
  }

  private DistillationTrainer.Builder<Label> onLabels(StudentSource learner) {
    return learning(learner)
        .epochs(training.controlEpochs)
        .optimizer(training.optimizer(training.learningRate));
  }

  private DistillationTrainer.Builder<Label> learning(StudentSource learner) {
    TrainingGraphOptions graph = graph().quantizationAware(training.quantizationAware);
    return usual()
        .student(learner)
        .trainingGraph(student.frozen().map(graph::frozenWeights).orElse(graph));
  }

  private DistillationTrainer.Builder<Label> usual() {
    DistillationTrainer.Builder<Label> builder =
        DistillationTrainer.<Label>builder()
            .batching(batching())
            .trainingGraph(graph())
            .device(training.device())
            .seed(seed);
    return training.earlyStopping
        ? builder.earlyStopping(
            new EarlyStopping(TrainingOptions.HELD_OUT, TrainingOptions.PATIENCE))
        : builder;
  }

  private Batching batching() {
    Batching batching = new Batching().batchSize(training.batchSize);
    return reading.map(own -> batching.maxLength(own.maxLength())).orElse(batching);
  }

  private TrainingGraphOptions graph() {
    return new TrainingGraphOptions().dropout(training.dropout);
  }
}
