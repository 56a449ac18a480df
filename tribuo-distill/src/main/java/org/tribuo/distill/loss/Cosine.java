package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** The cosine between vectors along an axis. */
final class Cosine {
  /** Added to the product of the norms: what is zero everywhere has the cosine 0. */
  private static final double EPSILON = 1e-8;

  private Cosine() {}

  /** {@code Σ ab / (‖a‖ ‖b‖ + 1e-8)}; the axis disappears. */
  static Value of(Ops op, Value a, Value b, int axis) {
    Value norms = op.mul(norm(op, a, axis), norm(op, b, axis));
    return op.div(op.reduceSum(op.mul(a, b), axis), op.add(norms, EPSILON));
  }

  private static Value norm(Ops op, Value x, int axis) {
    return SafeRoot.of(op, op.reduceSum(op.square(x), axis));
  }
}
