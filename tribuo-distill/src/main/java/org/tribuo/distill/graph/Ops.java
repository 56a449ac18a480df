package org.tribuo.distill.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.internal.DistillDomain;

/**
 * Writes operations into a graph: typed functions on values. Each call adds one node (or none,
 * where there is nothing to compute) and returns its output. Element types are checked as a node is
 * made; shapes are carried along where they are obvious and left to inference otherwise.
 *
 * <p>Operators are those of opset {@value #OPSET}, in which axes, sizes and the like are inputs.
 */
public final class Ops {
  /** The version of ONNX's own operators that is written. */
  public static final long OPSET = 21;

  private final Graph graph;
  private final Map<Object, Value> constants = new HashMap<>();

  private Ops(Graph graph) {
    this.graph = graph;
  }

  /**
   * A writer into a graph.
   *
   * @throws GraphException if the graph's operators are of an older version
   */
  public static Ops on(Graph graph) {
    if (graph.opset(Node.ONNX) < OPSET) {
      throw new GraphException(
          "The graph has opset %d, expected %d or newer: normalise it first"
              .formatted(graph.opset(Node.ONNX), OPSET));
    }
    return new Ops(graph);
  }

  /**
   * A writer of operators alone whose form has been the same since opset 7, as that of sums and of
   * ONNX Runtime's normalisations, into a graph that keeps its opset.
   */
  public static Ops ofEachOpset(Graph graph) {
    return new Ops(graph);
  }

  public Graph graph() {
    return graph;
  }

  // ---- constants

  /** A constant tensor. Equal small ones are made once. */
  public Value constant(Tensor tensor) {
    return constants.computeIfAbsent(
        tensor, t -> graph.setInitializer(graph.freshName("constant"), tensor));
  }

  /** A scalar of the element type of another value. */
  public Value scalar(double number, Value like) {
    return constant(
        switch (like.elementType()) {
          case FLOAT -> Tensor.scalar((float) number);
          case DOUBLE -> Tensor.of(new double[] {number});
          case FLOAT16, BFLOAT16 -> Tensor.scalar((float) number).cast(like.elementType());
          case INT64 -> Tensor.scalar((long) number);
          default -> throw new GraphException("No scalar of element type " + like.elementType());
        });
  }

  /** The integers from 0 to an int64 scalar, which is not included. */
  public Value range(Value end) {
    return one(
        "Range",
        TensorType.ofRank(ElementType.INT64, 1),
        constant(Tensor.scalar(0L)),
        end,
        constant(Tensor.scalar(1L)));
  }

  /** An int64 vector. */
  public Value longs(long... numbers) {
    return constant(Tensor.vector(numbers));
  }

  // ---- element-wise, with broadcasting

  public Value add(Value a, Value b) {
    return binary("Add", a, b);
  }

  public Value add(Value a, double b) {
    return add(a, scalar(b, a));
  }

  public Value sub(Value a, Value b) {
    return binary("Sub", a, b);
  }

  public Value sub(double a, Value b) {
    return sub(scalar(a, b), b);
  }

  public Value mul(Value a, Value b) {
    return binary("Mul", a, b);
  }

  public Value mul(Value a, double b) {
    return b == 1 ? a : mul(a, scalar(b, a));
  }

  public Value div(Value a, Value b) {
    return binary("Div", a, b);
  }

  public Value div(Value a, double b) {
    return b == 1 ? a : div(a, scalar(b, a));
  }

  public Value pow(Value a, Value b) {
    return binary("Pow", a, b);
  }

  public Value max(Value a, Value b) {
    return binary("Max", a, b);
  }

  public Value max(Value a, double b) {
    return max(a, scalar(b, a));
  }

  public Value min(Value a, Value b) {
    return binary("Min", a, b);
  }

  public Value equal(Value a, Value b) {
    return compare("Equal", a, b);
  }

  public Value less(Value a, Value b) {
    return compare("Less", a, b);
  }

  public Value greater(Value a, Value b) {
    return compare("Greater", a, b);
  }

  public Value and(Value a, Value b) {
    return compare("And", a, b);
  }

  public Value or(Value a, Value b) {
    return compare("Or", a, b);
  }

  public Value where(Value condition, Value then, Value otherwise) {
    sameElementType("Where", then, otherwise);
    Optional<Shape> shape =
        broadcast(broadcast(then.shape(), otherwise.shape()), condition.shape());
    return one("Where", new TensorType(then.elementType(), shape), condition, then, otherwise);
  }

  // ---- element-wise

  public Value neg(Value x) {
    return unary("Neg", x);
  }

  public Value abs(Value x) {
    return unary("Abs", x);
  }

  public Value sign(Value x) {
    return unary("Sign", x);
  }

  public Value exp(Value x) {
    return unary("Exp", x);
  }

  public Value log(Value x) {
    return unary("Log", x);
  }

  public Value sqrt(Value x) {
    return unary("Sqrt", x);
  }

  public Value reciprocal(Value x) {
    return unary("Reciprocal", x);
  }

  public Value erf(Value x) {
    return unary("Erf", x);
  }

  public Value tanh(Value x) {
    return unary("Tanh", x);
  }

  public Value sigmoid(Value x) {
    return unary("Sigmoid", x);
  }

  public Value sin(Value x) {
    return unary("Sin", x);
  }

  public Value cos(Value x) {
    return unary("Cos", x);
  }

  /** log(1 + eˣ); ONNX Runtime's own operator knows FLOAT only. */
  public Value softplus(Value x) {
    return x.elementType() == ElementType.FLOAT
        ? unary("Softplus", x)
        : add(max(x, 0), log(add(exp(neg(abs(x))), 1)));
  }

  public Value square(Value x) {
    return mul(x, x);
  }

  public Value oneMinus(Value x) {
    return sub(1, x);
  }

  public Value not(Value x) {
    return one("Not", x.type(), x);
  }

  public Value identity(Value x) {
    return unary("Identity", x);
  }

  /**
   * The same value under a name that the caller chooses.
   *
   * @throws GraphException if another value has that name
   */
  public Value named(String name, Value x) {
    if (graph.has(name)) {
      throw new GraphException("The graph has a value '%s' already".formatted(name));
    }
    Value named = new Value(name, x.type());
    graph.add(Node.ONNX, "Identity", Attributes.NONE, List.of(x.name()), List.of(named));
    return named;
  }

  public Value cast(Value x, ElementType type) {
    return x.elementType() == type
        ? x
        : one(
            "Cast",
            Attributes.NONE.with("to", (long) type.onnxNumber()),
            new TensorType(type, x.shape()),
            x);
  }

  // ---- along axes

  public Value softmax(Value x, int axis) {
    return one("Softmax", Attributes.NONE.with("axis", (long) axis), x.type(), x);
  }

  public Value logSoftmax(Value x, int axis) {
    return one("LogSoftmax", Attributes.NONE.with("axis", (long) axis), x.type(), x);
  }

  /** The sum over some axes, which disappear; over all axes if none is given. */
  public Value reduceSum(Value x, long... axes) {
    return reduce("ReduceSum", x, false, axes);
  }

  /** The sum over some axes, which stay with size 1. */
  public Value reduceSumKeep(Value x, long... axes) {
    return reduce("ReduceSum", x, true, axes);
  }

  public Value reduceMean(Value x, long... axes) {
    return reduce("ReduceMean", x, false, axes);
  }

  public Value reduceMeanKeep(Value x, long... axes) {
    return reduce("ReduceMean", x, true, axes);
  }

  public Value reduceMaxKeep(Value x, long... axes) {
    return reduce("ReduceMax", x, true, axes);
  }

  /** The logarithm of the sum of exponentials over some axes, which stay with size 1. */
  public Value reduceLogSumExpKeep(Value x, long... axes) {
    return reduce("ReduceLogSumExp", x, true, axes);
  }

  /** The sum over axes known at run time only, which stay with size 1; none: nothing is summed. */
  public Value reduceSumKeep(Value x, Value axes) {
    Attributes attributes = Attributes.NONE.with("keepdims", 1L).with("noop_with_empty_axes", 1L);
    return one("ReduceSum", attributes, unknownSizes(x), x, axes);
  }

  private Value reduce(String opType, Value x, boolean keep, long... axes) {
    Attributes attributes = Attributes.NONE.with("keepdims", keep ? 1L : 0L);
    Optional<Shape> shape = x.shape().map(s -> s.reduced(keep, axes));
    TensorType type = new TensorType(x.elementType(), shape);
    return axes.length == 0
        ? one(opType, attributes, type, x)
        : one(opType, attributes, type, x, longs(axes));
  }

  // ---- matrix products

  public Value matmul(Value a, Value b) {
    return matmul(a, false, b, false);
  }

  /**
   * The matrix product of two stacks of matrices, each transposed in its last two axes where
   * requested. The ranks must be 2 or more.
   */
  public Value matmul(Value a, boolean transposeA, Value b, boolean transposeB) {
    return matmul(a, transposeA, b, transposeB, 1);
  }

  /** As above, times a number. */
  public Value matmul(Value a, boolean transposeA, Value b, boolean transposeB, float factor) {
    sameElementType("MatMul", a, b);
    TensorType type = new TensorType(a.elementType(), productShape(a, transposeA, b, transposeB));
    if (!transposeA && !transposeB && factor == 1) {
      return one("MatMul", type, a, b);
    }
    if (a.elementType() != ElementType.FLOAT) {
      Value left = mul(transposeA ? swapLastTwo(a) : a, factor);
      return one("MatMul", type, left, transposeB ? swapLastTwo(b) : b);
    }
    return microsoft("FusedMatMul", product(transposeA, transposeB, factor), type, a, b);
  }

  /**
   * As {@link #matmul(Value, boolean, Value, boolean, float)} of float32, its factors rounded to
   * bfloat16, for an {@code OperatorLibrary}.
   */
  public Value shortProduct(
      Value a, boolean transposeA, Value b, boolean transposeB, float factor) {
    TensorType type = new TensorType(a.elementType(), productShape(a, transposeA, b, transposeB));
    return call(
            DistillDomain.NAME,
            DistillDomain.PRODUCT,
            product(transposeA, transposeB, factor),
            List.of(a, b),
            type)
        .get(0);
  }

  private static Attributes product(boolean transposeA, boolean transposeB, float factor) {
    return Attributes.NONE
        .with("transA", transposeA ? 1L : 0L)
        .with("transB", transposeB ? 1L : 0L)
        .with("alpha", factor);
  }

  private static Optional<Shape> productShape(
      Value a, boolean transposeA, Value b, boolean transposeB) {
    if (a.shape().isEmpty() || b.shape().isEmpty() || a.rank() < 2 || b.rank() < 2) {
      return Optional.empty();
    }
    Shape left = a.shape().get();
    Shape right = b.shape().get();
    List<Dimension> dims = new ArrayList<>();
    Shape stackA = new Shape(left.dimensions().subList(0, left.rank() - 2));
    Shape stackB = new Shape(right.dimensions().subList(0, right.rank() - 2));
    dims.addAll(stackA.broadcast(stackB).dimensions());
    dims.add(left.dimension(transposeA ? -1 : -2));
    dims.add(right.dimension(transposeB ? -2 : -1));
    return Optional.of(new Shape(dims));
  }

  /** The transpose of the last two axes. */
  public Value swapLastTwo(Value x) {
    return transpose(x, swapped(x.rank(), x.rank() - 2, x.rank() - 1));
  }

  /** The permutation of so many axes that puts two of them in each other's place. */
  public static long[] swapped(int rank, int first, int second) {
    long[] permutation = new long[rank];
    Arrays.setAll(permutation, i -> i == first ? second : i == second ? first : i);
    return permutation;
  }

  // ---- shapes

  public Value transpose(Value x, long... permutation) {
    Optional<Shape> shape =
        x.shape()
            .map(
                s ->
                    new Shape(
                        Arrays.stream(permutation).mapToObj(p -> s.dimension((int) p)).toList()));
    return one(
        "Transpose",
        Attributes.NONE.with("perm", permutation),
        new TensorType(x.elementType(), shape),
        x);
  }

  /** The sizes as an int64 vector; a constant if they are fixed. */
  public Value shapeOf(Value x) {
    return x.shape()
        .flatMap(Shape::fixed)
        .map(this::longs)
        .orElseGet(
            () ->
                constants.computeIfAbsent(
                    "shape of " + x.name(), key -> one("Shape", vectorOfRank(x), x)));
  }

  private static TensorType vectorOfRank(Value x) {
    return TensorType.of(
        ElementType.INT64,
        Shape.of(x.shape().map(s -> Dimension.of(s.rank())).orElse(Dimension.unknown())));
  }

  /** The size of one axis as an int64 vector of one element. */
  public Value sizeOf(Value x, int axis) {
    Attributes attributes = Attributes.NONE.with("start", (long) axis);
    if (axis != -1) {
      attributes = attributes.with("end", axis + 1L);
    }
    Optional<Dimension> known = x.shape().map(s -> s.dimension(axis));
    return known.isPresent() && known.get() instanceof Dimension.Fixed fixed
        ? longs(fixed.size())
        : one("Shape", attributes, TensorType.of(ElementType.INT64, 1), x);
  }

  /** Other sizes: 0 leaves an axis as it is, and one may be -1, whatever is left. */
  public Value reshape(Value x, long... sizes) {
    List<Dimension> dims = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      int axis = i;
      dims.add(
          sizes[i] > 0
              ? Dimension.of(sizes[i])
              : x.shape()
                  .filter(s -> sizes[axis] == 0)
                  .map(s -> s.dimension(axis))
                  .orElse(Dimension.unknown()));
    }
    return one("Reshape", TensorType.of(x.elementType(), new Shape(dims)), x, longs(sizes));
  }

  /** Other sizes, known at run time. */
  public Value reshape(Value x, Value sizes) {
    TensorType type =
        sizes
            .shape()
            .flatMap(Shape::fixed)
            .map(length -> TensorType.ofRank(x.elementType(), (int) length[0]))
            .orElse(TensorType.ofUnknownRank(x.elementType()));
    return one("Reshape", type, x, sizes);
  }

  /** The sizes of another value. */
  public Value reshapeLike(Value x, Value like) {
    if (x.shape().isPresent()
        && like.shape().isPresent()
        && x.shape().get().provablyEquals(like.shape().get())) {
      return x;
    }
    Value sizes =
        like.shape().flatMap(Ops::oneFree).map(this::longs).orElseGet(() -> shapeOf(like));
    return one("Reshape", new TensorType(x.elementType(), like.shape()), x, sizes);
  }

  /** The sizes for a Reshape, -1 for the one that is not fixed; empty if there are several. */
  private static Optional<long[]> oneFree(Shape shape) {
    long[] sizes = new long[shape.rank()];
    int free = 0;
    for (int i = 0; i < sizes.length; i++) {
      if (shape.dimension(i) instanceof Dimension.Fixed fixed && fixed.size() > 0) {
        sizes[i] = fixed.size();
      } else {
        sizes[i] = -1;
        free++;
      }
    }
    return free <= 1 ? Optional.of(sizes) : Optional.empty();
  }

  public Value unsqueeze(Value x, long... axes) {
    TensorType type = new TensorType(x.elementType(), x.shape().map(s -> widened(s, axes)));
    return one("Unsqueeze", type, x, longs(axes));
  }

  private static Shape widened(Shape shape, long... axes) {
    int rank = shape.rank() + axes.length;
    List<Dimension> dims = new ArrayList<>();
    Iterator<Dimension> old = shape.dimensions().iterator();
    for (int i = 0; i < rank; i++) {
      int axis = i;
      boolean added = Arrays.stream(axes).anyMatch(a -> (a < 0 ? a + rank : a) == axis);
      dims.add(added ? Dimension.of(1) : old.next());
    }
    return new Shape(dims);
  }

  public Value unsqueeze(Value x, Value axes) {
    return one("Unsqueeze", TensorType.ofUnknownRank(x.elementType()), x, axes);
  }

  public Value squeeze(Value x, long... axes) {
    Optional<Shape> shape = x.shape().map(s -> s.reduced(false, axes));
    return one("Squeeze", new TensorType(x.elementType(), shape), x, longs(axes));
  }

  /** Repeats axes of size 1 until the sizes are those of another value. */
  public Value expandLike(Value x, Value like) {
    return one("Expand", new TensorType(x.elementType(), like.shape()), x, shapeOf(like));
  }

  public Value expand(Value x, Value sizes) {
    return one("Expand", TensorType.ofUnknownRank(x.elementType()), x, sizes);
  }

  /** A tensor of zeros of the sizes and the element type of another. */
  public Value zerosLike(Value like) {
    return expandLike(scalar(0, like), like);
  }

  public Value concat(int axis, List<Value> parts) {
    return parts.size() == 1
        ? parts.get(0)
        : one(
            "Concat",
            Attributes.NONE.with("axis", (long) axis),
            concatenated(axis, parts),
            parts.toArray(Value[]::new));
  }

  private static TensorType concatenated(int axis, List<Value> parts) {
    ElementType elementType = parts.get(0).elementType();
    if (parts.stream().anyMatch(part -> part.shape().isEmpty())) {
      return unknownSizes(parts.get(0));
    }
    List<Shape> shapes = parts.stream().map(part -> part.shape().orElseThrow()).toList();
    int rank = shapes.get(0).rank();
    int along = axis < 0 ? axis + rank : axis;
    List<Dimension> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int at = i;
      List<Dimension> sizes = shapes.stream().map(shape -> shape.dimension(at)).toList();
      dims.add(i == along ? sum(sizes) : anyFixed(sizes));
    }
    return TensorType.of(elementType, new Shape(dims));
  }

  private static Dimension sum(List<Dimension> sizes) {
    return sizes.stream().allMatch(Dimension.Fixed.class::isInstance)
        ? Dimension.of(sizes.stream().mapToLong(size -> ((Dimension.Fixed) size).size()).sum())
        : Dimension.unknown();
  }

  private static Dimension anyFixed(List<Dimension> equal) {
    return equal.stream()
        .filter(Dimension.Fixed.class::isInstance)
        .findFirst()
        .orElse(equal.get(0));
  }

  /** Pieces of given sizes along an axis. */
  public List<Value> split(Value x, int axis, long... sizes) {
    TensorType[] types =
        Arrays.stream(sizes)
            .mapToObj(size -> new TensorType(x.elementType(), resized(x.shape(), axis, size)))
            .toArray(TensorType[]::new);
    return split(x, axis, longs(sizes), types);
  }

  private static Optional<Shape> resized(Optional<Shape> shape, int axis, long size) {
    return shape.map(
        s -> {
          List<Dimension> dims = new ArrayList<>(s.dimensions());
          dims.set(axis < 0 ? axis + dims.size() : axis, Dimension.of(size));
          return new Shape(dims);
        });
  }

  /** Pieces along an axis, of sizes that an int64 vector gives. */
  public List<Value> split(Value x, int axis, Value sizes, int parts) {
    TensorType[] types = new TensorType[parts];
    Arrays.fill(types, unknownSizes(x));
    return split(x, axis, sizes, types);
  }

  private List<Value> split(Value x, int axis, Value sizes, TensorType... types) {
    return call(
        Node.ONNX, "Split", Attributes.NONE.with("axis", (long) axis), List.of(x, sizes), types);
  }

  /** {@code from} to {@code to} (not included) of one axis. */
  public Value slice(Value x, long axis, long from, long to) {
    boolean inside =
        0 <= from
            && from <= to
            && x.shape()
                .map(s -> s.dimension((int) axis))
                .filter(d -> d instanceof Dimension.Fixed f && to <= f.size())
                .isPresent();
    TensorType type =
        inside
            ? new TensorType(x.elementType(), resized(x.shape(), (int) axis, to - from))
            : unknownSizes(x);
    return one("Slice", type, x, longs(from), longs(to), longs(axis));
  }

  public Value slice(Value x, Value starts, Value ends, Value axes) {
    return one("Slice", unknownSizes(x), x, starts, ends, axes);
  }

  public Value gather(Value x, Value indices, int axis) {
    return one(
        "Gather",
        Attributes.NONE.with("axis", (long) axis),
        new TensorType(x.elementType(), gathered(x.shape(), indices.shape(), axis)),
        x,
        indices);
  }

  private static Optional<Shape> gathered(Optional<Shape> x, Optional<Shape> indices, int axis) {
    if (x.isEmpty() || indices.isEmpty()) {
      return Optional.empty();
    }
    List<Dimension> dims = new ArrayList<>(x.get().dimensions());
    int at = axis < 0 ? axis + dims.size() : axis;
    dims.remove(at);
    dims.addAll(at, indices.get().dimensions());
    return Optional.of(new Shape(dims));
  }

  /** For each row of {@code indices}, the elements of {@code x} along an axis. */
  public Value gatherElements(Value x, Value indices, int axis) {
    return one(
        "GatherElements",
        Attributes.NONE.with("axis", (long) axis),
        new TensorType(x.elementType(), indices.shape()),
        x,
        indices);
  }

  // ---- any operator

  /** One of ONNX's own operators with one output. */
  public Value one(String opType, TensorType type, Value... inputs) {
    return one(opType, Attributes.NONE, type, inputs);
  }

  public Value one(String opType, Attributes attributes, TensorType type, Value... inputs) {
    return call(Node.ONNX, opType, attributes, List.of(inputs), type).get(0);
  }

  /** One of ONNX Runtime's operators with one output. */
  public Value microsoft(String opType, Attributes attributes, TensorType type, Value... inputs) {
    return call(Node.MICROSOFT, opType, attributes, List.of(inputs), type).get(0);
  }

  /** One of ONNX Runtime's operators: one output for each type, absent ones where there is none. */
  public List<Value> microsoft(
      String opType, Attributes attributes, List<Value> inputs, List<Optional<TensorType>> types) {
    List<Value> outputs =
        types.stream().map(type -> type.map(t -> fresh(opType, t)).orElse(Value.ABSENT)).toList();
    graph.add(Node.MICROSOFT, opType, attributes, names(inputs), outputs);
    return outputs;
  }

  /** Any operator: one output for each type. */
  public List<Value> call(
      String domain,
      String opType,
      Attributes attributes,
      List<Value> inputs,
      TensorType... types) {
    List<Value> outputs = Arrays.stream(types).map(type -> fresh(opType, type)).toList();
    graph.add(domain, opType, attributes, names(inputs), outputs);
    return outputs;
  }

  private Value fresh(String opType, TensorType type) {
    return new Value(graph.freshName(opType + "_out"), type);
  }

  private static List<String> names(List<Value> values) {
    return values.stream().map(Value::name).toList();
  }

  private Value unary(String opType, Value x) {
    return one(opType, x.type(), x);
  }

  private Value binary(String opType, Value a, Value b) {
    sameElementType(opType, a, b);
    return one(opType, new TensorType(a.elementType(), broadcast(a.shape(), b.shape())), a, b);
  }

  private Value compare(String opType, Value a, Value b) {
    sameElementType(opType, a, b);
    return one(opType, new TensorType(ElementType.BOOL, broadcast(a.shape(), b.shape())), a, b);
  }

  private static void sameElementType(String opType, Value a, Value b) {
    if (a.elementType() != b.elementType()) {
      throw new GraphException(
          "%s of '%s' %s and '%s' %s: the element types differ"
              .formatted(opType, a.name(), a.type(), b.name(), b.type()));
    }
  }

  private static TensorType unknownSizes(Value x) {
    return x.shape()
        .map(shape -> TensorType.ofRank(x.elementType(), shape.rank()))
        .orElse(TensorType.ofUnknownRank(x.elementType()));
  }

  private static Optional<Shape> broadcast(Optional<Shape> a, Optional<Shape> b) {
    return a.isPresent() && b.isPresent()
        ? Optional.of(a.get().broadcast(b.get()))
        : Optional.empty();
  }
}
