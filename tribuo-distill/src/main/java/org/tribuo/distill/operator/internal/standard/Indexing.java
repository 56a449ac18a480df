package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.GradientRule.NONE;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.Trait.LOOKS_UP;
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
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.AxisOrigins;
import org.tribuo.distill.operator.SizedNode;

/** Operators that choose elements. */
final class Indexing {
  private Indexing() {}

  static final List<Operator> ALL =
      List.of(
          operator("Gather")
              .with(LOOKS_UP)
              .shape(Indexing::gathered)
              .contents(Contents::gathered)
              .origins(Indexing::originsOfGather)
              .gradient(Indexing::gather),
          operator("GatherElements")
              .shape(Indexing::gatheredElements)
              .origins(Indexing::originsOfGatherElements)
              .gradient(Indexing::gatherElements),
          operator("GatherND").gradient(Indexing::chosen),
          operator("Slice")
              .shape(Indexing::sliced)
              .contents(Contents::sliced)
              .origins(Indexing::originsOfSlice)
              .lift(10, Indexing::liftSlice)
              .gradient(Indexing::slice),
          operator("Pad").lift(11, Indexing::liftPad).gradient(Indexing::pad),
          operator("Trilu").sameShape().gradient((op, n, dy) -> grads(n.appliedTo(op, dy))),
          operator("CumSum").sameShape().gradient(Indexing::cumulativeSum),
          operator("TopK").lift(10, Indexing::liftTopK).gradient(Indexing::topK),
          operator("Compress").gradient(Indexing::chosen),
          operator("ReverseSequence").gradient(Indexing::chosen));

  /**
   * Each slice of dy is added where it came from. An axis of size 1 is a sum; else ScatterElements,
   * which adds in one order on one thread: ONNX Runtime's GatherGrad takes a lock for every element
   * (20 times slower) and adds in an order that differs from run to run, and its ScatterND loses
   * additions to one row from two threads.
   */
  private static List<Value> gather(Ops op, ForwardNode n, Value dy) {
    Value x = n.x();
    int axis = (int) Math.floorMod(n.attribute("axis", 0L), (long) x.rank());
    List<Value> sizes = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      sizes.add(i == axis ? op.longs(-1) : op.sizeOf(x, i));
    }
    Value slices = withRankOf(x, op.reshape(dy, op.concat(0, sizes)));
    if (x.shape().orElseThrow().dimension(axis).is(1)) {
      return grads(op.reduceSumKeep(slices, axis));
    }
    return grads(addedAlong(op, x, axis, n.x(1), slices));
  }

  /**
   * Zeros of the shape of x, plus slices.
   *
   * @param indices for each slice its place along the axis
   */
  static Value addedAlong(Ops op, Value x, int axis, Value indices, Value slices) {
    long[] along = new long[x.rank()];
    Arrays.fill(along, 1);
    along[axis] = -1;
    Value places = op.expand(op.reshape(indices, along), op.shapeOf(slices));
    return scatterAdd(op, x, axis, places, slices);
  }

  private static Value withRankOf(Value x, Value y) {
    Shape unknown = new Shape(Collections.nCopies(x.rank(), Dimension.unknown()));
    return new Value(y.name(), TensorType.of(y.elementType(), unknown));
  }

  private static Value scatterAdd(Ops op, Value like, long axis, Value indices, Value updates) {
    Attributes attributes = Attributes.NONE.with("axis", axis).with("reduction", "add");
    return op.one("ScatterElements", attributes, like.type(), op.zerosLike(like), indices, updates);
  }

  private static List<Value> gatherElements(Ops op, ForwardNode n, Value dy) {
    return grads(scatterAdd(op, n.x(), n.attribute("axis", 0L), n.x(1), dy));
  }

  /** ONNX Runtime's own gradient knows no backward steps. */
  private static List<Value> slice(Ops op, ForwardNode n, Value dy) {
    if (n.hasX(4) && n.constant(4).filter(Indexing::forward).isEmpty()) {
      return chosen(op, n, dy);
    }
    List<Value> inputs = new ArrayList<>(n.xs());
    inputs.set(0, dy);
    inputs.add(1, op.shapeOf(n.x()));
    return grads(
        op.microsoft("SliceGrad", Attributes.NONE, n.x().type(), inputs.toArray(Value[]::new)));
  }

  private static boolean forward(Tensor steps) {
    return Arrays.stream(steps.toLongs()).allMatch(step -> step > 0);
  }

  /** What was added is cut off, what was cut off is zero; other modes repeat elements. */
  private static List<Value> pad(Ops op, ForwardNode n, Value dy) {
    if (!n.attribute("mode", "constant").equals("constant")) {
      Value x = positionsIn(op, n.x());
      TensorType type = new TensorType(x.elementType(), n.y().shape());
      Value positions = op.one("Pad", n.attributes(), type, x, n.x(1), Value.ABSENT, n.x(3));
      return grads(addedAt(op, positions, dy, n.x()));
    }
    List<Value> inputs = new ArrayList<>(n.xs());
    inputs.set(0, dy);
    inputs.set(1, op.neg(n.x(1)));
    if (n.hasX(2)) {
      inputs.set(2, op.scalar(0, dy));
    }
    Value dx = op.one("Pad", n.x().type(), inputs.toArray(Value[]::new));
    return n.wants(2)
        ? grads(dx, NONE, op.reshapeLike(op.sub(op.reduceSum(dy), op.reduceSum(dx)), n.x(2)))
        : grads(dx);
  }

  /** The cumulative sum from the other end. */
  private static List<Value> cumulativeSum(Ops op, ForwardNode n, Value dy) {
    Attributes reversed = n.attributes().with("reverse", n.attribute("reverse", 0L) == 0 ? 1L : 0L);
    return grads(op.one("CumSum", reversed, n.x().type(), dy, n.x(1)));
  }

  private static List<Value> topK(Ops op, ForwardNode n, Value dy) {
    Attributes axis = Attributes.NONE.with("axis", n.attribute("axis", -1L));
    Value zeros = op.zerosLike(n.x());
    return grads(op.one("ScatterElements", axis, n.x().type(), zeros, n.y(1), dy));
  }

  /**
   * Any operator that only chooses elements of its first input: applied to the elements' positions
   * it returns where each came from, and there the gradient is added.
   */
  private static List<Value> chosen(Ops op, ForwardNode n, Value dy) {
    return grads(addedAt(op, n.appliedTo(op, positionsIn(op, n.x())), dy, n.x()));
  }

  /** Of each element its position, counted row by row. */
  static Value positionsIn(Ops op, Value x) {
    Value size = op.one("Size", TensorType.of(ElementType.INT64), x);
    return op.reshape(op.range(size), op.shapeOf(x));
  }

  /** Zeros of the shape of x, plus gradients at positions in it, counted row by row. */
  static Value addedAt(Ops op, Value positions, Value dy, Value x) {
    Value size = op.one("Size", TensorType.of(ElementType.INT64), x);
    Value zeros = op.expand(op.scalar(0, dy), op.reshape(size, 1));
    Value sum =
        op.one(
            "ScatterElements",
            Attributes.NONE.with("axis", 0L).with("reduction", "add"),
            TensorType.ofRank(dy.elementType(), 1),
            zeros,
            op.reshape(positions, -1),
            op.reshape(dy, -1));
    return op.reshapeLike(sum, x);
  }

  // ---- shapes

  private static Optional<Shape> gathered(SizedNode n) {
    Optional<Shape> x = n.x();
    Optional<Shape> indices = n.x(1);
    if (x.isEmpty() || indices.isEmpty()) {
      return Optional.empty();
    }
    int rank = x.get().rank();
    int axis = (int) Math.floorMod(n.attributes().get("axis", 0L), (long) Math.max(rank, 1));
    List<Dimension> dims = new ArrayList<>(x.get().dimensions());
    dims.remove(axis);
    dims.addAll(axis, indices.get().dimensions());
    return Optional.of(new Shape(dims));
  }

  private static Optional<Shape> gatheredElements(SizedNode n) {
    return n.x(1).or(() -> n.x().map(x -> Shape.ofRank(x.rank())));
  }

  /**
   * From 0 to a symbolic end, an axis of fixed size gets that symbolic size: were the end beyond
   * the axis, nothing of that symbolic size could be combined with the result.
   */
  private static Optional<Shape> sliced(SizedNode n) {
    Optional<Shape> x = n.x();
    if (x.isEmpty()) {
      return Optional.empty();
    }
    List<Dimension> dims = new ArrayList<>(x.get().dimensions());
    Optional<List<Dimension>> starts = n.contents(1);
    Optional<List<Dimension>> ends = n.contents(2);
    Optional<long[]> axes = n.constant(3).map(Tensor::toLongs);
    Optional<long[]> steps = n.constant(4).map(Tensor::toLongs);
    Optional<Integer> count = starts.map(List::size).or(() -> axes.map(a -> a.length));
    if (count.isEmpty() || (n.hasX(3) && axes.isEmpty())) {
      return Optional.of(Shape.ofRank(dims.size()));
    }
    for (int i = 0; i < count.get(); i++) {
      int index = i;
      int axis = (int) Math.floorMod(axes.map(a -> a[index]).orElse((long) i), (long) dims.size());
      boolean everyOne = !n.hasX(4) || steps.filter(s -> s[index] == 1).isPresent();
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
    return start.is(0) && end.isSymbolic() && size instanceof Dimension.Fixed f && f.size() > 1
        ? end
        : Dimension.unknown();
  }

  // ---- older opsets

  private static void liftSlice(Ops op, Node node) {
    long[] starts = node.attributes().longs("starts").orElseThrow();
    long[] ends = node.attributes().longs("ends").orElseThrow();
    long[] axes =
        node.attributes().longs("axes").orElse(LongStream.range(0, starts.length).toArray());
    Lifts.replace(
        op,
        node,
        "Slice",
        Attributes.NONE,
        Lifts.x(op, node),
        op.longs(starts),
        op.longs(ends),
        op.longs(axes));
  }

  private static void liftPad(Ops op, Node node) {
    Attributes attributes = node.attributes();
    Value x = Lifts.x(op, node);
    Lifts.replace(
        op,
        node,
        "Pad",
        Attributes.NONE.with("mode", attributes.get("mode", "constant")),
        x,
        op.longs(attributes.longs("pads").orElseThrow()),
        op.scalar(attributes.get("value", 0f), x));
  }

  private static void liftTopK(Ops op, Node node) {
    Lifts.withInput(op, node, "k", 1, op.longs(node.attributes().get("k", 0L)));
  }

  // ---- positions

  private static Optional<List<OptionalInt>> originsOfSlice(Operation n, int axis) {
    Optional<long[]> sliced =
        n.hasX(3)
            ? n.constant(3).map(Tensor::toLongs)
            : n.constant(1)
                .map(
                    starts -> IntStream.range(0, (int) starts.elements()).asLongStream().toArray());
    return sliced
        .filter(axes -> Axes.others(n.y().rank(), axes).contains(axis))
        .flatMap(axes -> AxisOrigins.first(axis));
  }

  private static Optional<List<OptionalInt>> originsOfGather(Operation n, int axis) {
    Optional<Shape> x = n.x(0).shape();
    Optional<Shape> indices = n.x(1).shape();
    if (x.isEmpty() || indices.isEmpty()) {
      return Optional.empty();
    }
    int gathered = Math.floorMod(n.attribute("axis", 0L), x.get().rank());
    if (axis < gathered) {
      return AxisOrigins.first(axis);
    }
    int behind = axis - indices.get().rank() + 1;
    return behind > gathered ? AxisOrigins.first(behind) : Optional.empty();
  }

  /** Along the axis that it gathers from any position may be read. */
  private static Optional<List<OptionalInt>> originsOfGatherElements(Operation n, int axis) {
    OptionalInt same = OptionalInt.of(axis);
    if (axis == Math.floorMod(n.attribute("axis", 0L), n.y().rank())) {
      return Optional.of(List.of(OptionalInt.empty(), same));
    }
    Dimension extent = n.y().shape().orElseThrow().dimension(axis);
    boolean whole = n.x().shape().filter(s -> s.dimension(axis).provablyEquals(extent)).isPresent();
    return whole ? Optional.of(List.of(same, same)) : Optional.empty();
  }
}
