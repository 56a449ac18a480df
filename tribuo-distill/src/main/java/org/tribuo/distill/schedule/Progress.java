package org.tribuo.distill.schedule;

/** How far a training has come. */
final class Progress {
  private Progress() {}

  /** From 0 at the first step to 1 at the last. */
  static double of(long step, long totalSteps) {
    return (double) step / Math.max(1, totalSteps - 1);
  }

  /** The number between two others, in double precision. */
  static float between(float from, float to, double progress) {
    return (float) (from + ((double) to - from) * progress);
  }
}
