package org.tribuo.distill.internal.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.operator;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.operator.internal.Operators;
import org.tribuo.distill.operator.internal.UndifferentiableException;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

class DifferentiatorTest {
  private final Graph graph = Graph.empty(Ops.OPSET);
  private final Ops op = Ops.on(graph);

  @Test
  void sumsTheGradientsOfAWeightThatIsReadTwice() throws Exception {
    Value w = weight("w", 2, 3);
    Value loss = op.reduceSum(op.mul(w, op.add(w, op.scalar(1, w))));

    assertThat(gradient(loss, "w", Map.of())).containsExactly(5, 7); // 2w + 1
  }

  @Test
  void addsWhereSomethingWasChosenToTheGradientOfTheWhole() throws Exception {
    Value w = weight("w", 2, 3, 5);
    Value chosen = op.gatherElements(w, op.longs(1, 2, 1), 0);
    Value first = op.gatherElements(w, op.longs(0), 0);
    Value loss =
        op.add(op.add(op.reduceSum(chosen), op.reduceSum(op.mul(w, 2))), op.reduceSum(first));
    Value gradient = differentiated(loss, "w");
    graph.removeUnused();

    assertThat(graph.nodes()).noneMatch(node -> node.is("Sum"));
    assertThat(GraphRunner.run(graph, Map.of()).get(gradient.name()).toFloats())
        .containsExactly(2 + 1, 2 + 2, 2 + 1); // 2, and how often each was chosen
  }

  @Test
  void addsToZerosWhereAllPartsWereChosen() throws Exception {
    Value w = weight("w", 2, 3, 5);
    Value chosen = op.reduceSum(op.gatherElements(w, op.longs(1, 2), 0));
    Value loss = op.add(chosen, op.reduceSum(op.gatherElements(w, op.longs(1), 0)));

    assertThat(gradient(loss, "w", Map.of())).containsExactly(0, 2, 1);
  }

  @Test
  void sumsOverTheBatchWhereOnlyTheRunShowsThatPositionsWereBroadcast() throws Exception {
    Value states = input("states", "batch", "sequence");
    Value positions = input("positions", "a", "b");
    Value w = weight("w", 1);
    Value embedded = op.mul(positions, w);
    graph.addOutput(embedded.name());
    Value loss = op.reduceSum(op.mul(op.add(embedded, states), states));
    Value weight = differentiated(loss, "w");

    Map<String, Tensor> feeds =
        Map.of(
            "states", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2),
            "positions", Tensor.of(new float[] {10, 100}, 1, 2));
    assertThat(GraphRunner.run(graph, feeds).get(weight.name()).toFloats())
        .containsExactly(10 * (1 + 3 + 5) + 100 * (2 + 4 + 6));
  }

  @Test
  void leavesSizesAloneThatTurnOutToBeEqual() throws Exception {
    Value x = input("x", "a", "b");
    Value y = input("y", "c", "d");
    Value w = weight("w", 2);
    Value loss = op.reduceSum(op.mul(op.mul(x, w), y));

    Tensor ones = Tensor.of(new float[] {1, 1, 1, 1}, 2, 2);
    assertThat(gradient(loss, "w", Map.of("x", ones, "y", ones))).containsExactly(4);
  }

  @Test
  void followsWhatDropoutHasKept() throws Exception {
    Value x = input("x", "n");
    Value w = weight("w", 3);
    Value dropped =
        op.one(
            "Dropout",
            Attributes.NONE.with("seed", 5L),
            x.type(),
            op.mul(x, w),
            op.constant(Tensor.scalar(0.25f)),
            op.constant(Tensor.of(new boolean[] {true})));
    Value sum = op.named("sum", op.reduceSum(dropped));
    graph.addOutput("sum");
    Value weight = differentiated(sum, "w");

    float[] ones = new float[1000];
    Arrays.fill(ones, 1);
    Map<String, Tensor> run = GraphRunner.run(graph, Map.of("x", Tensor.of(ones, 1000)));
    float kept = run.get("sum").toFloats()[0] / (3 / 0.75f);
    assertThat(kept).isBetween(700f, 800f);
    assertThat(run.get(weight.name()).toFloats()[0]).isCloseTo(kept / 0.75f, within(1e-2f));
  }

  @Test
  void stopsAtAFlatOperator() throws Exception {
    Value w = weight("w", 2.5f);
    Value rounded = op.one("Floor", w.type(), w);
    Value loss = op.reduceSum(op.mul(w, rounded));

    assertThat(gradient(loss, "w", Map.of())).containsExactly(2);
  }

  @Test
  void aRuleThatLosesAGradientIsNamed() {
    Value w = weight("w", 2.5f);
    Value lost = op.call("test", "Lost", Attributes.NONE, List.of(w, w), w.type()).get(0);
    Value loss = op.reduceSum(op.add(w, lost));
    String node = graph.producer(lost.name()).orElseThrow().name();
    Operators table =
        StandardOperators.TABLE.with(operator("test::Lost").gradient((o, n, dy) -> grads(dy)));

    assertThatThrownBy(() -> Differentiator.differentiate(graph, loss.name(), List.of("w"), table))
        .isInstanceOf(UndifferentiableException.class)
        .hasMessage(
            "test::Lost at node '%s' has no gradient: its rule gives none for input 1 ('w'), which"
                    .formatted(node)
                + " depends on 1 trainable weights (first: w). Freeze those weights (frozenWeights), or"
                + " pass another rule");
  }

  @Test
  void integersMadeOfFloatsAreNoWayOut() {
    Value w = weight("w", 2.5f);
    Value scale = op.constant(Tensor.scalar(0.5f));
    Value q = quantized("QuantizeLinear", w, scale);
    Value y = op.one("DequantizeLinear", w.type(), q, scale);
    Value loss = op.reduceSum(op.add(w, y));

    assertThatThrownBy(
            () ->
                Differentiator.differentiate(
                    graph, loss.name(), List.of("w"), StandardOperators.TABLE))
        .isInstanceOf(UnknownOperatorException.class)
        .hasMessageContaining("No gradient rule for 'QuantizeLinear' (opset 21) at node '")
        .hasMessageContaining("straightThroughQuantization = true of TrainingGraphOptions");
  }

  @Test
  void norAreScalesOfQuantizedProducts() {
    Value w = weight("w", 2.5f);
    Value scale = op.reduceSum(w);
    Value a = op.constant(bytes(1));
    Value zero = op.constant(bytes());
    Value product =
        op.one(
            "QLinearMatMul",
            TensorType.of(ElementType.INT8, 1, 1),
            a,
            scale,
            zero,
            a,
            scale,
            zero,
            scale,
            zero);
    Value y = op.one("DequantizeLinear", TensorType.of(ElementType.FLOAT, 1, 1), product, scale);
    Value loss = op.reduceSum(op.add(w, op.reduceSum(y)));

    assertThatThrownBy(
            () ->
                Differentiator.differentiate(
                    graph, loss.name(), List.of("w"), StandardOperators.TABLE))
        .isInstanceOf(UnknownOperatorException.class)
        .hasMessageContaining("No gradient rule for 'QLinearMatMul' (opset 21) at node '")
        .hasMessageContaining(
            "Freeze those weights (frozenWeights), or take the model as it was before it was"
                + " quantised");
  }

  private static final Operators STRAIGHT_THROUGH =
      StandardOperators.TABLE.with(StandardOperators.STRAIGHT_THROUGH);

  private Value quantized(String opType, Value x, Value scale) {
    TensorType type = new TensorType(ElementType.INT8, x.shape());
    return op.one(opType, type, x, scale, op.constant(bytes()));
  }

  /** A zero of int8, of these sizes. */
  private static Tensor bytes(long... ones) {
    return Tensor.of(ElementType.INT8, ones, ByteBuffer.allocate(1));
  }

  /** Inside the range the gradient of a value that is not rounded, and what rounding adds. */
  @Test
  void goesStraightThroughRoundingIfToldTo() throws Exception {
    Value w = weight("w", 0.34f, 20, -20);
    Value scale = weight("scale", 0.1f);
    Value factors = op.constant(Tensor.of(new float[] {1, 2, 4}, 3));
    Value q = quantized("QuantizeLinear", w, op.reshape(scale));
    Value y = op.one("DequantizeLinear", w.type(), q, op.reshape(scale));
    Value loss = op.reduceSum(op.mul(y, factors));
    ShapeInference.infer(graph);
    Map<String, Value> gradients =
        Differentiator.differentiate(graph, loss.name(), List.of("w", "scale"), STRAIGHT_THROUGH);
    gradients.values().forEach(gradient -> graph.addOutput(gradient.name()));
    Map<String, Tensor> results = GraphRunner.run(graph, Map.of());

    assertThat(results.get(gradients.get("w").name()).toFloats())
        .containsExactly(new float[] {1, 0, 0}, within(1e-6f));
    assertThat(results.get(gradients.get("scale").name()).toFloats())
        .containsExactly(new float[] {3 - 3.4f + 2 * 127 - 4 * 128}, within(1e-3f));
  }

  @Test
  void goesThroughRoundingByChannel() throws Exception {
    Value w = weight("w", 0.34f, 20, -20, 0.2f);
    Value x = op.reshape(w, 2, 2);
    Value scales = op.constant(Tensor.of(new float[] {0.1f, 1}, 2));
    Attributes rows = Attributes.NONE.with("axis", 0L);
    TensorType bytes = TensorType.of(ElementType.INT8, 2, 2);
    Value zeros = op.constant(Tensor.of(ElementType.INT8, new long[] {2}, ByteBuffer.allocate(2)));
    Value q = op.one("QuantizeLinear", rows, bytes, x, scales, zeros);
    Value y = op.one("DequantizeLinear", rows, x.type(), q, scales, zeros);
    Value loss = op.reduceSum(op.mul(y, op.constant(Tensor.of(new float[] {1, 2, 4, 8}, 2, 2))));
    ShapeInference.infer(graph);
    Value gradient =
        Differentiator.differentiate(graph, loss.name(), List.of("w"), STRAIGHT_THROUGH).get("w");
    graph.addOutput(gradient.name());

    assertThat(GraphRunner.run(graph, Map.of()).get(gradient.name()).toFloats())
        .containsExactly(new float[] {1, 0, 4, 8}, within(1e-5f));
  }

  @Test
  void integersThatStandForFloatsMustBecomeFloatsAgain() {
    Value w = weight("w", 2.5f);
    Value scale = op.constant(Tensor.scalar(0.5f));
    Value q = quantized("QuantizeLinear", w, scale);
    Value same = op.identity(q);
    Value y = op.one("DequantizeLinear", w.type(), same, scale);
    Value loss = op.reduceSum(op.add(w, y));

    assertThatThrownBy(
            () -> Differentiator.differentiate(graph, loss.name(), List.of("w"), STRAIGHT_THROUGH))
        .isInstanceOf(UndifferentiableException.class)
        .hasMessageStartingWith("Identity at node '")
        .hasMessageContaining("' holds integers that stand for floats");
  }

  @Test
  void saysWhichOperatorItDoesNotKnowAndWhatLiesBelowIt() {
    Value first = weight("first", 1, 2);
    Value second = weight("second", 3, 4);
    Value unknown =
        op.one(
            "LpPool",
            kernel(),
            TensorType.ofRank(ElementType.FLOAT, 3),
            image(op.add(first, second)));
    Value loss = op.reduceSum(unknown);
    String node = graph.producer(unknown.name()).orElseThrow().name();

    UnknownOperatorException thrown =
        catchThrowableOfType(
            UnknownOperatorException.class,
            () ->
                Differentiator.differentiate(
                    graph, loss.name(), List.of("first", "second"), StandardOperators.TABLE));

    assertThat(thrown)
        .hasMessage(
            "No gradient rule for 'LpPool' (opset 21) at node '%s', between the loss and 2 trainable"
                    .formatted(node)
                + " weights (first: first). Freeze those weights (frozenWeights), or pass a rule: CONTRIBUTING.md,"
                + " \"How to add an operator\"");
    assertThat(thrown.operator()).isEqualTo("LpPool");
    assertThat(thrown.opset()).isEqualTo(21);
    assertThat(thrown.node()).isEqualTo(node);
    assertThat(thrown.weights()).containsExactly("first", "second");
  }

  @Test
  void anUnknownOperatorOffTheWayIsNoObstacle() throws Exception {
    Value frozen = op.constant(Tensor.of(new float[] {3, 4}, 2));
    Value pooled =
        op.one("LpPool", kernel(), TensorType.ofRank(ElementType.FLOAT, 3), image(frozen));
    Value w = weight("w", 1);
    Value loss = op.reduceSum(op.mul(pooled, w));

    assertThat(gradient(loss, "w", Map.of())).containsExactly(5);
  }

  @Test
  void followsAnOutputThatIsNotTheFirst() throws Exception {
    Value w = weight("w", 1, 2, 6);
    List<Value> normalized =
        op.call(
            "",
            "LayerNormalization",
            Attributes.NONE,
            List.of(w, op.constant(Tensor.of(new float[] {1, 1, 1}, 3))),
            w.type(),
            TensorType.of(ElementType.FLOAT, 1));
    Value loss = op.reduceSum(op.square(normalized.get(1)));

    assertThat(gradient(loss, "w", Map.of())).containsExactly(2, 2, 2); // 2 · mean / 3
  }

  @Test
  void saysThatARuleKnowsNothingOfAnOutput() {
    Operators rules =
        StandardOperators.TABLE.with(operator("Unique").gradient((op, n, dy) -> grads(dy)));
    Value w = weight("w", 1, 2);
    List<Value> both = op.call("", "Unique", Attributes.NONE, List.of(w), w.type(), w.type());
    Value loss = op.reduceSum(op.mul(both.get(0), both.get(1)));
    String node = graph.producer(both.get(1).name()).orElseThrow().name();

    assertThatThrownBy(() -> Differentiator.differentiate(graph, loss.name(), List.of("w"), rules))
        .isInstanceOf(UndifferentiableException.class)
        .hasMessage(
            "Unique at node '%s' has no gradient: the loss depends on its output '%s', of which its rule knows nothing"
                .formatted(node, both.get(1).name()));
  }

  private static Attributes kernel() {
    return Attributes.NONE.with("kernel_shape", new long[] {2});
  }

  private Value image(Value vector) {
    return op.reshape(vector, 1, 1, 2);
  }

  @Test
  void saysThatTheLossDoesNotDependOnAWeight() {
    Value w = weight("w", 1);
    weight("unused", 1);
    Value loss = op.reduceSum(w);

    assertThatThrownBy(
            () ->
                Differentiator.differentiate(
                    graph, loss.name(), List.of("unused"), StandardOperators.TABLE))
        .isInstanceOf(UndifferentiableException.class)
        .hasMessage(
            "The loss '%s' does not depend on weight 'unused': freeze it (frozenWeights), or name another"
                .formatted(loss.name()));
  }

  /** The upper triangle of each matrix: what it leaves out gets no gradient. */
  private static final Operators WITH_TRIANGLES =
      StandardOperators.TABLE.with(
          operator("com.microsoft::Trilu").gradient((op, n, dy) -> grads(n.appliedTo(op, dy))));

  @Test
  void takesARuleOfTheCaller() throws Exception {
    Value w = weight("w", 1, 2, 3, 4);
    Value matrix = op.reshape(w, 2, 2);
    Value triangle = op.microsoft("Trilu", Attributes.NONE, matrix.type(), matrix);
    Value loss = op.reduceSum(op.square(triangle));

    Map<String, Value> gradients =
        Differentiator.differentiate(graph, loss.name(), List.of("w"), WITH_TRIANGLES);
    graph.addOutput(gradients.get("w").name());

    assertThat(GraphRunner.run(graph, Map.of()).get(gradients.get("w").name()).toFloats())
        .containsExactly(2, 4, 0, 8);
  }

  @Test
  void refusesASecondRuleForAnOperator() {
    assertThatThrownBy(
            () -> StandardOperators.TABLE.with(operator("Tanh").gradient((op, n, dy) -> grads(dy))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Operator 'Tanh' is in the table already");
  }

  private Value weight(String name, float... numbers) {
    return graph.setInitializer(name, Tensor.of(numbers, numbers.length));
  }

  private Value input(String name, String... sizes) {
    TensorType type =
        TensorType.of(
            ElementType.FLOAT, new Shape(Arrays.stream(sizes).map(Dimension::of).toList()));
    graph.addInput(name, type);
    return new Value(name, type);
  }

  private Value differentiated(Value loss, String weight) {
    ShapeInference.infer(graph);
    Value gradient =
        Differentiator.differentiate(graph, loss.name(), List.of(weight), StandardOperators.TABLE)
            .get(weight);
    graph.addOutput(gradient.name());
    return gradient;
  }

  private float[] gradient(Value loss, String weight, Map<String, Tensor> feeds) throws Exception {
    graph.addOutput(loss.name());
    Value gradient = differentiated(loss, weight);
    return GraphRunner.run(graph, feeds).get(gradient.name()).toFloats();
  }
}
