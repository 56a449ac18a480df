package org.tribuo.distill.input.internal.sound;

/** Hann windows. */
final class HannWindows {
  private HannWindows() {}

  /** One that goes on after its last number with its first. */
  static double[] periodic(int length) {
    return hann(length, length);
  }

  /** One whose first and last number are 0. */
  static double[] symmetric(int length) {
    return hann(length, Math.max(1, length - 1));
  }

  private static double[] hann(int length, int period) {
    double[] window = new double[length];
    for (int i = 0; i < length; i++) {
      window[i] = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / period);
    }
    return window;
  }
}
