package org.tribuo.distill.graph.pass;


import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/**
 * For each operator that computes the positions of an axis apart from each other: what its inputs
 * become if only some positions of its output are wanted.
 */
final class SelectionRules {
  /** What becomes of one input. */
  @FunctionalInterface
  interface Change {
    Value of(Ops op, Value x);
  }

  @FunctionalInterface
  interface Rule {
    /**
     * @param node whose inputs and output have types, the output a shape
     * @param selection of its first output
     * @return for the first inputs a change each, and the others stay; empty if it may be wrong
     */
    Optional<List<Change>> inputs(Operation node, Selection selection);
  }

  private static final Change SAME = (op, x) -> x;

  private static final List<String> ELEMENTWISE =
      List.of(
          "Abs",
          "Add",
          "And",
          "Cast",
          "Celu",
          "Clip",
          "Cos",
          "Div",
          "Dropout",
          "Elu",
          "Equal",
          "Erf",
          "Exp",
          "Gelu",
          "Greater",
          "GreaterOrEqual",
          "HardSigmoid",
          "HardSwish",
          "Identity",
          "IsInf",
          "IsNaN",
          "LeakyRelu",
          "Less",
          "LessOrEqual",
          "Log",
          "Max",
          "Mean",
          "Min",
          "Mish",
          "Mod",
          "Mul",
          "Neg",
          "Not",
          "Or",
          "PRelu",
          "Pow",
          "Reciprocal",
          "Relu",
          "Selu",
          "Sigmoid",
          "Sign",
          "Sin",
          "Softplus",
          "Sqrt",
          "Sub",
          "Sum",
          "Tanh",
          "Where",
          "Xor");

  private static final List<String> ALONG_ONE_AXIS =
      List.of("Hardmax", "LogSoftmax", "LpNormalization", "Softmax");

  private static final List<String> NORMALIZATIONS =
      List.of("LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization");

  private static final List<String> REDUCTIONS =
      List.of(
          "ReduceL1",
          "ReduceL2",
          "ReduceLogSum",
          "ReduceLogSumExp",
          "ReduceMax",
          "ReduceMean",
          "ReduceMin",
          "ReduceProd",
          "ReduceSum",
          "ReduceSumSquare");

  private final InputSizes sizes;
  private final Map<String, Rule> rules = new TreeMap<>();

  /**
   * @param sizes of the inputs of the graph that the rules are for
   */
  SelectionRules(InputSizes sizes) {
    this.sizes = sizes;
    ELEMENTWISE.forEach(opType -> rules.put(opType, SelectionRules::elementwise));
    ALONG_ONE_AXIS.forEach(opType -> rules.put(opType, SelectionRules::alongOneAxis));
    NORMALIZATIONS.forEach(opType -> rules.put(opType, SelectionRules::normalization));
    REDUCTIONS.forEach(opType -> rules.put(opType, SelectionRules::reduction));
    rules.put("MatMul", SelectionRules::product);
    rules.put("com.microsoft::FusedMatMul", SelectionRules::product);
    rules.put("Gemm", SelectionRules::gemm);
    rules.put("Transpose", SelectionRules::transpose);
    rules.put("Reshape", this::reshape);
    rules.put("Unsqueeze", SelectionRules::unsqueeze);
    rules.put("Squeeze", SelectionRules::squeeze);
    rules.put("Concat", SelectionRules::concat);
    rules.put("Slice", SelectionRules::slice);
    rules.put("Gather", SelectionRules::gather);
    rules.put("GatherElements", SelectionRules::gatherElements);
  }

  /** The rule for an operator, with its domain where it is not ONNX's own. */
  Optional<Rule> of(String qualifiedOpType) {
    return Optional.ofNullable(rules.get(qualifiedOpType));
  }

  private static Optional<List<Change>> first(Selection selection) {
    return Optional.of(List.of(selection::of));
  }

  /** Operands have the axis, in which case they are selected from, or repeat along it. */
  private static Optional<List<Change>> elementwise(Operation n, Selection selection) {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < n.xs().size(); i++) {
      Optional<Change> change = operand(n, i, selection);
      if (change.isEmpty()) {
        return Optional.empty();
      }
      changes.add(change.get());
    }
    return Optional.of(changes);
  }

  private static Optional<Change> operand(Operation n, int input, Selection selection) {
    if (!n.hasX(input)) {
      return Optional.of(SAME);
    }
    Optional<Shape> shape = n.x(input).shape();
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    int axis = selection.axis() - (n.y().rank() - shape.get().rank());
    if (axis < 0 || shape.get().dimension(axis).is(1)) {
      return Optional.of(SAME);
    }
    return shape.get().dimension(axis).provablyEquals(extent(n, selection))
        ? Optional.of(selection.on(axis)::of)
        : Optional.empty();
  }

  private static Dimension extent(Operation n, Selection selection) {
    return n.y().shape().orElseThrow().dimension(selection.axis());
  }

  private static Optional<List<Change>> alongOneAxis(Operation n, Selection selection) {
    return selection.axis() == axis(n, -1, n.y().rank()) ? Optional.empty() : first(selection);
  }

  private static int axis(Operation n, long otherwise, int rank) {
    return Math.floorMod(n.attribute("axis", otherwise), rank);
  }

  private static Optional<List<Change>> normalization(Operation n, Selection selection) {
    int from = axis(n, -1, n.y().rank());
    boolean sameEverywhere =
        IntStream.range(1, n.xs().size())
            .filter(n::hasX)
            .allMatch(i -> n.x(i).shape().filter(s -> s.rank() <= n.y().rank() - from).isPresent());
    return selection.axis() < from && sameEverywhere ? first(selection) : Optional.empty();
  }

  private static Optional<List<Change>> reduction(Operation n, Selection selection) {
    Optional<Shape> x = n.x().shape();
    Optional<long[]> axes = axes(n).filter(a -> a.length > 0);
    if (x.isEmpty() || axes.isEmpty()) {
      return Optional.empty();
    }
    List<Integer> left = left(x.get().rank(), axes.get());
    if (n.attribute("keepdims", 1L) == 0) {
      return first(selection.on(left.get(selection.axis())));
    }
    return left.contains(selection.axis()) ? first(selection) : Optional.empty();
  }

  private static Optional<long[]> axes(Operation n) {
    return n.attributes().longs("axes").or(() -> n.constant(1).map(Tensor::toLongs));
  }

  /** The axes that are not named. */
  private static List<Integer> left(int rank, long... named) {
    return IntStream.range(0, rank)
        .filter(axis -> Arrays.stream(named).noneMatch(a -> Math.floorMod(a, rank) == axis))
        .boxed()
        .toList();
  }

  /** Of a product of stacks of matrices its rows, or whole matrices; columns are weights mostly. */
  private static Optional<List<Change>> product(Operation n, Selection selection) {
    Optional<Shape> a = n.x(0).shape();
    Optional<Shape> b = n.x(1).shape();
    if (a.isEmpty() || b.isEmpty() || a.get().rank() < 2 || b.get().rank() < 2) {
      return Optional.empty();
    }
    int fromEnd = n.y().rank() - selection.axis();
    if (fromEnd == 2) {
      int rows = a.get().rank() - (n.flag("transA") ? 1 : 2);
      return n.flag("transBatchA") ? Optional.empty() : first(selection.on(rows));
    }
    boolean ofStack = fromEnd > 2 && !n.flag("transBatchA") && !n.flag("transBatchB");
    return ofStack ? elementwise(n, selection) : Optional.empty();
  }

  private static Optional<List<Change>> gemm(Operation n, Selection selection) {
    Change rows = selection.on(n.flag("transA") ? 1 : 0)::of;
    return selection.axis() == 0
        ? operand(n, 2, selection).map(summand -> List.of(rows, SAME, summand))
        : Optional.empty();
  }

  private static Optional<List<Change>> transpose(Operation n, Selection selection) {
    int mirrored = n.y().rank() - 1 - selection.axis();
    return first(
        selection.on(
            n.attributes().longs("perm").map(p -> (int) p[selection.axis()]).orElse(mirrored)));
  }

  private Optional<List<Change>> reshape(Operation n, Selection selection) {
    Optional<Shape> x = n.x().shape();
    if (x.isEmpty()) {
      return Optional.empty();
    }
    Shape y = n.y().shape().orElseThrow();
    boolean zeroCopies = !n.flag("allowzero");
    return IntStream.range(0, x.get().rank())
        .filter(axis -> isSameAxis(x.get(), axis, y, selection.axis()))
        .boxed()
        .findFirst()
        .flatMap(
            axis -> {
              Shape left = x.get().with(axis, Dimension.unknown());
              Shape wanted = y.with(selection.axis(), Dimension.of(selection.positions().size()));
              Change selected = selection.on(axis)::of;
              return reshaped(left, wanted, zeroCopies).map(to -> List.of(selected, to));
            });
  }

  /**
   * The sizes of a Reshape: as numbers, with 0 for a size of the input and -1 for whatever is left,
   * or read of the graph's inputs.
   */
  private Optional<Change> reshaped(Shape x, Shape y, boolean zeroCopies) {
    List<Dimension> to = new ArrayList<>();
    for (int i = 0; i < y.rank(); i++) {
      Dimension size = y.dimension(i);
      boolean copied =
          zeroCopies && i < x.rank() && x.dimension(i).provablyEquals(size) && !isNumber(size);
      to.add(copied ? Dimension.of(0) : sizes.isKnown(size) ? size : Dimension.of(-1));
    }
    long free = to.stream().filter(size -> size.is(-1)).count();
    return free <= 1 ? Optional.of((op, old) -> sizes.vector(op, to)) : Optional.empty();
  }

  private static boolean isNumber(Dimension size) {
    return size instanceof Dimension.Fixed;
  }

  /** Whether as many elements are before an axis as before another, and as many along it. */
  private static boolean isSameAxis(Shape x, int axis, Shape y, int other) {
    return x.dimension(axis).provablyEquals(y.dimension(other))
        && (before(x, axis).provablyEquals(before(y, other))
            || behind(x, axis).provablyEquals(behind(y, other)));
  }

  private static Dimension before(Shape shape, int axis) {
    return Dimension.product(shape.dimensions().subList(0, axis));
  }

  private static Dimension behind(Shape shape, int axis) {
    return Dimension.product(shape.dimensions().subList(axis + 1, shape.rank()));
  }

  private static Optional<List<Change>> unsqueeze(Operation n, Selection selection) {
    return axes(n)
        .map(added -> left(n.y().rank(), added).indexOf(selection.axis()))
        .filter(axis -> axis >= 0)
        .flatMap(axis -> first(selection.on(axis)));
  }

  private static Optional<List<Change>> squeeze(Operation n, Selection selection) {
    Optional<Shape> x = n.x().shape();
    Optional<long[]> gone = axes(n);
    return x.isEmpty() || gone.isEmpty()
        ? Optional.empty()
        : first(selection.on(left(x.get().rank(), gone.get()).get(selection.axis())));
  }

  private static Optional<List<Change>> concat(Operation n, Selection selection) {
    return selection.axis() == axis(n, 0, n.y().rank())
        ? Optional.empty()
        : Optional.of(n.xs().stream().<Change>map(x -> selection::of).toList());
  }

  private static Optional<List<Change>> slice(Operation n, Selection selection) {
    Optional<long[]> sliced =
        n.hasX(3)
            ? n.constant(3).map(Tensor::toLongs)
            : n.constant(1)
                .map(
                    starts -> IntStream.range(0, (int) starts.elements()).asLongStream().toArray());
    return sliced
        .filter(axes -> left(n.y().rank(), axes).contains(selection.axis()))
        .flatMap(axes -> first(selection));
  }

  private static Optional<List<Change>> gather(Operation n, Selection selection) {
    Optional<Shape> x = n.x(0).shape();
    Optional<Shape> indices = n.x(1).shape();
    if (x.isEmpty() || indices.isEmpty()) {
      return Optional.empty();
    }
    int gathered = axis(n, 0, x.get().rank());
    if (selection.axis() < gathered) {
      return first(selection);
    }
    int behind = selection.axis() - indices.get().rank() + 1;
    return behind > gathered ? first(selection.on(behind)) : Optional.empty();
  }

  /** Along the axis that it gathers from any position may be read. */
  private static Optional<List<Change>> gatherElements(Operation n, Selection selection) {
    if (selection.axis() == axis(n, 0, n.y().rank())) {
      return Optional.of(List.of(SAME, selection::of));
    }
    boolean whole =
        n.x()
            .shape()
            .filter(s -> s.dimension(selection.axis()).provablyEquals(extent(n, selection)))
            .isPresent();
    return whole ? Optional.of(List.of(selection::of, selection::of)) : Optional.empty();
  }
}
