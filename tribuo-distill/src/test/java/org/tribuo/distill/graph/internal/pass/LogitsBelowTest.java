package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

class LogitsBelowTest {
  private static final TensorType LOGITS = TensorType.of(ElementType.FLOAT, 2, 3);

  private final Graph graph = Graph.empty(Ops.OPSET);
  private final Ops op = Ops.on(graph);
  private final Value x = input();

  private Value input() {
    graph.addInput("x", LOGITS);
    return op.named("scores", op.mul(graph.value("x"), 2));
  }

  private String below(Value y) {
    graph.addOutput(y.name());
    return LogitsBelow.of(graph, y.name());
  }

  private static Arguments head(String name, BiFunction<Ops, Value, Value> head) {
    return Arguments.of(name, head);
  }

  static Stream<Arguments> probabilities() {
    return Stream.of(
        head("Softmax", (op, x) -> op.softmax(x, -1)),
        head("LogSoftmax", (op, x) -> op.logSoftmax(x, -1)),
        head("Sigmoid", Ops::sigmoid),
        head("Exp of LogSoftmax", (op, x) -> op.exp(op.logSoftmax(x, -1))),
        head("Log of Softmax", (op, x) -> op.log(op.softmax(x, -1))),
        head(
            "Softmax written out",
            (op, x) -> {
              Value powers = op.exp(op.sub(x, op.reduceMaxKeep(x, -1)));
              return op.div(powers, op.reduceSumKeep(powers, -1));
            }),
        head(
            "Softmax without its maximum",
            (op, x) -> {
              Value powers = op.exp(x);
              return op.div(powers, op.reduceSumKeep(powers, -1));
            }),
        head(
            "Sigmoid written out",
            (op, x) -> op.div(op.scalar(1, x), op.add(op.exp(op.neg(x)), 1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("probabilities")
  void theLogitsBecomeAnOutput(String name, BiFunction<Ops, Value, Value> head) {
    Value y = head.apply(op, x);
    assertThat(below(y)).isEqualTo("scores");
    assertThat(graph.outputs()).containsExactly(y.name(), "scores");
    assertThat(graph.toModel().proto().getGraph().getOutput(1).getType().hasTensorType()).isTrue();
  }

  @Test
  void theyAreShownAsTheProbabilitiesWere() {
    Value wide = op.softmax(op.unsqueeze(x, 1), -1);
    Value y = op.identity(op.squeeze(op.cast(wide, ElementType.DOUBLE), 1));

    String logits = below(y);

    assertThat(graph.type(logits)).contains(TensorType.of(ElementType.DOUBLE, 2, 3));
    assertThat(graph.ancestors(List.of(logits)))
        .extracting(node -> node.opType())
        .containsExactly("Mul", "Identity", "Unsqueeze", "Cast", "Squeeze", "Identity");
  }

  @Test
  void theScaleOfQuantisedProbabilitiesIsLeftOut() {
    Value scale = op.constant(Tensor.scalar(1 / 255f));
    Value bytes =
        op.one("QuantizeLinear", TensorType.of(ElementType.UINT8, 2, 3), op.softmax(x, -1), scale);
    assertThat(below(op.one("DequantizeLinear", LOGITS, bytes, scale))).isEqualTo("scores");
  }

  static Stream<Arguments> others() {
    return Stream.of(
        head("logits", (op, x) -> op.identity(x)),
        head("a softmax over the batch", (op, x) -> op.softmax(x, 0)),
        head("a gate", (op, x) -> op.mul(x, op.sigmoid(x))),
        head("a quotient", (op, x) -> op.div(op.exp(x), op.exp(x))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("others")
  void whatIsNoProbabilityStaysAsItIs(String name, BiFunction<Ops, Value, Value> head) {
    Value y = head.apply(op, x);
    assertThat(below(y)).isEqualTo(y.name());
    assertThat(graph.outputs()).containsExactly(y.name());
  }

  @Test
  void mapsAreRefused() {
    Value probabilities = op.softmax(x, -1);
    graph.add(
        "ai.onnx.ml",
        "ZipMap",
        Attributes.NONE,
        List.of(probabilities.name()),
        Map.of("output_probability", LOGITS));
    graph.addOutput("output_probability");
    assertThatThrownBy(() -> LogitsBelow.of(graph, "output_probability"))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("The output 'output_probability' is a map for each row")
        .hasMessageContaining("export the model without ZipMap");
  }
}
