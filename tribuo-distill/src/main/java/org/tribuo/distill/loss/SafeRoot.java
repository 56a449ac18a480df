package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** The square root of a sum of squares, whose derivative at 0 is 0 instead of infinite. */
final class SafeRoot {
  private static final double LEAST = 1e-30;

  private SafeRoot() {}

  static Value of(Ops op, Value sumOfSquares) {
    return op.sqrt(op.max(sumOfSquares, LEAST));
  }
}
