package org.tribuo.distill.input.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Models with several numeric inputs, some of them the numbers of categories. */
class NumericInputsTest {
  private static final Dimension BATCH = Dimension.of("batch");

  private static final List<String> FEATURES =
      List.of("age", "colour", "other", "size.height", "size.width", "size@depth");

  private static final Map<String, TensorType> INPUTS =
      Map.of(
          "size", TensorType.of(ElementType.FLOAT, Shape.of(BATCH, Dimension.of("n"))),
          "size.width", TensorType.of(ElementType.DOUBLE, Shape.of(BATCH, Dimension.of(1))),
          "age", TensorType.of(ElementType.INT32, Shape.of(BATCH)),
          "colour", TensorType.of(ElementType.INT64, Shape.of(BATCH, Dimension.of(1))),
          "other", TensorType.of(ElementType.FLOAT, Shape.of(BATCH, Dimension.of(1))));

  @TempDir private Path folder;

  @Test
  void eachInputReadsTheFeaturesOfItsName() {
    NumericFeeder feeder = new NumericFeeder(NumericInput.of(INPUTS), FEATURES);
    feeder.check("student");

    Map<String, Tensor> batch =
        feeder.batch(List.of(new float[] {40, 3, .5f, 6, 7, 8}, new float[] {0, 1, 0, 0, 2, -1}));

    assertThat(batch)
        .containsEntry("size", Tensor.of(new float[] {6, 8, 0, -1}, 2, 2))
        .containsEntry("size.width", Tensor.of(new double[] {7, 2}, 2, 1))
        .containsEntry("colour", Tensor.of(new long[] {3, 1}, 2, 1))
        .containsEntry("other", Tensor.of(new float[] {.5f, 0}, 2, 1))
        .containsKey("age");
    assertThat(batch.get("age").dims()).containsExactly(2);
    assertThat(batch.get("age").toLongs()).containsExactly(40, 0);
  }

  @Test
  void whatDoesNotFitIsNamed() {
    List<NumericInput> inputs = NumericInput.of(INPUTS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NumericFeeder(inputs, List.of("age", "shoe")).check("student"))
        .withMessageContaining("The feature 'shoe' is for none of the inputs")
        .withMessageContaining("name it as the input that reads it, or 'INPUT.NAME'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NumericFeeder(inputs, List.of("age", "colour")).check("student"))
        .withMessageContaining("None of the 2 features, such as 'age', is for the input '");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new NumericFeeder(
                        inputs,
                        List.of("age", "age@months", "colour", "other", "size", "size.width"))
                    .check("student"))
        .withMessageContaining(
            "The examples have 2 features of that name, but the input 'age' of the student takes 1");
    NumericFeeder feeder = new NumericFeeder(inputs, FEATURES);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                feeder.checkWhole(
                    List.of(new float[6], new float[] {1, 1.5f, 0, 0, 0, 0}), "teacher"))
        .withMessage(
            "Example 1 has 1.5 as feature 'colour', but the input 'colour' of the teacher reads whole numbers up to 16777216");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                NumericInput.of(
                    Map.of(
                        "tokens",
                        TensorType.of(ElementType.INT64, Shape.of(BATCH, Dimension.of("length"))))))
        .withMessageContaining("The model's input 'tokens' INT64")
        .withMessageContaining(
            "expected FLOAT or DOUBLE [batch, features], or INT64 or INT32 of a fixed number of features");
  }

  @Test
  @SuppressWarnings("unchecked") // what is read is what was saved
  void aModelOfACategoryBesideNumbersTeachesAndLearns() throws Exception {
    MutableDataset<Label> examples = examples(300, 1);
    Path teacher = folder.resolve("teacher.onnx");
    Path saved = folder.resolve("model.pb");
    try (DistilledModel<Label> model = trainer(40).build().train(examples)) {
      assertThat(accuracy(model)).isGreaterThan(0.9);
      model.exportOnnx(teacher);
      model.serializeToFile(saved);
      try (DistilledModel<Label> read = (DistilledModel<Label>) DistilledModel.read(saved)) {
        assertThat(accuracy(read)).isEqualTo(accuracy(model));
      }
    }
    try (DistilledModel<Label> student =
        trainer(40).teacher(OnnxTeacher.of(teacher)).build().train(examples)) {
      assertThat(accuracy(student)).isGreaterThan(0.9);
    }
  }

  @Test
  void aCategoryThatIsNotWholeIsNotPredicted() throws Exception {
    MutableDataset<Label> unseen = examples(2, 2);
    unseen.add(ofCategory(1.5));
    try (DistilledModel<Label> model = trainer(1).build().train(examples(60, 1))) {
      assertThat(model.predict(ofCategory(1)).getOutputScores()).hasSize(2);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(unseen))
          .withMessage(
              "Example 2 has 1.5 as feature 'category', but the input 'category' of the model reads whole numbers up to 16777216");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(ofCategory(-0.5)))
          .withMessageContaining("has -0.5 as feature 'category'");
    }
  }

  private static Example<Label> ofCategory(double category) {
    return new ArrayExample<>(
        new Label("no"),
        new String[] {"category", "numbers.left", "numbers.right"},
        new double[] {category, 0.3, 0.4});
  }

  private static double accuracy(DistilledModel<Label> model) {
    return new LabelEvaluator().evaluate(model, examples(200, 2)).accuracy();
  }

  private DistillationTrainer.Builder<Label> trainer(int epochs) throws Exception {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(network(), List.of("no", "yes")))
        .epochs(epochs)
        .optimizer(new AdamWOptimizer().learningRate(3e-2f))
        .device(Device.cpu(1));
  }

  /** An embedding of a category is added to a projection of numbers. */
  private Path network() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    graph.addInput("category", TensorType.of(ElementType.INT64, Shape.of(BATCH)));
    graph.addInput("numbers", TensorType.of(ElementType.FLOAT, Shape.of(BATCH, Dimension.of(2))));
    graph.setInitializer("embedding", matrix(4, 8, random));
    graph.setInitializer("weight", matrix(2, 8, random));
    graph.setInitializer("head", matrix(8, 2, random));
    Value hidden =
        op.tanh(
            op.add(
                op.gather(graph.value("embedding"), graph.value("category"), 0),
                op.matmul(graph.value("numbers"), graph.value("weight"))));
    op.named("logits", op.matmul(hidden, graph.value("head")));
    graph.addOutput("logits");
    Path file = folder.resolve("network.onnx");
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

  /** Which number decides depends on the category; what is 0 is left out. */
  private static MutableDataset<Label> examples(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MutableDataset<Label> examples =
        new MutableDataset<>(
            new SimpleDataSourceProvenance("examples", new LabelFactory()), new LabelFactory());
    for (int i = 0; i < count; i++) {
      int category = random.nextInt(2);
      double left = random.nextDouble(-1, 1);
      double right = random.nextDouble(-1, 1);
      Label label = new Label((category == 0 ? left : -left) + 0.1 * right > 0 ? "yes" : "no");
      examples.add(
          category == 0
              ? new ArrayExample<>(
                  label, new String[] {"numbers.left", "numbers.right"}, new double[] {left, right})
              : new ArrayExample<>(
                  label,
                  new String[] {"category", "numbers.left", "numbers.right"},
                  new double[] {category, left, right}));
    }
    return examples;
  }
}
