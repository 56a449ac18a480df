package org.tribuo.distill.teacher.internal;

/** How probabilities are told from logits. */
final class Probabilities {
  /** How far the sum of probabilities may be from 1. */
  private static final double TOLERANCE = 1e-4;

  private Probabilities() {}

  /** Whether this may be the sum of all probabilities of a row. */
  static boolean addUpTo(double sum) {
    return Math.abs(sum - 1) <= TOLERANCE;
  }
}
