package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** Half the square of a difference below 1, the difference less a half above. */
final class SmoothL1 {
  private SmoothL1() {}

  /** The mean over all elements. */
  static Value mean(Ops op, Value a, Value b) {
    Value size = op.abs(op.sub(a, b));
    Value small = op.min(size, op.scalar(1, size));
    return op.reduceMean(op.mul(small, op.sub(size, op.mul(small, .5))));
  }
}
