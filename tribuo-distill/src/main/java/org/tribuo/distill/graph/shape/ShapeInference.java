package org.tribuo.distill.graph.shape;

import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.RuntimeInference;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Infers the element types and shapes of a graph's values, symbolic sizes included.
 *
 * <p>Exporters compute shapes inside the graph: the sizes of a Reshape come from Shape, Gather,
 * Unsqueeze and Concat. ONNX Runtime gives up there, so the operators that shapes pass through are
 * interpreted here, together with the contents of small integer tensors ({@link SymbolicContents}):
 * that makes ranks known and proves that two sizes are equal. What is not interpreted is asked of
 * ONNX Runtime.
 */
public final class ShapeInference {
  private final Graph graph;
  private final Map<String, TensorType> runtime;
  private final SymbolicContents contents;
  private final ProductNames products;

  private ShapeInference(Graph graph, Map<String, TensorType> runtime) {
    this.graph = graph;
    this.runtime = runtime;
    this.contents = new SymbolicContents(graph);
    this.products = ProductNames.of(graph);
  }

  /**
   * Sets the types of all values that nodes make, as far as they can be known.
   *
   * @throws GraphException if ONNX Runtime refuses the graph; the message says which node it names
   */
  public static void infer(Graph graph) {
    graph.named(
        () -> {
          ShapeInference inference = of(graph);
          graph.topological().forEach(inference::visit);
        });
  }

  /**
   * An inference that goes along while a graph is changed: each node is to be visited after those
   * that it reads from, new ones too.
   *
   * @throws GraphException as above
   */
  public static ShapeInference of(Graph graph) {
    return new ShapeInference(graph, RuntimeInference.types(graph));
  }

  /**
   * The number in a whole scalar, 0 or 1 for a condition, if constants and sizes decide it.
   *
   * @param graph with inferred types
   */
  public static Optional<Long> number(Graph graph, String value) {
    SymbolicContents contents = new SymbolicContents(graph);
    graph.ancestors(Set.of(value)).forEach(contents::visit);
    return contents
        .of(value)
        .filter(numbers -> numbers.size() == 1 && numbers.get(0) instanceof Dimension.Fixed)
        .map(numbers -> ((Dimension.Fixed) numbers.get(0)).size());
  }

  /** The dimensions that a Shape node reads of a value's shape: all, or those it is told to. */
  public static List<Dimension> sizesRead(Node node, Shape shape) {
    return SymbolicContents.sizes(node, shape);
  }

  /**
   * Sets the types of what a node makes; of a node that came later, its element types stay.
   *
   * @throws GraphException if the node's attributes do not fit its inputs
   */
  public void visit(Node node) {
    try {
      setTypes(node);
    } catch (IndexOutOfBoundsException | ArithmeticException | NegativeArraySizeException e) {
      throw new GraphException(
          "%s has attributes that do not fit its inputs %s: %s"
              .formatted(node, inputTypes(node), e.getMessage()),
          e);
    }
  }

  private List<String> inputTypes(Node node) {
    return node.inputs().stream()
        .map(name -> graph.type(name).map(TensorType::toString).orElse("of unknown type"))
        .toList();
  }

  private void setTypes(Node node) {
    List<Optional<Shape>> shapes = node.domain().equals(Node.MICROSOFT) ? List.of() : shapes(node);
    for (int i = 0; i < node.outputs().size(); i++) {
      String output = node.output(i);
      TensorType seen = runtime.getOrDefault(output, graph.type(output).orElse(null));
      if (seen != null) {
        Optional<Shape> own = i < shapes.size() ? shapes.get(i) : Optional.empty();
        Optional<Shape> known = merged(own, seen.shape().map(products::restored));
        TensorType type = new TensorType(seen.elementType(), known);
        products.remember(type);
        graph.setType(output, type);
      }
    }
    contents.visit(node);
  }

  /** What either knows; both describe the same value. */
  private static Optional<Shape> merged(Optional<Shape> own, Optional<Shape> seen) {
    if (own.isEmpty() || seen.isEmpty() || own.get().rank() != seen.get().rank()) {
      return own.or(() -> seen);
    }
    return Optional.of(
        new Shape(
            IntStream.range(0, own.get().rank())
                .mapToObj(i -> known(own.get().dimension(i), seen.get().dimension(i)))
                .toList()));
  }

  private static Dimension known(Dimension own, Dimension seen) {
    return own instanceof Dimension.Unknown || seen instanceof Dimension.Fixed ? seen : own;
  }

  private List<Optional<Shape>> shapes(Node node) {
    Attributes attributes = node.attributes();
    Optional<Shape> x = shape(node, 0);
    return switch (node.opType()) {
      case "Identity",
          "Cast",
          "Softmax",
          "LogSoftmax",
          "Neg",
          "Abs",
          "Sign",
          "Exp",
          "Log",
          "Sqrt",
          "Reciprocal",
          "Erf",
          "Tanh",
          "Sigmoid",
          "Relu",
          "Gelu",
          "Softplus",
          "Sin",
          "Cos",
          "Not",
          "IsNaN",
          "IsInf",
          "Clip",
          "Floor",
          "Ceil",
          "Round",
          "Trilu",
          "CumSum",
          "LeakyRelu",
          "Elu",
          "Selu",
          "Celu",
          "HardSwish",
          "HardSigmoid",
          "Mish",
          "Dropout",
          "GroupNormalization",
          "InstanceNormalization",
          "BatchNormalization",
          "LpNormalization",
          "RMSNormalization",
          "ScatterElements",
          "ScatterND" ->
          List.of(x);
      case "LayerNormalization" -> List.of(x, statistics(node, x), statistics(node, x));
      case "Add",
          "Sub",
          "Mul",
          "Div",
          "Pow",
          "Max",
          "Min",
          "Equal",
          "Less",
          "LessOrEqual",
          "Greater",
          "GreaterOrEqual",
          "And",
          "Or",
          "Xor",
          "Where",
          "Sum",
          "Mean",
          "PRelu",
          "Mod" ->
          List.of(broadcast(node));
      case "MatMul" -> List.of(product(x, shape(node, 1)));
      case "Gemm" -> List.of(gemm(node));
      case "Transpose" -> List.of(transposed(x, attributes.longs("perm")));
      case "Reshape" -> List.of(reshaped(node, x));
      case "Flatten" -> List.of(Optional.of(flattened(node, x)));
      case "Range" -> List.of(Optional.of(Shape.of(range(node))));
      case "Conv" -> List.of(convolved(node, x));
      case "Expand" -> List.of(expanded(node, x));
      case "Tile" -> List.of(tiled(node, x));
      case "Unsqueeze" -> List.of(unsqueezed(x, axes(node)));
      case "Squeeze" -> List.of(squeezed(x, axesToSqueeze(node)));
      case "Gather" -> List.of(gathered(node, x));
      case "GatherElements" -> List.of(shape(node, 1).or(() -> x.map(s -> unknown(s.rank()))));
      case "Concat" -> List.of(concatenated(node));
      case "Slice" -> List.of(sliced(node, x));
      case "Split" -> Collections.nCopies(node.outputs().size(), x.map(s -> split(node, s)));
      case "ReduceSum",
          "ReduceMean",
          "ReduceMax",
          "ReduceMin",
          "ReduceProd",
          "ReduceL1",
          "ReduceL2",
          "ReduceLogSum",
          "ReduceLogSumExp",
          "ReduceSumSquare" ->
          List.of(reduced(node, x));
      case "Shape" ->
          List.of(Optional.of(Shape.of(x.map(s -> sizes(node, s)).orElse(Dimension.unknown()))));
      case "Constant" -> List.of(graph.constant(node.output()).map(t -> Shape.of(t.dims())));
      case "Size" -> List.of(Optional.of(Shape.SCALAR));
      case "ConstantOfShape" -> List.of(contents.of(node.input(0)).map(Shape::new));
      default -> List.of();
    };
  }

  private Optional<Shape> shape(Node node, int input) {
    return graph.type(node.input(input)).flatMap(TensorType::shape);
  }

  private Optional<Shape> broadcast(Node node) {
    Optional<Shape> all = Optional.of(Shape.SCALAR);
    for (String input : node.inputs()) {
      Optional<Shape> shape = graph.type(input).flatMap(TensorType::shape);
      if (shape.isEmpty()) {
        return Optional.empty();
      }
      all = Optional.of(all.orElseThrow().broadcast(shape.get()));
    }
    return all;
  }

  private static Optional<Shape> statistics(Node node, Optional<Shape> x) {
    return x.map(
        shape -> {
          long axis = node.attributes().get("axis", -1L);
          long first = axis < 0 ? axis + shape.rank() : axis;
          List<Dimension> dims = new ArrayList<>(shape.dimensions());
          for (int i = (int) first; i < dims.size(); i++) {
            dims.set(i, Dimension.of(1));
          }
          return new Shape(dims);
        });
  }

  private static Optional<Shape> product(Optional<Shape> a, Optional<Shape> b) {
    if (a.isEmpty() || b.isEmpty() || a.get().rank() < 2 || b.get().rank() < 2) {
      return Optional.empty();
    }
    List<Dimension> left = a.get().dimensions();
    List<Dimension> right = b.get().dimensions();
    Shape stack =
        new Shape(left.subList(0, left.size() - 2))
            .broadcast(new Shape(right.subList(0, right.size() - 2)));
    List<Dimension> dims = new ArrayList<>(stack.dimensions());
    dims.add(left.get(left.size() - 2));
    dims.add(right.get(right.size() - 1));
    return Optional.of(new Shape(dims));
  }

  private Optional<Shape> gemm(Node node) {
    Optional<Shape> a = shape(node, 0);
    Optional<Shape> b = shape(node, 1);
    boolean transA = node.attributes().get("transA", 0L) != 0;
    boolean transB = node.attributes().get("transB", 0L) != 0;
    return a.isEmpty() || b.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Shape.of(a.get().dimension(transA ? 1 : 0), b.get().dimension(transB ? 0 : 1)));
  }

  private static Optional<Shape> transposed(Optional<Shape> x, Optional<long[]> permutation) {
    if (x.isPresent() && permutation.filter(p -> p.length != x.get().rank()).isPresent()) {
      throw new IndexOutOfBoundsException(
          "perm has %d axes of %d".formatted(permutation.get().length, x.get().rank()));
    }
    Optional<Shape> known = x.or(() -> permutation.map(p -> unknown(p.length)));
    return known.map(
        shape ->
            new Shape(
                IntStream.range(0, shape.rank())
                    .map(i -> permutation.map(p -> (int) p[i]).orElse(shape.rank() - 1 - i))
                    .mapToObj(shape::dimension)
                    .toList()));
  }

  private Optional<Shape> reshaped(Node node, Optional<Shape> x) {
    Optional<List<Dimension>> sizes = contents.of(node.input(1));
    if (sizes.isEmpty()) {
      return shape(node, 1)
          .map(s -> s.dimension(0))
          .filter(Dimension.Fixed.class::isInstance)
          .map(d -> unknown((int) ((Dimension.Fixed) d).size()));
    }
    List<Dimension> dims = new ArrayList<>(sizes.get());
    boolean zeroCopies = node.attributes().get("allowzero", 0L) == 0;
    for (int i = 0; i < dims.size(); i++) {
      if (dims.get(i).is(0) && zeroCopies) {
        int axis = i;
        dims.set(
            i,
            x.filter(s -> axis < s.rank()).map(s -> s.dimension(axis)).orElse(Dimension.unknown()));
      }
    }
    int free = dims.indexOf(Dimension.of(-1));
    if (free >= 0) {
      dims.remove(free);
      dims.add(free, x.map(s -> Dimension.product(s.dimensions()).dividedBy(dims)).orElse(Dimension.unknown()));
    }
    return Optional.of(new Shape(dims));
  }

  private static Shape flattened(Node node, Optional<Shape> x) {
    return x.map(
            shape -> {
              long axis = node.attributes().get("axis", 1L);
              int at = (int) (axis < 0 ? axis + shape.rank() : axis);
              List<Dimension> dims = shape.dimensions();
              return Shape.of(Dimension.product(dims.subList(0, at)), Dimension.product(dims.subList(at, dims.size())));
            })
        .orElse(unknown(2));
  }

  /** From 0 by ones there are as many numbers as the end says. */
  private Dimension range(Node node) {
    boolean fromZeroByOnes = isNumber(node.input(0), 0) && isNumber(node.input(2), 1);
    return contents
        .of(node.input(1))
        .filter(end -> fromZeroByOnes && end.size() == 1)
        .map(end -> end.get(0))
        .filter(end -> !(end instanceof Dimension.Fixed f) || f.size() >= 0)
        .orElse(Dimension.unknown());
  }

  private boolean isNumber(String name, long number) {
    return contents.of(name).filter(c -> c.size() == 1 && c.get(0).is(number)).isPresent();
  }

  /** A symbolic size becomes another one, named by what the convolution does to it. */
  private Optional<Shape> convolved(Node node, Optional<Shape> x) {
    Optional<Shape> kernel = shape(node, 1);
    if (x.isEmpty() || kernel.isEmpty()) {
      return Optional.empty();
    }
    List<Dimension> dims = new ArrayList<>(unknown(x.get().rank()).dimensions());
    dims.set(0, x.get().dimension(0));
    dims.set(1, kernel.get().dimension(0));
    String form = convolution(node.attributes());
    for (int axis = 2; axis < dims.size(); axis++) {
      if (x.get().dimension(axis) instanceof Dimension.Symbolic size
          && kernel.get().dimension(axis) instanceof Dimension.Fixed width) {
        String name = "conv(%s, %s, %s, %s)".formatted(size.name(), axis, width.size(), form);
        dims.set(axis, Dimension.of(name));
      }
    }
    return Optional.of(new Shape(dims));
  }

  private Optional<Shape> tiled(Node node, Optional<Shape> x) {
    Optional<List<Dimension>> copies = contents.of(node.input(1));
    return x.map(
        shape ->
            new Shape(
                IntStream.range(0, shape.rank())
                    .mapToObj(
                        axis ->
                            copies
                                .map(c -> Dimension.product(List.of(shape.dimension(axis), c.get(axis))))
                                .orElse(Dimension.unknown()))
                    .toList()));
  }

  private static String convolution(Attributes attributes) {
    return attributes.get("auto_pad", "NOTSET")
        + Stream.of("strides", "pads", "dilations")
            .map(name -> Arrays.toString(attributes.longs(name).orElse(new long[0])))
            .collect(Collectors.joining());
  }

  private Optional<Shape> expanded(Node node, Optional<Shape> x) {
    Optional<List<Dimension>> sizes = contents.of(node.input(1));
    return x.isEmpty() || sizes.isEmpty()
        ? Optional.empty()
        : Optional.of(x.get().broadcast(new Shape(sizes.get())));
  }

  private Optional<long[]> axes(Node node) {
    return node.attributes()
        .longs("axes")
        .or(() -> graph.constant(node.input(1)).map(Tensor::toLongs));
  }

  private static Optional<Shape> unsqueezed(Optional<Shape> x, Optional<long[]> axes) {
    if (x.isEmpty() || axes.isEmpty()) {
      return Optional.empty();
    }
    int rank = x.get().rank() + axes.get().length;
    List<Dimension> dims = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < rank; i++) {
      int axis = i;
      boolean added = Arrays.stream(axes.get()).anyMatch(a -> (a < 0 ? a + rank : a) == axis);
      dims.add(added ? Dimension.of(1) : x.get().dimension(next++));
    }
    return Optional.of(new Shape(dims));
  }

  /** An empty attribute means all axes of size 1, which the run finds. */
  private Optional<long[]> axesToSqueeze(Node node) {
    Optional<long[]> axes = axes(node).filter(named -> named.length > 0);
    if (node.hasInput(1) && axes.isEmpty() && axes(node).isPresent()) {
      throw new GraphException(
          "Squeeze at node '%s' has an empty list of axes: to ONNX that is none, to ONNX Runtime all"
                  .formatted(node.name())
              + " of size 1. Name the axes, or leave the input away");
    }
    return axes;
  }

  private static Optional<Shape> squeezed(Optional<Shape> x, Optional<long[]> axes) {
    return axes.flatMap(
        gone ->
            x.map(
                shape ->
                    new Shape(
                        IntStream.range(0, shape.rank())
                            .filter(
                                i ->
                                    Arrays.stream(gone)
                                        .noneMatch(a -> (a < 0 ? a + shape.rank() : a) == i))
                            .mapToObj(shape::dimension)
                            .toList())));
  }

  private Optional<Shape> gathered(Node node, Optional<Shape> x) {
    Optional<Shape> indices = shape(node, 1);
    if (x.isEmpty() || indices.isEmpty()) {
      return Optional.empty();
    }
    int rank = x.get().rank();
    int axis = (int) Math.floorMod(node.attributes().get("axis", 0L), (long) Math.max(rank, 1));
    List<Dimension> dims = new ArrayList<>(x.get().dimensions());
    dims.remove(axis);
    dims.addAll(axis, indices.get().dimensions());
    return Optional.of(new Shape(dims));
  }

  private Optional<Shape> concatenated(Node node) {
    List<Shape> parts = new ArrayList<>();
    for (String input : node.inputs()) {
      Optional<Shape> part = graph.type(input).flatMap(TensorType::shape);
      if (part.isEmpty()) {
        return Optional.empty();
      }
      parts.add(part.get());
    }
    int rank = parts.get(0).rank();
    int axis = (int) Math.floorMod(node.attributes().get("axis", 0L), (long) rank);
    List<Dimension> dims = new ArrayList<>(parts.get(0).dimensions());
    long total = 0;
    for (Shape part : parts) {
      total =
          total >= 0 && part.dimension(axis) instanceof Dimension.Fixed f ? total + f.size() : -1;
    }
    dims.set(axis, total >= 0 ? Dimension.of(total) : Dimension.unknown());
    return Optional.of(new Shape(dims));
  }

  /**
   * From 0 to a symbolic end, an axis of fixed size gets that symbolic size: were the end beyond
   * the axis, nothing of that symbolic size could be combined with the result.
   */
  private Optional<Shape> sliced(Node node, Optional<Shape> x) {
    if (x.isEmpty()) {
      return Optional.empty();
    }
    List<Dimension> dims = new ArrayList<>(x.get().dimensions());
    Optional<List<Dimension>> starts = contents.of(node.input(1));
    Optional<List<Dimension>> ends = contents.of(node.input(2));
    Optional<long[]> axes = graph.constant(node.input(3)).map(Tensor::toLongs);
    Optional<long[]> steps = graph.constant(node.input(4)).map(Tensor::toLongs);
    Optional<Integer> count = starts.map(List::size).or(() -> axes.map(a -> a.length));
    if (count.isEmpty() || (node.hasInput(3) && axes.isEmpty())) {
      return Optional.of(unknown(dims.size()));
    }
    for (int i = 0; i < count.get(); i++) {
      int index = i;
      int axis = (int) Math.floorMod(axes.map(a -> a[index]).orElse((long) i), (long) dims.size());
      boolean everyOne = !node.hasInput(4) || steps.filter(s -> s[index] == 1).isPresent();
      dims.set(
          axis,
          everyOne && starts.isPresent() && ends.isPresent()
              ? sliced(dims.get(axis), starts.get().get(i), ends.get().get(i))
              : Dimension.unknown());
    }
    return Optional.of(new Shape(dims));
  }

  private static Dimension sliced(Dimension size, Dimension start, Dimension end) {
    boolean whole =
        start.is(0)
            && (end.provablyEquals(size)
                || (end instanceof Dimension.Fixed e && e.size() >= Integer.MAX_VALUE));
    if (whole) {
      return size;
    }
    if (start instanceof Dimension.Fixed s
        && end instanceof Dimension.Fixed e
        && size instanceof Dimension.Fixed n) {
      long from = Math.min(s.size() < 0 ? s.size() + n.size() : s.size(), n.size());
      long to = Math.min(e.size() < 0 ? e.size() + n.size() : e.size(), n.size());
      return Dimension.of(Math.max(0, to - from));
    }
    return start.is(0)
            && end.isSymbolic()
            && size instanceof Dimension.Fixed f
            && f.size() > 1
        ? end
        : Dimension.unknown();
  }

  private static Shape split(Node node, Shape x) {
    List<Dimension> dims = new ArrayList<>(x.dimensions());
    int axis = (int) Math.floorMod(node.attributes().get("axis", 0L), (long) dims.size());
    dims.set(axis, Dimension.unknown());
    return new Shape(dims);
  }

  private Optional<Shape> reduced(Node node, Optional<Shape> x) {
    boolean keep = node.attributes().get("keepdims", 1L) != 0;
    boolean given = node.hasInput(1) || node.attributes().has("axes");
    Optional<long[]> axes = axes(node);
    boolean named = axes.filter(a -> a.length > 0).isPresent();
    boolean all = !named && (!given || axes.isPresent());
    if (all && node.attributes().get("noop_with_empty_axes", 0L) != 0) {
      return x;
    }
    if (x.isEmpty()) {
      return all && !keep ? Optional.of(Shape.SCALAR) : Optional.empty();
    }
    if (!all && !named) {
      return keep ? Optional.of(unknown(x.get().rank())) : Optional.empty();
    }
    return Optional.of(x.get().reduced(keep, axes.orElse(new long[0])));
  }

  private static Dimension sizes(Node node, Shape x) {
    long end = node.attributes().get("end", (long) x.rank());
    long start = node.attributes().get("start", 0L);
    long to = end < 0 ? end + x.rank() : Math.min(end, x.rank());
    return Dimension.of(Math.max(0, to - (start < 0 ? start + x.rank() : start)));
  }

  private static Shape unknown(int rank) {
    return new Shape(Collections.nCopies(rank, Dimension.unknown()));
  }
}
