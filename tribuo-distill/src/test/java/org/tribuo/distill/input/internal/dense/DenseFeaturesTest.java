package org.tribuo.distill.input.internal.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

class DenseFeaturesTest {
  private static final List<String> ORDER = List.of("outside", "inside");
  private static final MutableDataset<Label> POINTS = points(400, 1, "x", "y");

  @TempDir private Path folder;

  @Test
  @SuppressWarnings("unchecked") // what is read is what was saved
  void aStudentOfVectorsLearnsFromATeacherOfVectors() throws Exception {
    Path teacher = folder.resolve("teacher.onnx");
    try (DistilledModel<Label> trained =
        trainer(32).earlyStopping(new EarlyStopping(0.2, 40)).build().train(POINTS)) {
      assertThat(accuracy(trained)).isGreaterThan(0.9);
      trained.exportOnnx(teacher);
    }
    MutableDataset<Label> unlabelled =
        new MutableDataset<>(POINTS.getProvenance(), new LabelFactory());
    for (Example<Label> example : POINTS) {
      unlabelled.add(new ArrayExample<>(LabelFactory.UNKNOWN_LABEL, example, example.getWeight()));
    }
    Path file = folder.resolve("student.pb");
    try (DistilledModel<Label> student =
        trainer(8).teacher(OnnxTeacher.of(teacher)).build().train(unlabelled)) {
      assertThat(accuracy(student)).isGreaterThan(0.9);
      student.serializeToFile(file);
      try (DistilledModel<Label> read = (DistilledModel<Label>) DistilledModel.read(file)) {
        assertThat(read.predict(POINTS))
            .zipSatisfy(
                student.predict(POINTS),
                (one, other) ->
                    assertThat(one.getOutputScores()).isEqualTo(other.getOutputScores()));
      }
    }
  }

  @Test
  void featuresOfAnotherNumberAreRefused() throws Exception {
    DistillationTrainer<Label> trainer = trainer(4).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(points(20, 1, "x", "y", "z")))
        .withMessage(
            "The examples have 3 features, but the input 'features' of the student takes 2; use the"
                + " dataset that the model is for");
  }

  @Test
  void anExampleOfOtherFeaturesIsNotPredicted() throws Exception {
    try (DistilledModel<Label> model = trainer(4).epochs(1).build().train(POINTS)) {
      assertThat(model.predict(point("x", "z")).getOutputScores()).hasSize(2);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(point("z")))
          .withMessage(
              "None of the 1 features is one that the model reads, such as 'x'; are they those of another dataset?");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(List.of(point("y"), point("z"))))
          .withMessageStartingWith("Example 1: None of the 1 features");
    }
  }

  private static Example<Label> point(String... names) {
    return new ArrayExample<>(LabelFactory.UNKNOWN_LABEL, names, new double[names.length]);
  }

  private static double accuracy(DistilledModel<Label> model) {
    return new LabelEvaluator().evaluate(model, points(200, 2, "x", "y")).accuracy();
  }

  private DistillationTrainer.Builder<Label> trainer(int width) throws Exception {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(perceptron(width), ORDER))
        .epochs(60)
        .optimizer(new AdamWOptimizer().learningRate(2e-2f))
        .device(Device.cpu(1));
  }

  /** A network of one hidden layer. */
  private Path perceptron(int width) throws Exception {
    SplittableRandom random = new SplittableRandom(width);
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    graph.addInput(
        "features",
        TensorType.of(ElementType.FLOAT, Shape.of(Dimension.of("batch"), Dimension.of(2))));
    graph.setInitializer("hidden.weight", matrix(2, width, random));
    graph.setInitializer("hidden.bias", Tensor.of(new float[width], width));
    graph.setInitializer("head.weight", matrix(width, 2, random));
    Value hidden =
        op.tanh(
            op.add(
                op.matmul(graph.value("features"), graph.value("hidden.weight")),
                graph.value("hidden.bias")));
    op.named("logits", op.matmul(hidden, graph.value("head.weight")));
    graph.addOutput("logits");
    Path file = folder.resolve("perceptron-" + width + ".onnx");
    graph.toModel().write(file);
    return file;
  }

  private static Tensor matrix(int rows, int columns, SplittableRandom random) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(values, rows, columns);
  }

  /** Points inside and outside of a circle. */
  private static MutableDataset<Label> points(int count, long seed, String... names) {
    SplittableRandom random = new SplittableRandom(seed);
    MutableDataset<Label> points =
        new MutableDataset<>(
            new SimpleDataSourceProvenance("points", new LabelFactory()), new LabelFactory());
    for (int i = 0; i < count; i++) {
      double[] values = random.doubles(names.length, -2, 2).toArray();
      boolean inside = values[0] * values[0] + values[1] * values[1] < 2;
      points.add(new ArrayExample<>(new Label(inside ? "inside" : "outside"), names, values));
    }
    return points;
  }
}
