package org.tribuo.distill.input.internal.sound;

/**
 * The discrete Fourier transform of real numbers, of any length: split by its prime factors as
 * Cooley and Tukey (1965) do. Immutable and safe for many threads.
 */
final class Fourier {
  private final int length;
  private final double[] cosines;
  private final double[] sines;

  Fourier(int length) {
    this.length = length;
    this.cosines = new double[length];
    this.sines = new double[length];
    for (int i = 0; i < length; i++) {
      cosines[i] = Math.cos(2 * Math.PI * i / length);
      sines[i] = -Math.sin(2 * Math.PI * i / length);
    }
  }

  /**
   * The squares of the magnitudes at the frequencies from 0 to half the sampling rate.
   *
   * @param frame numbers, as many as this transform is long
   * @return half as many, and one
   */
  double[] power(double[] frame) {
    double[] real = new double[length];
    double[] imaginary = new double[length];
    transform(frame, 0, 1, length, real, imaginary, 0);
    double[] power = new double[length / 2 + 1];
    for (int i = 0; i < power.length; i++) {
      power[i] = real[i] * real[i] + imaginary[i] * imaginary[i];
    }
    return power;
  }

  /** Transforms {@code size} numbers, {@code step} apart, of a frame. */
  private void transform(
      double[] frame, int from, int step, int size, double[] real, double[] imaginary, int to) {
    if (size == 1) {
      real[to] = frame[from];
      return;
    }
    int parts = smallestFactor(size);
    int part = size / parts;
    for (int i = 0; i < parts; i++) {
      transform(frame, from + i * step, step * parts, part, real, imaginary, to + i * part);
    }
    double[] ofReal = new double[parts];
    double[] ofImaginary = new double[parts];
    for (int k = 0; k < part; k++) {
      for (int i = 0; i < parts; i++) {
        ofReal[i] = real[to + i * part + k];
        ofImaginary[i] = imaginary[to + i * part + k];
      }
      for (int j = 0; j < parts; j++) {
        int frequency = k + j * part;
        double sumReal = 0;
        double sumImaginary = 0;
        for (int i = 0; i < parts; i++) {
          int turn = (int) ((long) i * frequency * step % length);
          sumReal += ofReal[i] * cosines[turn] - ofImaginary[i] * sines[turn];
          sumImaginary += ofReal[i] * sines[turn] + ofImaginary[i] * cosines[turn];
        }
        real[to + frequency] = sumReal;
        imaginary[to + frequency] = sumImaginary;
      }
    }
  }

  private static int smallestFactor(int number) {
    for (int factor = 2; factor * factor <= number; factor++) {
      if (number % factor == 0) {
        return factor;
      }
    }
    return number;
  }
}
