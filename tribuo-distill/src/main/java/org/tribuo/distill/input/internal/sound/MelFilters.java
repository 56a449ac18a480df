package org.tribuo.distill.input.internal.sound;

import java.util.function.DoubleUnaryOperator;

/**
 * Triangular filters, evenly spaced on a mel scale, over the powers of a Fourier transform.
 * Immutable and safe for many threads.
 */
final class MelFilters {
  private static final double SLANEY_BREAK = 1000;
  private static final double SLANEY_LINEAR = 200 / 3.0;
  private static final double SLANEY_STEP = Math.log(6.4) / 27;
  private static final double WHISPER_HIGHEST = 8000;
  private static final double KALDI_LOWEST = 20;

  private final double[][] weights;

  private MelFilters(double[][] weights) {
    this.weights = weights;
  }

  /**
   * Whisper's filters: from 0 to 8000 Hz on the scale of Slaney's Auditory Toolbox, triangles over
   * frequencies, each of area 1.
   *
   * @param fft the length of the transform
   */
  static MelFilters slaney(int mels, int fft, int rate) {
    double[] edges = evenly(0, melSlaney(WHISPER_HIGHEST), mels + 2);
    for (int i = 0; i < edges.length; i++) {
      edges[i] = hertzSlaney(edges[i]);
    }
    double width = (rate / 2) / (double) (fft / 2);
    double[][] weights = triangles(edges, fft, i -> i * width);
    for (int mel = 0; mel < mels; mel++) {
      for (int i = 0; i < weights[mel].length; i++) {
        weights[mel][i] *= 2 / (edges[mel + 2] - edges[mel]);
      }
    }
    return new MelFilters(weights);
  }

  /**
   * Kaldi's filters: from 20 Hz to half the rate on the scale 1127 ln(1 + f / 700), triangles over
   * that scale.
   *
   * @param fft the length of the transform
   */
  static MelFilters kaldi(int mels, int fft, int rate) {
    double[] edges = evenly(melKaldi(KALDI_LOWEST), melKaldi(rate / 2), mels + 2);
    double width = (double) rate / fft;
    return new MelFilters(triangles(edges, fft, i -> melKaldi(i * width)));
  }

  private static double melKaldi(double hertz) {
    return 1127 * Math.log(1 + hertz / 700);
  }

  private static double melSlaney(double hertz) {
    return hertz < SLANEY_BREAK
        ? hertz / SLANEY_LINEAR
        : SLANEY_BREAK / SLANEY_LINEAR + Math.log(hertz / SLANEY_BREAK) / SLANEY_STEP;
  }

  private static double hertzSlaney(double mel) {
    double ofBreak = SLANEY_BREAK / SLANEY_LINEAR;
    return mel < ofBreak
        ? mel * SLANEY_LINEAR
        : SLANEY_BREAK * Math.exp((mel - ofBreak) * SLANEY_STEP);
  }

  private static double[] evenly(double from, double to, int count) {
    double[] places = new double[count];
    for (int i = 0; i < count; i++) {
      places[i] = from + (to - from) * i / (count - 1);
    }
    return places;
  }

  private static double[][] triangles(double[] edges, int fft, DoubleUnaryOperator place) {
    double[][] weights = new double[edges.length - 2][fft / 2 + 1];
    for (int mel = 0; mel < weights.length; mel++) {
      for (int i = 0; i < weights[mel].length; i++) {
        double at = place.applyAsDouble(i);
        double up = (at - edges[mel]) / (edges[mel + 1] - edges[mel]);
        double down = (edges[mel + 2] - at) / (edges[mel + 2] - edges[mel + 1]);
        weights[mel][i] = Math.max(0, Math.min(up, down));
      }
    }
    return weights;
  }

  /** What each filter lets through. */
  double[] of(double[] power) {
    double[] mels = new double[weights.length];
    for (int mel = 0; mel < mels.length; mel++) {
      double sum = 0;
      for (int i = 0; i < power.length; i++) {
        sum += weights[mel][i] * power[i];
      }
      mels[mel] = sum;
    }
    return mels;
  }
}
