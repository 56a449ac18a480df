package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.NONE;
import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.broadcasting;

import java.util.List;
import java.util.stream.LongStream;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** Values kept as integers. */
final class QuantizationRules {
  private QuantizationRules() {}

  static final List<Entry> ENTRIES =
      List.of(broadcasting("DequantizeLinear", QuantizationRules::dequantize));

  /** (x - zero)·scale for integers x: the integers stay, the scale gets Σ dy·(x - zero). */
  private static List<Value> dequantize(Ops op, ForwardNode n, Value dy) {
    int axesOfScale = n.x(1).rank();
    if (axesOfScale > 1) {
      return blocked(op, n, dy);
    }
    Value x = op.cast(n.x(0), dy.elementType());
    if (axesOfScale == 0) {
      return grads(NONE, op.mul(dy, n.hasX(2) ? op.sub(x, zero(op, n, dy)) : x));
    }
    int rank = n.x(0).rank();
    long axis = Math.floorMod(n.attribute("axis", 1L), (long) rank);
    long[] behind = LongStream.range(1, rank - axis).toArray();
    Value steps = n.hasX(2) ? op.sub(x, op.unsqueeze(zero(op, n, dy), behind)) : x;
    long[] others = LongStream.range(0, rank).filter(a -> a != axis).toArray();
    return grads(NONE, op.reduceSum(op.mul(dy, steps), others));
  }

  /** With a scale for each block of elements along an axis. */
  private static List<Value> blocked(Ops op, ForwardNode n, Value dy) {
    int axis = Math.floorMod((int) n.attribute("axis", 1L), n.x(0).rank());
    Value size = op.reshape(op.sizeOf(n.x(0), axis));
    Value block = op.div(op.range(size), op.longs(n.attribute("block_size", 0L)));
    Value x = op.cast(n.x(0), dy.elementType());
    Value steps = n.hasX(2) ? op.sub(x, op.gather(zero(op, n, dy), block, axis)) : x;
    return grads(NONE, IndexingRules.addedAlong(op, n.x(1), axis, block, op.mul(dy, steps)));
  }

  private static Value zero(Ops op, ForwardNode n, Value dy) {
    return op.cast(n.x(2), dy.elementType());
  }
}
