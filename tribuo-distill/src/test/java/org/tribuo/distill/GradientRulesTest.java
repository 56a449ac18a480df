package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.operator;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.autodiff.UnknownOperatorException;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;

/** A student with an operator that the library does not know. */
class GradientRulesTest {
  private static final MutableDataset<Label> TEXTS = TinyTexts.dataset(TinyTexts.labelled(24, 1));

  @TempDir Path folder;
  private Path file;

  // example: rules
  /** The upper triangle of each matrix: what it leaves out gets no gradient. */
  public static final class Triangles implements TrainingGraphOptions.GradientRuleSource {
    @Override
    public List<Operator> rules() {
      return List.of(
          operator("com.microsoft::Trilu").gradient((op, n, dy) -> grads(n.appliedTo(op, dy))));
    }
  }

  // example: end

  /** Rules for an operator that has one. */
  public static final class Superfluous implements TrainingGraphOptions.GradientRuleSource {
    @Override
    public List<Operator> rules() {
      return List.of(operator("Tanh").gradient((op, n, dy) -> grads(dy)));
    }
  }

  /** Logits of which only the upper triangle of the batch is left. */
  @BeforeEach
  void writeStudent() throws IOException {
    Graph graph = Graph.of(Zoo.model("bert_seqcls_ts11"));
    Value logits = graph.value("logits");
    graph.setOpset(Node.MICROSOFT, 1);
    graph.add(
        Node.MICROSOFT,
        "Trilu",
        Attributes.NONE,
        List.of(logits.name()),
        Map.of("triangle", logits.type()));
    graph.removeOutput(logits.name());
    graph.addOutput("triangle");
    file = folder.resolve("student.onnx");
    graph.toModel().write(file);
  }

  private DistillationTrainer.Builder<Label> student() {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(file, List.of("red", "blue", "green")))
        .epochs(1)
        .device(Device.cpu(1));
  }

  @Test
  void anUnknownOperatorIsNamed() {
    assertThatThrownBy(() -> student().build().train(TEXTS))
        .isInstanceOf(UnknownOperatorException.class)
        .hasMessageContaining("No gradient rule for 'com.microsoft::Trilu' (opset 1) at node '");
  }

  @Test
  void anUnknownOperatorIsFoundBeforeTheTeacherIsAsked() {
    OnnxTeacher teacher =
        OnnxTeacher.of(Zoo.file("bert_seqcls_ts11"), List.of("red", "blue", "green"));
    DistillationTrainer<Label> trainer = student().teacher(teacher).build();
    trainer.setListener(new NoTeacherIsAsked());
    assertThatThrownBy(() -> trainer.train(TEXTS)).isInstanceOf(UnknownOperatorException.class);
  }

  @Test
  void theCallersRuleIsTaken() {
    try (DistilledModel<Label> model =
        student()
            .trainingGraph(new TrainingGraphOptions().gradientRules(new Triangles()))
            .build()
            .train(TEXTS)) {
      assertThat(model.getProvenance().toString()).contains("GradientRulesTest$Triangles");
    }
  }

  @Test
  void aRuleThatTheLibraryHasIsRefused() {
    assertThatThrownBy(
            () ->
                student()
                    .trainingGraph(new TrainingGraphOptions().gradientRules(new Superfluous()))
                    .build())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("gradientRules")
        .hasMessageContaining("Operator 'Tanh' is in the table already");
  }

  /** Logits that are quantised, and added to what they were. */
  private void writeQuantizedStudent() throws IOException {
    Graph graph = Graph.of(Zoo.model("bert_seqcls_dynamo"));
    String logits = graph.outputs().get(0);
    TensorType floats = graph.value(logits).type();
    String scale = graph.setInitializer("scale", Tensor.scalar(0.01f)).name();
    TensorType bytes = new TensorType(ElementType.UINT8, floats.shape());
    graph.add(
        Node.ONNX,
        "QuantizeLinear",
        Attributes.NONE,
        List.of(logits, scale),
        Map.of("quantised", bytes));
    graph.add(
        Node.ONNX,
        "DequantizeLinear",
        Attributes.NONE,
        List.of("quantised", scale),
        Map.of("rounded", floats));
    graph.add(
        Node.ONNX, "Add", Attributes.NONE, List.of(logits, "rounded"), Map.of("both", floats));
    graph.removeOutput(logits);
    graph.addOutput("both");
    graph.toModel().write(file);
  }

  @Test
  void aStudentThatRoundsIsRefused() throws IOException {
    writeQuantizedStudent();
    assertThatThrownBy(() -> student().build().train(TEXTS))
        .isInstanceOf(UnknownOperatorException.class)
        .hasMessageContaining("No gradient rule for 'QuantizeLinear'")
        .hasMessageContaining("straightThroughQuantization = true");
  }

  @Test
  void aStudentThatRoundsIsTrainedStraightThroughIfItsTrainerSaysSo() throws IOException {
    writeQuantizedStudent();
    try (DistilledModel<Label> model =
        student()
            .trainingGraph(new TrainingGraphOptions().straightThroughQuantization(true))
            .build()
            .train(TEXTS)) {
      assertThat(model.getProvenance().toString()).contains("straightThroughQuantization=true");
    }
  }

  @Test
  void theExampleIsTheOneInTheGuide() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/org/tribuo/distill/GradientRulesTest.java"));
    String example =
        source.substring(
            source.indexOf("  /** The upper triangle"), source.indexOf("  // example: end"));

    assertThat(Files.readString(Path.of("..", "CONTRIBUTING.md")))
        .contains(example.stripTrailing().stripIndent());
  }
}
