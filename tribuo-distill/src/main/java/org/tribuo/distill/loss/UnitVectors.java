package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** Vectors along the last axis, each divided by its length. */
final class UnitVectors {
  private UnitVectors() {}

  /** Zeros stay zeros, and get no gradient, since they have no direction. */
  static Value of(Ops op, Value x) {
    Value squares = op.reduceSumKeep(op.square(x), -1);
    Value isPositive = op.cast(op.greater(squares, op.scalar(0, squares)), squares.elementType());
    return op.mul(x, op.div(isPositive, SafeRoot.of(op, squares)));
  }
}
