package org.tribuo.distill.teacher.internal.store;

/** Logits by their distance from the largest one of their vector, in steps of 1/128. */
final class LogitSteps {
  private static final int STEPS_OF_ONE = 128;
  private static final int FARTHEST = 1 << 20;

  private LogitSteps() {}

  /** What becomes of a logit that is kept together with the largest one. */
  static float rounded(float logit, float largest) {
    return at(distance(logit, largest), largest);
  }

  /** The logit at a distance. */
  static float at(int distance, float largest) {
    return largest - (float) distance / STEPS_OF_ONE;
  }

  /** The steps between a logit and the largest one, at most 2^20. */
  static int distance(float logit, float largest) {
    double steps = ((double) largest - logit) * STEPS_OF_ONE;
    return (int) Math.min(FARTHEST, Math.rint(steps));
  }
}
