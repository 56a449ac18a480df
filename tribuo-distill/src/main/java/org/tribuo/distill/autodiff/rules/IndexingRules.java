package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.rule;

import java.util.ArrayList;
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
          rule("Slice", IndexingRules::chosen),
          rule("Tile", IndexingRules::chosen));

  /**
   * Each slice of dy is added where it came from. An axis of size 1 is a sum; else ScatterElements,
   * which adds in one order on one thread: ONNX Runtime's GatherGrad takes a lock for every element
   * (20 times slower), and its ScatterND loses additions to one row from two threads.
   */
  private static List<Value> gather(Ops op, ForwardNode n, Value dy) {
    Value x = n.x();
    int axis = (int) Math.floorMod(n.attribute("axis", 0L), (long) x.rank());
    List<Value> sizes = new ArrayList<>();
    long[] ones = new long[x.rank()];
    for (int i = 0; i < x.rank(); i++) {
      sizes.add(i == axis ? op.longs(-1) : op.sizeOf(x, i));
      ones[i] = i == axis ? -1 : 1;
    }
    Value slices = withRankOf(x, op.reshape(dy, op.concat(0, sizes)));
    if (x.shape().orElseThrow().dimension(axis).is(1)) {
      return grads(op.reduceSumKeep(slices, axis));
    }
    Value indices = op.expand(op.reshape(n.x(1), ones), op.shapeOf(slices));
    return grads(scatterAdd(op, x, axis, indices, slices));
  }

  private static Value withRankOf(Value x, Value y) {
    Shape unknown = new Shape(Collections.nCopies(x.rank(), Dimension.UNKNOWN));
    return new Value(y.name(), TensorType.of(y.elementType(), unknown));
  }

  private static Value scatterAdd(Ops op, Value like, long axis, Value indices, Value updates) {
    Attributes attributes = Attributes.NONE.with("axis", axis).with("reduction", "add");
    return op.one("ScatterElements", attributes, like.type(), op.zerosLike(like), indices, updates);
  }

  private static List<Value> gatherElements(Ops op, ForwardNode n, Value dy) {
    return grads(scatterAdd(op, n.x(), n.attribute("axis", 0L), n.x(1), dy));
  }

  /**
   * Any operator that only chooses elements of its first input: applied to the elements' positions
   * it says where each came from, and there the gradient is added.
   */
  private static List<Value> chosen(Ops op, ForwardNode n, Value dy) {
    Value x = n.x();
    Value size = op.one("Size", TensorType.of(ElementType.INT64), x);
    Value count = op.reshape(size, 1);
    TensorType vector = TensorType.of(ElementType.INT64, Shape.of(Dimension.UNKNOWN));
    Value positions =
        op.reshape(
            op.one(
                "Range",
                vector,
                op.constant(Tensor.scalar(0L)),
                size,
                op.constant(Tensor.scalar(1L))),
            op.shapeOf(x));
    Value chosen = op.reshape(n.appliedTo(op, positions), -1);
    Value zeros = op.expand(op.scalar(0, dy), count);
    Value sum =
        op.one(
            "ScatterElements",
            Attributes.NONE.with("axis", 0L).with("reduction", "add"),
            TensorType.ofUnknownRank(dy.elementType()),
            zeros,
            chosen,
            op.reshape(dy, -1));
    return grads(op.reshapeLike(sum, x));
  }
}
