package org.tribuo.distill.teacher.internal.store;

/**
 * Logits by their distance from the largest one of their vector, in steps that are wider where the
 * probability is smaller:
 *
 * <pre>
 * distance   step    probability of the class, to within
 * below 1/2  1/128   0.4 %
 * below 1    1/64    0.8 %
 * below 2    1/32    1.6 %
 * from 2 on  1/16    3.2 %
 * </pre>
 *
 * <p>With {@code e^-distance}, its probability as a part of that of the likeliest class, that is at
 * most 0.6 % of the probability of the likeliest class everywhere.
 */
final class LogitSteps {
  /** The distance from which on steps are as wide as they get. */
  private static final int WIDEST_FROM = 2;

  private static final int WIDEST_OF_ONE = 16;
  private static final int FARTHEST_DISTANCE = 8192;

  /** The steps between each two of the distances 0, 1/2, 1 and 2: 64, 32 and 32. */
  private static final int BELOW_HALF = 64;

  private static final int BELOW_ONE = BELOW_HALF + 32;
  private static final int BELOW_WIDEST = BELOW_ONE + 32;

  private LogitSteps() {}

  /** What becomes of a logit that is kept together with the largest one. */
  static float rounded(float logit, float largest) {
    return at(distance(logit, largest), largest);
  }

  /** The logit that is some steps from the largest one. */
  static float at(int steps, float largest) {
    return largest - distance(steps);
  }

  private static float distance(int steps) {
    if (steps <= BELOW_HALF) {
      return steps / 128f;
    }
    if (steps <= BELOW_ONE) {
      return 0.5f + (steps - BELOW_HALF) / 64f;
    }
    return steps <= BELOW_WIDEST
        ? 1 + (steps - BELOW_ONE) / 32f
        : WIDEST_FROM + (steps - BELOW_WIDEST) / (float) WIDEST_OF_ONE;
  }

  /** The steps between a logit and the largest one; a distance of more than 8192 is as that. */
  static int distance(float logit, float largest) {
    double distance = Math.min(FARTHEST_DISTANCE, (double) largest - logit);
    if (distance < 0.5) {
      return (int) Math.rint(distance * 128);
    }
    if (distance < 1) {
      return BELOW_HALF + (int) Math.rint((distance - 0.5) * 64);
    }
    return distance < WIDEST_FROM
        ? BELOW_ONE + (int) Math.rint((distance - 1) * 32)
        : BELOW_WIDEST + (int) Math.rint((distance - WIDEST_FROM) * WIDEST_OF_ONE);
  }
}
