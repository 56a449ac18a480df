package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Derivative.Shapes.BROADCAST;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.Trait.REARRANGES;
import static org.tribuo.distill.operator.Operator.Trait.VIEW;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.AxisOrigins;
import org.tribuo.distill.operator.SizedNode;

/** Operators that put the same elements into another shape, some of them several times. */
final class Shapes {
  private Shapes() {}

  private static final Operator.GradientRule SAME_ELEMENTS =
      (op, n, dy) -> grads(op.reshapeLike(dy, n.x()));

  static final List<Operator> ALL =
      List.of(
          operator("Reshape")
              .with(VIEW, REARRANGES)
              .shape(Shapes::reshaped)
              .contents(n -> n.contents(0))
              .origins(Shapes::originsOfReshape)
              .gradient(SAME_ELEMENTS),
          operator("Flatten")
              .with(VIEW, REARRANGES)
              .shape(Shapes::flattened)
              .gradient(SAME_ELEMENTS),
          operator("Squeeze")
              .with(VIEW, REARRANGES)
              .shape(Shapes::squeezed)
              .contents(n -> n.contents(0))
              .origins(Shapes::originsOfSqueeze)
              .lift(13, Lifts::axes)
              .gradient(SAME_ELEMENTS),
          operator("Unsqueeze")
              .with(VIEW, REARRANGES)
              .shape(Shapes::unsqueezed)
              .contents(n -> n.contents(0))
              .origins(Shapes::originsOfUnsqueeze)
              .lift(13, Lifts.listToInput("axes", 1))
              .gradient(SAME_ELEMENTS),
          operator("Expand").shape(Shapes::expanded).gradient(BROADCAST, (op, n, dy) -> grads(dy)),
          operator("Tile").shape(Shapes::tiled).gradient(Shapes::tile),
          operator("Transpose")
              .with(REARRANGES)
              .shape(Shapes::transposed)
              .origins(Shapes::originsOfTranspose)
              .gradient(Shapes::transpose),
          operator("Concat")
              .shape(Shapes::concatenated)
              .contents(Contents::concatenated)
              .origins(Shapes::originsOfConcat)
              .gradient(Shapes::concat),
          operator("Split")
              .shapes(Shapes::pieces)
              .lift(18, Shapes::liftSplit)
              .gradient(Shapes::split),
          operator("DepthToSpace").gradient(Shapes::depthToSpace),
          operator("SpaceToDepth").gradient(Shapes::spaceToDepth));

  private static List<Value> transpose(Ops op, ForwardNode n, Value dy) {
    long[] permutation = n.attributes().longs("perm").orElseGet(() -> reversed(n.x().rank()));
    long[] inverse = new long[permutation.length];
    for (int i = 0; i < inverse.length; i++) {
      inverse[(int) permutation[i]] = i;
    }
    return grads(op.transpose(dy, inverse));
  }

  private static long[] reversed(int rank) {
    return LongStream.range(0, rank).map(i -> rank - 1 - i).toArray();
  }

  /** The sum over the copies, which may be none: each axis becomes two, the copies' and its own. */
  private static List<Value> tile(Ops op, ForwardNode n, Value dy) {
    Value copies = op.unsqueeze(n.x(1), 1);
    Value own = op.unsqueeze(op.shapeOf(n.x()), 1);
    Value apart =
        op.one(
            "Reshape",
            Attributes.NONE.with("allowzero", 1L),
            TensorType.ofRank(dy.elementType(), 2 * n.x().rank()),
            dy,
            op.reshape(op.concat(1, List.of(copies, own)), -1));
    long[] axesOfCopies = LongStream.range(0, n.x().rank()).map(i -> 2 * i).toArray();
    return grads(op.reduceSum(apart, axesOfCopies));
  }

  private static List<Value> concat(Ops op, ForwardNode n, Value dy) {
    int axis = (int) n.attribute("axis", 0L);
    List<Value> sizes = n.xs().stream().map(x -> op.sizeOf(x, axis)).toList();
    return op.split(dy, axis, op.concat(0, sizes), sizes.size());
  }

  /** The pieces put together again; a piece that the loss does not depend on is zero. */
  private static List<Value> split(Ops op, ForwardNode n, Value dy) {
    List<Value> pieces = new ArrayList<>();
    for (int i = 0; i < n.outputs(); i++) {
      pieces.add(n.dy(i).isAbsent() ? op.zerosLike(n.y(i)) : n.dy(i));
    }
    return grads(op.concat((int) n.attribute("axis", 0L), pieces));
  }

  /** Blocks of pixels become channels again, in the order in which the node took them. */
  private static List<Value> depthToSpace(Ops op, ForwardNode n, Value dy) {
    long block = n.attribute("blocksize", 1L);
    if (n.attribute("mode", "DCR").equals("DCR")) {
      return grads(blocks(op, "SpaceToDepth", n, dy));
    }
    Value channels = op.sizeOf(dy, 1);
    Value sizes =
        op.concat(
            0,
            List.of(
                op.longs(-1),
                channels,
                op.sizeOf(n.x(), 2),
                op.longs(block),
                op.sizeOf(n.x(), 3),
                op.longs(block)));
    Value apart = op.reshape(dy, sizes);
    return grads(op.reshape(op.transpose(apart, 0, 1, 3, 5, 2, 4), op.shapeOf(n.x())));
  }

  private static List<Value> spaceToDepth(Ops op, ForwardNode n, Value dy) {
    return grads(blocks(op, "DepthToSpace", n, dy));
  }

  private static Value blocks(Ops op, String opType, ForwardNode n, Value dy) {
    Attributes attributes = Attributes.NONE.with("blocksize", n.attribute("blocksize", 1L));
    return op.one(opType, attributes, TensorType.ofRank(dy.elementType(), 4), dy);
  }

  // ---- shapes

  private static Optional<Shape> reshaped(SizedNode n) {
    Optional<Shape> x = n.x();
    Optional<List<Dimension>> sizes = n.contents(1);
    if (sizes.isEmpty()) {
      return n.x(1)
          .map(s -> s.dimension(0))
          .filter(Dimension.Fixed.class::isInstance)
          .map(d -> Shape.ofRank((int) ((Dimension.Fixed) d).size()));
    }
    List<Dimension> dims = new ArrayList<>(sizes.get());
    boolean zeroCopies = n.attributes().get("allowzero", 0L) == 0;
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
      dims.add(
          free,
          x.map(s -> Dimension.product(s.dimensions()).dividedBy(dims))
              .orElse(Dimension.unknown()));
    }
    return Optional.of(new Shape(dims));
  }

  private static Optional<Shape> flattened(SizedNode n) {
    Optional<Shape> x = n.x();
    return Optional.of(
        x.map(
                shape -> {
                  long axis = n.attributes().get("axis", 1L);
                  int at = (int) (axis < 0 ? axis + shape.rank() : axis);
                  List<Dimension> dims = shape.dimensions();
                  return Shape.of(
                      Dimension.product(dims.subList(0, at)),
                      Dimension.product(dims.subList(at, dims.size())));
                })
            .orElse(Shape.ofRank(2)));
  }

  private static Optional<Shape> tiled(SizedNode n) {
    Optional<Shape> x = n.x();
    Optional<List<Dimension>> copies = n.contents(1);
    return x.map(
        shape ->
            new Shape(
                IntStream.range(0, shape.rank())
                    .mapToObj(
                        axis ->
                            copies
                                .map(
                                    c ->
                                        Dimension.product(
                                            List.of(shape.dimension(axis), c.get(axis))))
                                .orElse(Dimension.unknown()))
                    .toList()));
  }

  private static Optional<Shape> expanded(SizedNode n) {
    Optional<Shape> x = n.x();
    Optional<List<Dimension>> sizes = n.contents(1);
    return x.isEmpty() || sizes.isEmpty()
        ? Optional.empty()
        : Optional.of(x.get().broadcast(new Shape(sizes.get())));
  }

  private static Optional<Shape> unsqueezed(SizedNode n) {
    Optional<Shape> x = n.x();
    Optional<long[]> axes = Axes.named(n);
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
  private static Optional<long[]> axesToSqueeze(SizedNode n) {
    Optional<long[]> axes = Axes.named(n).filter(named -> named.length > 0);
    if (n.hasX(1) && axes.isEmpty() && Axes.named(n).isPresent()) {
      throw new GraphException(
          "%s has an empty list of axes: to ONNX that is none, to ONNX Runtime all".formatted(n)
              + " of size 1. Name the axes, or omit the input");
    }
    return axes;
  }

  private static Optional<Shape> squeezed(SizedNode n) {
    return axesToSqueeze(n).flatMap(gone -> n.x().map(shape -> shape.reduced(false, gone)));
  }

  private static Optional<Shape> concatenated(SizedNode n) {
    Optional<List<Shape>> parts = n.xs();
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    Shape first = parts.get().get(0);
    int axis = n.axis("axis", 0, first.rank());
    long total = 0;
    for (Shape part : parts.get()) {
      total =
          total >= 0 && part.dimension(axis) instanceof Dimension.Fixed f ? total + f.size() : -1;
    }
    return Optional.of(first.with(axis, total >= 0 ? Dimension.of(total) : Dimension.unknown()));
  }

  private static List<Optional<Shape>> pieces(SizedNode n) {
    return Collections.nCopies(
        n.outputs(), n.x().map(x -> x.with(n.axis("axis", 0, x.rank()), Dimension.unknown())));
  }

  private static Optional<Shape> transposed(SizedNode n) {
    Optional<Shape> x = n.x();
    Optional<long[]> permutation = n.attributes().longs("perm");
    if (x.isPresent() && permutation.filter(p -> p.length != x.get().rank()).isPresent()) {
      throw new IndexOutOfBoundsException(
          "perm has %d axes of %d".formatted(permutation.get().length, x.get().rank()));
    }
    Optional<Shape> known = x.or(() -> permutation.map(p -> Shape.ofRank(p.length)));
    return known.map(
        shape ->
            new Shape(
                IntStream.range(0, shape.rank())
                    .map(i -> permutation.map(p -> (int) p[i]).orElse(shape.rank() - 1 - i))
                    .mapToObj(shape::dimension)
                    .toList()));
  }

  // ---- older opsets

  /** Sizes as an input; pieces of equal size by their number. */
  private static void liftSplit(Ops op, Node node) {
    if (node.attributes().has("split")) {
      Lifts.listToInput("split", 1).apply(op, node);
    } else if (!node.hasInput(1)) {
      Attributes attributes = node.attributes().with("num_outputs", (long) node.outputs().size());
      op.graph().replace(node, Node.ONNX, "Split", attributes, node.inputs());
    }
  }

  // ---- positions

  private static Optional<List<OptionalInt>> originsOfTranspose(Operation n, int axis) {
    int mirrored = n.y().rank() - 1 - axis;
    return AxisOrigins.first(n.attributes().longs("perm").map(p -> (int) p[axis]).orElse(mirrored));
  }

  /** The axis of the input that has as many elements before it, or behind it, and along it. */
  private static Optional<List<OptionalInt>> originsOfReshape(Operation n, int axis) {
    Shape y = n.y().shape().orElseThrow();
    return n.x()
        .shape()
        .flatMap(
            x ->
                IntStream.range(0, x.rank())
                    .filter(own -> isSameAxis(x, own, y, axis))
                    .boxed()
                    .findFirst())
        .flatMap(AxisOrigins::first);
  }

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

  private static Optional<List<OptionalInt>> originsOfUnsqueeze(Operation n, int axis) {
    return Axes.named(n)
        .map(added -> Axes.others(n.y().rank(), added).indexOf(axis))
        .filter(own -> own >= 0)
        .flatMap(AxisOrigins::first);
  }

  private static Optional<List<OptionalInt>> originsOfSqueeze(Operation n, int axis) {
    Optional<Shape> x = n.x().shape();
    Optional<long[]> gone = Axes.named(n);
    return x.isEmpty() || gone.isEmpty()
        ? Optional.empty()
        : AxisOrigins.first(Axes.others(x.get().rank(), gone.get()).get(axis));
  }

  private static Optional<List<OptionalInt>> originsOfConcat(Operation n, int axis) {
    return axis == Math.floorMod(n.attribute("axis", 0L), n.y().rank())
        ? Optional.empty()
        : Optional.of(Collections.nCopies(n.xs().size(), OptionalInt.of(axis)));
  }
}
