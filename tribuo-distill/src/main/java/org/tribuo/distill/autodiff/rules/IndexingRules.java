package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.NONE;
import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.rule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** Operators that choose elements. */
final class IndexingRules {
  private IndexingRules() {}

  static final List<Entry> ENTRIES =
      List.of(
          rule("Gather", IndexingRules::gather),
          rule("GatherElements", IndexingRules::gatherElements),
          rule("GatherND", IndexingRules::chosen),
          rule("Slice", IndexingRules::slice),
          rule("Pad", IndexingRules::pad),
          rule("Trilu", (op, n, dy) -> grads(n.appliedTo(op, dy))),
          rule("CumSum", IndexingRules::cumulativeSum),
          rule("TopK", IndexingRules::topK),
          rule("Compress", IndexingRules::chosen),
          rule("ReverseSequence", IndexingRules::chosen));

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
    if (n.hasX(4) && n.constant(4).filter(IndexingRules::forward).isEmpty()) {
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
   * it says where each came from, and there the gradient is added.
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
}
