package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.shape.ShapeInference;

/** Of each operator, whether it computes only what is selected of it, and computes the same. */
class SinkSelectionTest {
  private static final long BATCH = 2;
  private static final long POSITIONS = 5;
  private static final long WIDTH = 4;

  private final Graph graph = Graph.empty(Ops.OPSET);
  private final Ops op = Ops.on(graph);
  private final Value x = input("x", Dimension.of("batch"), Dimension.of("positions"), width());
  private final Value other =
      input("other", Dimension.of("batch"), Dimension.of("others"), width());
  private final Map<String, Tensor> feeds =
      Map.of(
          "x", noise(BATCH, POSITIONS, WIDTH),
          "other", noise(BATCH, POSITIONS, WIDTH));

  private static Dimension width() {
    return Dimension.of(WIDTH);
  }

  private Value input(String name, Dimension... dimensions) {
    graph.addInput(name, TensorType.of(ElementType.FLOAT, Shape.of(dimensions)));
    return graph.value(name);
  }

  private static Tensor noise(long... dims) {
    SplittableRandom random = new SplittableRandom(dims.length);
    float[] values = new float[(int) Arrays.stream(dims).reduce(1, Math::multiplyExact)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(values, dims);
  }

  /**
   * @param axis from which one position is selected
   * @param of makes a value of [batch, positions, 4]
   */
  record Case(String name, int axis, BiFunction<Ops, Value, Value> of) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Value weight(Ops op, long... dims) {
    return op.constant(noise(dims));
  }

  private static Value heads(Ops op, Value x) {
    return op.transpose(op.reshape(x, 0, 0, 2, 2), 0, 2, 1, 3);
  }

  static Stream<Case> operatorsThatComputePositionsApart() {
    return Stream.of(
        new Case("of one operand", 1, Ops::tanh),
        new Case("Add of two of the same size", 1, (op, x) -> op.add(x, op.tanh(x))),
        new Case("Add of a vector", 1, (op, x) -> op.add(x, weight(op, WIDTH))),
        new Case("Add of a scalar", 1, (op, x) -> op.add(x, 2)),
        new Case("Mul by what repeats", 1, (op, x) -> op.mul(op.reduceMaxKeep(x, 1), x)),
        new Case("Where", 1, (op, x) -> op.where(op.less(x, op.neg(x)), x, op.scalar(3, x))),
        new Case("of one value twice", 1, (op, x) -> op.square(x)),
        new Case("Softmax", 1, (op, x) -> op.softmax(x, -1)),
        new Case("LayerNormalization", 1, SinkSelectionTest::normalized),
        new Case("ReduceMean, axis kept", 1, (op, x) -> op.reduceMeanKeep(x, -1)),
        new Case("ReduceSum of the axis before", 0, (op, x) -> op.reduceSum(op.tanh(x), 0)),
        new Case("MatMul by a weight", 1, (op, x) -> op.matmul(x, weight(op, WIDTH, 3))),
        new Case("MatMul by a product's rows", 1, (op, x) -> op.matmul(x, op.swapLastTwo(x))),
        new Case("MatMul by a stack's matrices", 0, (op, x) -> op.matmul(x, op.swapLastTwo(x))),
        new Case("FusedMatMul", 1, (op, x) -> op.matmul(x, false, x, true, .5f)),
        new Case("FusedMatMul, transposed", 1, (op, x) -> op.matmul(x, true, x, false)),
        new Case("Gemm", 0, SinkSelectionTest::gemm),
        new Case("Transpose", 2, (op, x) -> op.transpose(x, 0, 2, 1)),
        new Case("Reshape to heads", 1, (op, x) -> op.reshape(x, 0, 0, 2, 2)),
        new Case(
            "Reshape from heads", 1, (op, x) -> op.reshape(op.reshape(x, 0, 0, 2, 2), 0, 0, 4)),
        new Case("Reshape to heads at the front", 1, SinkSelectionTest::headsAtTheFront),
        new Case("Reshape to sizes of another", 1, SinkSelectionTest::reshapedLikeAnother),
        new Case("Unsqueeze", 2, (op, x) -> op.unsqueeze(x, 1)),
        new Case("Squeeze", 1, (op, x) -> op.squeeze(op.reduceSumKeep(x, 2), 2)),
        new Case("Concat", 1, (op, x) -> op.concat(2, List.of(x, op.tanh(x)))),
        new Case("Slice of another axis", 1, (op, x) -> op.slice(x, 2, 0, 3)),
        new Case("Gather of another axis", 1, (op, x) -> op.gather(x, op.longs(0, 0, 1), 2)),
        new Case("GatherElements", 1, (op, x) -> op.gatherElements(x, places(op, x), 2)),
        new Case("GatherElements, chosen", 2, (op, x) -> op.gatherElements(x, places(op, x), 2)),
        new Case("Dropout", 1, SinkSelectionTest::dropout),
        new Case("attention", 2, SinkSelectionTest::attention));
  }

  private static Value normalized(Ops op, Value x) {
    Attributes attributes = Attributes.NONE.with("axis", -1L);
    return op.one(
        "LayerNormalization", attributes, x.type(), x, weight(op, WIDTH), weight(op, WIDTH));
  }

  private static Value gemm(Ops op, Value x) {
    Value rows = op.reduceSum(op.tanh(x), 0);
    TensorType type = TensorType.ofRank(ElementType.FLOAT, 2);
    return op.one("Gemm", type, rows, weight(op, WIDTH, 3), weight(op, 3));
  }

  private static Value headsAtTheFront(Ops op, Value x) {
    return op.reshape(
        heads(op, x), op.concat(0, List.of(op.longs(-1), op.sizeOf(x, 1), op.longs(2))));
  }

  /** Asks what it reads for its sizes, as exporters do. */
  private static Value reshapedLikeAnother(Ops op, Value x) {
    Value wide = op.tanh(x);
    Value sizes =
        op.concat(0, List.of(op.sizeOf(wide, 0), op.sizeOf(wide, 1), op.longs(2), op.longs(-1)));
    return op.reshape(wide, sizes);
  }

  private static Value places(Ops op, Value x) {
    return op.cast(op.abs(op.mul(x, 3.9)), ElementType.INT64);
  }

  private static Value dropout(Ops op, Value x) {
    return op.one("Dropout", x.type(), x, op.constant(Tensor.scalar(.5f)));
  }

  private static Value attention(Ops op, Value x) {
    Value scores = op.matmul(heads(op, x), op.swapLastTwo(heads(op, x)));
    return op.matmul(op.softmax(scores, -1), heads(op, x));
  }

  @ParameterizedTest
  @MethodSource("operatorsThatComputePositionsApart")
  void onlyWhatIsSelectedIsComputed(Case test) throws Exception {
    Value whole = test.of().apply(op, x);
    Value one = op.gather(whole, op.constant(Tensor.scalar(1L)), test.axis());

    assertMoved(whole, one);
  }

  private void assertMoved(Value whole, Value selected) throws Exception {
    Map<String, Tensor> expected = results(selected);
    SinkSelection.apply(graph);

    assertThat(graph.has(whole.name())).as("the whole is computed").isFalse();
    Outputs.assertSame(GraphRunner.run(graph, feeds), expected);
    assertThat(graph.outputs()).contains(selected.name());
  }

  private Map<String, Tensor> results(Value... selected) throws Exception {
    for (Value value : selected) {
      graph.addOutput(value.name());
    }
    ShapeInference.infer(graph);
    return GraphRunner.run(graph, feeds);
  }

  static Stream<Case> selections() {
    return Stream.of(
        new Case("the last", 1, (op, y) -> op.gather(y, op.constant(Tensor.scalar(-1L)), 1)),
        new Case("several", 1, (op, y) -> op.gather(y, op.longs(2, 0), 1)),
        new Case("some in a row", 1, (op, y) -> op.gather(y, op.longs(1, 2), 1)),
        new Case("the first, by Slice", 1, (op, y) -> op.slice(y, 1, 0, 1)),
        new Case("the last, by Slice", 1, (op, y) -> op.slice(y, 1, -1, Long.MAX_VALUE)),
        new Case("twice the same", 1, SinkSelectionTest::firstTwice));
  }

  private static Value firstTwice(Ops op, Value y) {
    Value first = op.slice(y, 1, 0, 1);
    return op.add(first, op.unsqueeze(op.gather(y, op.constant(Tensor.scalar(0L)), 1), 1));
  }

  @ParameterizedTest
  @MethodSource("selections")
  void anyFewPositionsAreASelection(Case selection) throws Exception {
    Value whole = op.tanh(x);

    assertMoved(whole, selection.of().apply(op, whole));
  }

  @Test
  void aSelectionStaysOnEachBranchOfAFork() throws Exception {
    Value state = op.tanh(x);
    Value sum = op.add(state, op.matmul(state, weight(op, WIDTH, WIDTH)));
    Value keys = op.reduceSum(state, 1);
    Value first = op.slice(sum, 1, 0, 1);
    Map<String, Tensor> expected = results(first, keys);
    SinkSelection.apply(graph);

    assertThat(graph.has(sum.name())).isFalse();
    assertThat(graph.consumers(state.name()))
        .extracting(Node::opType)
        .containsExactlyInAnyOrder("ReduceSum", "Slice");
    Outputs.assertSame(GraphRunner.run(graph, feeds), expected);
  }

  @Test
  void twoSelectionsOfDifferentAxesBothMove() throws Exception {
    Value whole = op.tanh(x);
    Value one = op.gather(op.slice(whole, 2, 0, 2), op.constant(Tensor.scalar(0L)), 1);

    assertMoved(whole, one);
  }

  @Test
  void aSecondRunFindsNothing() {
    Value first = op.slice(attention(op, x), 2, 0, 1);
    graph.addOutput(first.name());
    ShapeInference.infer(graph);
    SinkSelection.apply(graph);
    List<Node> nodes = List.copyOf(graph.nodes());
    SinkSelection.apply(graph);

    assertThat(graph.nodes()).containsExactlyElementsOf(nodes);
  }

  /** A value of which one position is selected, and yet all are computed. */
  record Refusal(String name, int axis, BiFunction<SinkSelectionTest, Ops, Value> of) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Refusal> refusals() {
    return Stream.of(
        new Refusal("Softmax along the axis", 1, (t, op) -> op.softmax(t.x, 1)),
        new Refusal("sum along the axis", 1, (t, op) -> op.reduceSumKeep(t.x, 1)),
        new Refusal("normalised over the axis", 1, SinkSelectionTest::normalizedOverPositions),
        new Refusal("columns of a product", 2, (t, op) -> op.matmul(t.x, weight(op, WIDTH, 3))),
        new Refusal("sizes that may differ", 1, (t, op) -> op.add(t.x, t.other)),
        new Refusal("an operator that reads other positions", 1, SinkSelectionTest::accumulated),
        new Refusal("an axis that is merged", 0, (t, op) -> op.reshape(t.x, -1, WIDTH)),
        new Refusal("an axis that is concatenated", 1, (t, op) -> op.concat(1, List.of(t.x, t.x))));
  }

  private static Value normalizedOverPositions(SinkSelectionTest test, Ops op) {
    Value x = op.slice(test.x, 1, 0, POSITIONS);
    return op.one(
        "LayerNormalization",
        Attributes.NONE.with("axis", 1L),
        test.x.type(),
        x,
        weight(op, POSITIONS, WIDTH));
  }

  private static Value accumulated(SinkSelectionTest test, Ops op) {
    return op.one("CumSum", test.x.type(), test.x, op.constant(Tensor.scalar(1L)));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatNeedsAllPositionsComputesThem(Refusal test) throws Exception {
    Value whole = test.of().apply(this, op);

    assertStays(whole, op.gather(whole, op.constant(Tensor.scalar(0L)), test.axis()));
  }

  private void assertStays(Value whole, Value... outputs) throws Exception {
    Map<String, Tensor> expected = results(outputs);
    SinkSelection.apply(graph);

    assertThat(graph.has(whole.name())).as("the whole is computed").isTrue();
    Outputs.assertSame(GraphRunner.run(graph, feeds), expected);
  }

  @Test
  void whatIsReadOtherwiseTooIsComputed() throws Exception {
    Value whole = op.tanh(x);

    assertStays(whole, op.slice(whole, 1, 0, 1), op.reduceSum(whole, 1));
  }

  @Test
  void whatIsSelectedFromDifferentlyIsComputed() throws Exception {
    Value whole = op.tanh(x);

    assertStays(whole, op.slice(whole, 1, 0, 1), op.gather(whole, op.longs(1), 1));
  }

  @Test
  void anOutputOfTheGraphIsComputed() throws Exception {
    Value whole = op.tanh(x);

    assertStays(whole, op.slice(whole, 1, 0, 1), whole);
  }

  static Stream<Case> noSelections() {
    return Stream.of(
        new Case("a position that the run says", 1, SinkSelectionTest::byNumberOfRows),
        new Case("all but the first", 1, (op, y) -> op.slice(y, 1, 1, Long.MAX_VALUE)),
        new Case("two of perhaps one", 1, (op, y) -> op.slice(y, 1, 0, 2)),
        new Case("one twice", 1, (op, y) -> op.gather(y, op.longs(0, 0), 1)),
        new Case("perhaps one twice", 1, (op, y) -> op.gather(y, op.longs(0, -5), 1)),
        new Case("three of four", 2, (op, y) -> op.gather(y, op.longs(0, 1, 2), 2)));
  }

  private static Value byNumberOfRows(Ops op, Value y) {
    return op.gather(y, op.sizeOf(y, 0), 1);
  }

  @ParameterizedTest
  @MethodSource("noSelections")
  void whatMayNotBeFewPositionsIsComputed(Case selection) throws Exception {
    Value whole = op.tanh(x);

    assertStays(whole, selection.of().apply(op, whole));
  }

  @Test
  void sizesThatNoInputHasKeepAValue() throws Exception {
    Value rows = op.reshape(op.tanh(x), -1, WIDTH);
    Value whole = op.tanh(rows);
    Value size = op.sizeOf(whole, 0);

    assertStays(whole, op.slice(whole, 0, 0, 1), op.identity(size));
  }

  @Test
  void sizesOfAValueAreReadFromTheInputs() throws Exception {
    Value whole = op.tanh(x);
    Value sizes = op.shapeOf(whole);
    Map<String, Tensor> expected = results(op.slice(whole, 1, 0, 1), op.identity(sizes));
    SinkSelection.apply(graph);

    assertThat(graph.has(whole.name())).isFalse();
    Outputs.assertSame(GraphRunner.run(graph, feeds), expected);
  }
}
