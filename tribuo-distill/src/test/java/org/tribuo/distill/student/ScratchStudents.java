package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/** What all untrained students of labels have in common. */
final class ScratchStudents {
  private ScratchStudents() {}

  /** A new student learns from examples, and one of its layers from them and from it. */
  static void learnAndTeach(StudentSource student, MutableDataset<Label> examples, Path teacher)
      throws IOException {
    try (DistilledModel<Label> trained = trainer(student).build().train(examples)) {
      assertThat(accuracy(trained, examples)).isGreaterThan(0.9);
      trained.exportOnnx(teacher);
    }
    try (DistilledModel<Label> layer =
        trainer(PrunedStudent.keeping(1, student))
            .teacher(OnnxTeacher.of(teacher))
            .build()
            .train(examples)) {
      assertThat(accuracy(layer, examples)).isGreaterThan(0.9);
    }
  }

  private static double accuracy(DistilledModel<Label> model, MutableDataset<Label> examples) {
    return new LabelEvaluator().evaluate(model, examples).accuracy();
  }

  private static DistillationTrainer.Builder<Label> trainer(StudentSource student) {
    return DistillationTrainer.<Label>builder()
        .student(student)
        .epochs(20)
        .batching(new Batching().batchSize(8))
        .optimizer(new AdamWOptimizer().learningRate(3e-3f))
        .device(Device.cpu(1));
  }

  /** The shape of a weight of a new student of two labels. */
  static long[] shape(StudentSource student, String weight) throws IOException {
    return initializers(student).get(weight).dims();
  }

  /** The weights of a new student of two labels. */
  static Map<String, Tensor> initializers(StudentSource student) throws IOException {
    return student
        .make(
            StudentRequest.withoutExamples(
                Head.ofExamples(LabelOrder.of("no", "yes")), 1, new TransformerFiles()))
        .model()
        .initializers();
  }
}
