package org.tribuo.distill.input.internal.sound;

import java.util.HashMap;
import java.util.Map;

/**
 * Sounds of another sampling rate, by a sinc that a Hann window limits to six zero crossings on
 * each side, with a cutoff at 99 % of the lower of both Nyquist frequencies. Silence is assumed
 * around a sound. These are the method and the defaults of {@code torchaudio.functional.resample}.
 *
 * <p>For one sound, in one thread.
 *
 * <p>Source: Smith, Digital Audio Resampling, ccrma.stanford.edu/~jos/resample; {@code
 * src/torchaudio/functional/functional.py} of torchaudio.
 */
final class SincResampler {
  private static final double ROLLOFF = 0.99;
  private static final int CROSSINGS = 6;

  private final int from;
  private final int to;
  private final int reach;
  private final double cutoff;

  /** How much the samples around an output sample count, for each phase that was needed. */
  private final Map<Integer, float[]> kernels = new HashMap<>();

  private SincResampler(int from, int to) {
    this.from = from;
    this.to = to;
    this.cutoff = Math.min(from, to) * ROLLOFF;
    this.reach = (int) Math.ceil(CROSSINGS * from / cutoff);
  }

  /**
   * @param from samples a second before
   * @param to samples a second after
   */
  static SincResampler of(int from, int to) {
    int divisor = divisor(from, to);
    return new SincResampler(from / divisor, to / divisor);
  }

  private static int divisor(int a, int b) {
    return b == 0 ? a : divisor(b, a % b);
  }

  /** The number of samples that a sound of a length becomes, rounded up. */
  int length(int samples) {
    return Math.toIntExact(((long) samples * to + from - 1) / from);
  }

  float[] resample(float[] samples) {
    float[] resampled = new float[length(samples.length)];
    for (int i = 0; i < resampled.length; i++) {
      boolean oftenNeeded = resampled.length > to;
      float[] kernel = oftenNeeded ? kernels.computeIfAbsent(i % to, this::kernel) : kernel(i % to);
      long first = (long) (i / to) * from + first(i % to);
      double sum = 0;
      for (int j = 0; j < kernel.length; j++) {
        long place = first + j;
        if (place >= 0 && place < samples.length) {
          sum += kernel[j] * samples[(int) place];
        }
      }
      resampled[i] = (float) sum;
    }
    return resampled;
  }

  /** The first sample that counts in a phase, from that with which the phases begin. */
  private int first(int phase) {
    return Math.toIntExact((long) phase * from / to) - reach;
  }

  private float[] kernel(int phase) {
    float[] kernel = new float[2 * reach + 2];
    for (int i = 0; i < kernel.length; i++) {
      double place = (double) (first(phase) + i) / from - (double) phase / to;
      double crossing = Math.max(-CROSSINGS, Math.min(CROSSINGS, place * cutoff));
      double window = Math.cos(crossing * Math.PI / CROSSINGS / 2);
      double angle = crossing * Math.PI;
      double sinc = angle == 0 ? 1 : Math.sin(angle) / angle;
      kernel[i] = (float) (sinc * window * window * cutoff / from);
    }
    return kernel;
  }
}
