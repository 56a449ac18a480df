package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.Float16Weights;
import org.tribuo.distill.student.CosineHead;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.NarrowedStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;

class ExportPrecisionTest {
  private static final MutableDataset<Label> TEXTS = TinyTexts.dataset(TinyTexts.labelled(60, 1));

  @TempDir Path folder;

  private static DistilledModel<Label> trained(StudentSource student) {
    return DistillationTrainer.<Label>builder()
        .student(student)
        .epochs(3)
        .optimizer(new AdamWOptimizer().learningRate(3e-3f))
        .device(Device.cpu(1))
        .build()
        .train(TEXTS);
  }

  private static DistilledModel<Label> trained() {
    return trained(
        EncoderStudent.of(Zoo.file("bert_seqcls_ts11"), Pooling.MEAN).withHead(new CosineHead()));
  }

  /** The metadata states what a teacher must know. */
  @ParameterizedTest
  @EnumSource(ExportPrecision.class)
  void aFileIsATeacherThatPredictsAsTheModelDoes(ExportPrecision precision) throws Exception {
    Path file = folder.resolve("student.onnx");
    try (DistilledModel<Label> model = trained()) {
      model.exportOnnx(file, precision);
      try (DistilledModel<Label> read =
          DistilledModel.of(OnnxTeacher.of(file), new LabelFactory())) {
        assertThat(read.labelOrder()).isEqualTo(model.labelOrder());
        assertThat(read.maxLength()).isEqualTo(model.maxLength());
        List<Prediction<Label>> expected = model.predict(TEXTS);
        List<Prediction<Label>> actual = read.predict(TEXTS);
        for (int i = 0; i < expected.size(); i++) {
          Label label = expected.get(i).getOutput();
          assertThat(actual.get(i).getOutputScores().get(label.getLabel()).getScore())
              .isEqualTo(label.getScore(), within(tolerance(precision)));
        }
      }
    }
  }

  private static double tolerance(ExportPrecision precision) {
    return switch (precision) {
      case FLOAT32 -> 1e-6;
      case FLOAT16 -> 5e-3;
      case INT8 -> .1;
    };
  }

  @Test
  void halvesAreHalfAsLargeAndNodesAndOpsetStay() throws Exception {
    Path floats = folder.resolve("floats.onnx");
    Path halves = folder.resolve("halves.onnx");
    try (DistilledModel<Label> model = trained()) {
      model.exportOnnx(floats);
      model.exportOnnx(halves, ExportPrecision.FLOAT16);
    }
    OnnxModel whole = OnnxModel.read(floats);
    OnnxModel half = OnnxModel.read(halves);
    Graph before = Graph.of(whole);
    Graph after = Graph.of(half);
    assertThat(after.opset("")).isEqualTo(before.opset(""));
    assertThat(after.nodes().stream().filter(node -> !node.is("Cast")).map(Object::toString))
        .hasSameSizeAs(before.nodes().stream().filter(node -> !node.is("Cast")).toList());
    assertThat(after.outputs()).isEqualTo(before.outputs());
    assertThat(after.initializers().values())
        .filteredOn(tensor -> tensor.rank() == 2)
        .extracting(Tensor::elementType)
        .doesNotContain(ElementType.FLOAT);
    assertThat((double) half.bytesOfInitializers() / whole.bytesOfInitializers()).isBetween(.5, .6);
  }

  @Test
  void whatNoHalfHoldsStaysInFloats() throws Exception {
    Graph graph = Graph.of(Zoo.model("bert_seqcls_ts11"));
    String table =
        Transformer.of(graph.toModel()).embeddings().indexedBy("input_ids").get(0).initializer();
    float[] values = graph.initializer(table).toFloats();
    values[0] = 70_000;
    graph.setInitializer(table, Tensor.of(values, graph.initializer(table).dims()));

    Float16Weights.apply(graph);

    assertThat(graph.initializer(table).elementType()).isEqualTo(ElementType.FLOAT);
    assertThat(graph.initializers().values())
        .extracting(Tensor::elementType)
        .contains(ElementType.FLOAT16);
  }

  @Test
  void aStudentThatIsQuantisedAlreadyIsRefused() throws Exception {
    Path file = folder.resolve("int8.onnx");
    try (DistilledModel<Label> model = trained()) {
      model.exportOnnx(file, ExportPrecision.INT8);
    }
    try (DistilledModel<Label> again =
        DistilledModel.of(OnnxTeacher.of(file), new LabelFactory())) {
      assertThatThrownBy(() -> again.exportOnnx(folder.resolve("x.onnx"), ExportPrecision.INT8))
          .isInstanceOf(GraphException.class)
          .hasMessageContaining("the model is quantised already");
    }
    assertThat(folder.resolve("x.onnx")).doesNotExist();
  }

  @Test
  void aFileOfHalvesCanBecomeNarrower() throws Exception {
    Path file = folder.resolve("halves.onnx");
    try (DistilledModel<Label> model = trained()) {
      model.exportOnnx(file, ExportPrecision.FLOAT16);
    }
    try (DistilledModel<Label> narrow =
        trained(NarrowedStudent.of(OnnxStudent.of(file), 16).sample(8))) {
      assertThat(narrow.network().transformer().layers().width()).isEqualTo(16);
      assertThat(narrow.network().transformer().layers().heads()).hasValue(2);
    }
  }

  /** An exported student of halves is a source of students, in float32. */
  @Test
  void aFileOfHalvesCanBeTrainedOn() throws Exception {
    Path file = folder.resolve("halves.onnx");
    try (DistilledModel<Label> model = trained()) {
      model.exportOnnx(file, ExportPrecision.FLOAT16);
    }
    try (DistilledModel<Label> again = trained(OnnxStudent.of(file))) {
      Map<String, Tensor> weights = again.network().onnx().initializers();
      assertThat(weights).isNotEmpty();
      assertThat(again.predict(TEXTS)).hasSize(TEXTS.size());
    }
  }
}
