package org.tribuo.distill.zoo;

import static org.tribuo.distill.graph.internal.pass.HandMade.branch;
import static org.tribuo.distill.graph.internal.pass.HandMade.function;
import static org.tribuo.distill.graph.internal.pass.HandMade.node;
import static org.tribuo.distill.graph.internal.pass.HandMade.nodeOf;
import static org.tribuo.distill.graph.internal.pass.HandMade.number;
import static org.tribuo.distill.graph.internal.pass.HandMade.value;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.HandMade;

/**
 * Several nodes from x, [batch, positions, width], and w, [width, width], to y: masks and shapes
 * that are computed, branches, sequences, functions.
 */
final class GraphConstructs {
  private static final List<Function<GraphConstructs, List<NodeProto>>> KINDS =
      List.of(
          GraphConstructs::causalAttention,
          GraphConstructs::paddedAttention,
          GraphConstructs::shapesThatAreRead,
          GraphConstructs::expandedMask,
          GraphConstructs::sequence,
          GraphConstructs::joinedSequence,
          GraphConstructs::branchThatASizeDecides,
          GraphConstructs::functionsWithinFunctions,
          GraphConstructs::tiedWeight,
          GraphConstructs::rotation,
          GraphConstructs::residualsAndGate,
          GraphConstructs::decomposedNormalization,
          GraphConstructs::decomposedGelu,
          GraphConstructs::detour,
          GraphConstructs::standardisation,
          GraphConstructs::pooling);

  private final Draw draw;
  private final long batch;
  private final long positions;
  private final long width;
  private final List<TensorProto> constants = new ArrayList<>();
  private final List<FunctionProto> functions = new ArrayList<>();

  private GraphConstructs(Draw draw) {
    this.draw = draw;
    this.batch = draw.from(1, 3);
    this.positions = draw.from(2, 4);
    this.width = 2L * draw.from(2, 3);
    constant("0", Tensor.scalar(0L));
    constant("1", Tensor.scalar(1L));
    constant("-1", Tensor.scalar(-1L));
    constant("[0]", Tensor.vector(0));
    constant("[1]", Tensor.vector(1));
    constant("[2]", Tensor.vector(2));
    constant("[-1]", Tensor.vector(-1));
    constant("[]", Tensor.vector());
    constant("0.0", Tensor.scalar(0f));
    constant("lowest", Tensor.scalar(-Float.MAX_VALUE));
    constant("w", floats(width, width));
  }

  static int kinds() {
    return KINDS.size();
  }

  static Construct of(int kind, Draw draw, String name) {
    GraphConstructs construct = new GraphConstructs(draw);
    List<NodeProto> nodes = KINDS.get(kind).apply(construct);
    long[] sizes = {construct.batch, construct.positions, construct.width};
    OnnxModel model =
        HandMade.model(
            value("x", ElementType.FLOAT, sizes),
            construct.constants,
            construct.functions,
            nodes.toArray(NodeProto[]::new));
    return Construct.ofWeights(name, model, Map.of("x", construct.floats(sizes)));
  }

  private void constant(String name, Tensor tensor) {
    constants.add(tensor.toProto(name));
  }

  private Tensor floats(long... dims) {
    float[] values = new float[(int) Arrays.stream(dims).reduce(1, Math::multiplyExact)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) draw.random().nextDouble(-1, 1);
    }
    return Tensor.of(values, dims);
  }

  private static NodeProto n(
      String opType, String inputs, String outputs, AttributeProto... attributes) {
    return node(opType, names(inputs), names(outputs), attributes);
  }

  private static List<String> names(String names) {
    return Arrays.asList(names.split(" "));
  }

  private static AttributeProto list(String name, long... values) {
    AttributeProto.Builder list =
        AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
    Arrays.stream(values).forEach(list::addInts);
    return list.build();
  }

  private static NodeProto cast(String input, String output, ElementType type) {
    return n("Cast", input, output, number("to", type.onnxNumber()));
  }

  /** Scores of x with what w makes of it, [batch, positions, positions]. */
  private static List<NodeProto> scores() {
    return List.of(
        n("MatMul", "x w", "k"),
        n("Transpose", "k", "kt", list("perm", 0, 2, 1)),
        n("MatMul", "x kt", "scores"));
  }

  private static List<NodeProto> attended(String masked) {
    return List.of(n("Softmax", masked, "p", number("axis", -1)), n("MatMul", "p x", "y"));
  }

  @SafeVarargs
  private static List<NodeProto> all(List<NodeProto>... parts) {
    return Arrays.stream(parts).flatMap(List::stream).toList();
  }

  private List<NodeProto> causalAttention() {
    List<NodeProto> mask =
        List.of(
            n("Shape", "x", "sizes"),
            n("Gather", "sizes 1", "length"),
            n("Range", "0 length 1", "range"),
            n("Unsqueeze", "range [1]", "rows"),
            n("Less", "rows range", "hidden"),
            n("Where", "hidden lowest scores", "masked"));
    return all(scores(), mask, attended("masked"));
  }

  private List<NodeProto> paddedAttention() {
    long[] shown = new long[(int) (batch * positions)];
    for (int i = 0; i < shown.length; i++) {
      shown[i] = i % positions == 0 || draw.coin() ? 1 : 0;
    }
    constant("mask", Tensor.of(shown, batch, positions));
    constant("1.0", Tensor.scalar(1f));
    constant("-1e4", Tensor.scalar(-1e4f));
    List<NodeProto> mask =
        List.of(
            cast("mask", "seen", ElementType.FLOAT),
            n("Sub", "1.0 seen", "unseen"),
            n("Mul", "unseen -1e4", "flat"),
            n("Unsqueeze", "flat [1]", "bias"),
            n("Add", "scores bias", "masked"));
    return all(scores(), mask, attended("masked"));
  }

  private List<NodeProto> shapesThatAreRead() {
    return List.of(
        n("Shape", "x", "sizes"),
        n("Gather", "sizes [0]", "batch"),
        n("Slice", "sizes [1] [2]", "length"),
        n("Concat", "batch length [2] [-1]", "split", number("axis", 0)),
        n("MatMul", "x w", "k"),
        n("Reshape", "k split", "heads"),
        n("Transpose", "heads", "swapped", list("perm", 0, 2, 1, 3)),
        n("ReduceMean", "swapped [-1]", "mean"),
        n("Sub", "swapped mean", "below"),
        n("Transpose", "below", "back", list("perm", 0, 2, 1, 3)),
        n("Reshape", "back sizes", "y"));
  }

  private List<NodeProto> expandedMask() {
    constant("[[1]]", Tensor.of(new float[] {1}, 1, 1));
    return all(
        scores(),
        List.of(
            n("Shape", "scores", "sizes"),
            n("Slice", "sizes [1] [2]", "rows"),
            n("Slice", "sizes [2] [-1]", "none"),
            n("Concat", "rows rows none", "square", number("axis", 0)),
            n("Expand", "[[1]] square", "ones"),
            n("Trilu", "ones", "lower", number("upper", 0)),
            cast("lower", "seen", ElementType.BOOL),
            n("Where", "seen scores lowest", "masked")),
        attended("masked"));
  }

  private List<NodeProto> sequence() {
    return List.of(
        n("MatMul", "x w", "k"),
        n("SplitToSequence", "k", "pieces", number("axis", 1), number("keepdims", draw.from(0, 1))),
        n("SequenceAt", "pieces " + draw.of("0", "1", "-1"), "piece"),
        n("Tanh", "piece", "y"));
  }

  private List<NodeProto> joinedSequence() {
    return List.of(
        n("MatMul", "x w", "k"),
        n("SequenceConstruct", "x k", "both"),
        n("SequenceInsert", "both x " + draw.of("0", "1"), "three"),
        n(
            "ConcatFromSequence",
            "three",
            "y",
            number("axis", draw.from(0, 2)),
            number("new_axis", draw.from(0, 1))));
  }

  private List<NodeProto> branchThatASizeDecides() {
    constant("limit", Tensor.scalar((long) draw.from(1, 4)));
    return List.of(
        n("MatMul", "x w", "k"),
        n("Shape", "x", "sizes"),
        n("Gather", "sizes 1", "length"),
        n("Equal", "length limit", "same"),
        node(
            "If",
            List.of("same"),
            List.of("y"),
            branch("then_branch", "a", n("Tanh", "k", "a")),
            branch("else_branch", "a", n("Neg", "k", "b"), n("Sigmoid", "b", "a"))));
  }

  private List<NodeProto> functionsWithinFunctions() {
    functions.add(
        function(
            "Linear",
            List.of("in", "weight"),
            List.of("out"),
            List.of(),
            node("MatMul", List.of("in", "weight"), List.of("out"))));
    functions.add(
        function(
            "Attend",
            List.of("in", "weight"),
            List.of("out"),
            List.of(number("axis", -1)),
            nodeOf("local", "Linear", List.of("in", "weight"), List.of("scores")),
            node(
                "Softmax",
                List.of("scores"),
                List.of("out"),
                HandMade.given("axis", AttributeType.INT, "axis"))));
    return List.of(
        nodeOf("local", "Attend", List.of("x", "w"), List.of("a"), number("axis", 1)),
        nodeOf("local", "Attend", List.of("a", "w"), List.of("y")));
  }

  private List<NodeProto> tiedWeight() {
    constant("ids", Tensor.vector(0, width - 1, 0));
    return List.of(
        n("Gather", "w ids", "looked"),
        n("Transpose", "w", "wt", list("perm", 1, 0)),
        n("MatMul", "x wt", "k"),
        n("ReduceSum", "looked [0]", "sum"),
        n("Mul", "k sum", "y"));
  }

  private List<NodeProto> rotation() {
    constant("angles", floats(positions, width));
    return List.of(
        n("MatMul", "x w", "q"),
        n("Cos", "angles", "cos"),
        n("Sin", "angles", "sin"),
        n("Split", "q", "left right", number("axis", -1), number("num_outputs", 2)),
        n("Neg", "right", "negative"),
        n("Concat", "negative left", "turned", number("axis", -1)),
        n("Mul", "q cos", "straight"),
        n("Mul", "turned sin", "across"),
        n("Add", "straight across", "y"));
  }

  private List<NodeProto> residualsAndGate() {
    return List.of(
        n("MatMul", "x w", "k"),
        n("Add", "x k", "sum"),
        n("Sigmoid", "k", "gate"),
        n("Mul", "sum gate", "gated"),
        n("Softplus", "gated", "kept"),
        n("Add", "kept x", "again"),
        n("Add", "again sum", "y"));
  }

  private List<NodeProto> decomposedNormalization() {
    constant("epsilon", Tensor.scalar(1e-5f));
    constant("square", Tensor.scalar(2f));
    constant("scale", floats(width));
    return List.of(
        n("MatMul", "x w", "k"),
        n("ReduceMean", "k [-1]", "mean"),
        n("Sub", "k mean", "centred"),
        n("Pow", "centred square", "squared"),
        n("ReduceMean", "squared [-1]", "variance"),
        n("Add", "variance epsilon", "safe"),
        n("Sqrt", "safe", "std"),
        n("Div", "centred std", "normalized"),
        n("Mul", "normalized scale", "scaled"),
        n("Add", "scaled scale", "y"));
  }

  private List<NodeProto> decomposedGelu() {
    constant("root", Tensor.scalar((float) Math.sqrt(2)));
    constant("1.0", Tensor.scalar(1f));
    constant("0.5", Tensor.scalar(0.5f));
    return List.of(
        n("MatMul", "x w", "k"),
        n("Div", "k root", "scaled"),
        n("Erf", "scaled", "erf"),
        n("Add", "erf 1.0", "shifted"),
        n("Mul", "k shifted", "product"),
        n("Mul", "product 0.5", "y"));
  }

  /** Operators that change nothing, one after the other. */
  private List<NodeProto> detour() {
    return List.of(
        n("MatMul", "x w", "k"),
        n("Identity", "k", "same"),
        n("Dropout", "same", "kept"),
        cast("kept", "wide", ElementType.DOUBLE),
        cast("wide", "narrow", ElementType.FLOAT),
        n("Unsqueeze", "narrow [1]", "more"),
        n("Squeeze", "more [1]", "less"),
        n("Add", "less 0.0", "y"));
  }

  private List<NodeProto> standardisation() {
    constant("1.0", Tensor.scalar(1f));
    return List.of(
        n("MatMul", "x w", "k"),
        n("ReduceL2", "k [2]", "norm"),
        n("Add", "norm 1.0", "bounded"),
        n("Div", "k bounded", "unit"),
        n("Transpose", "unit", "turned", list("perm", 0, 2, 1)),
        n("MatMul", "unit turned", "y"));
  }

  /** The mean of the positions that a mask leaves. */
  private List<NodeProto> pooling() {
    constant("mask", Tensor.of(new float[] {1}, 1, 1, 1));
    constant("tiny", Tensor.scalar(1e-9f));
    return List.of(
        n("MatMul", "x w", "k"),
        n("Shape", "k", "sizes"),
        n("Expand", "mask sizes", "seen"),
        n("Mul", "k seen", "kept"),
        n("ReduceSum", "kept [1]", "sum", number("keepdims", 0)),
        n("ReduceSum", "seen [1]", "count", number("keepdims", 0)),
        n("Clip", "count tiny", "safe"),
        n("Div", "sum safe", "y"));
  }
}
