package org.tribuo.distill.input.internal.sound;

/**
 * Sounds of another sampling rate, by a sinc that a Hann window limits to six zero crossings on
 * each side, with a cutoff at 99 % of the lower of both Nyquist frequencies. Silence is assumed
 * around a sound. These are the method and the defaults of {@code torchaudio.functional.resample}.
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
  private final float[][] kernels;

  private SincResampler(int from, int to, int reach, float[][] kernels) {
    this.from = from;
    this.to = to;
    this.reach = reach;
    this.kernels = kernels;
  }

  /**
   * @param from samples a second before
   * @param to samples a second after
   */
  static SincResampler of(int from, int to) {
    int divisor = divisor(from, to);
    int before = from / divisor;
    int after = to / divisor;
    double cutoff = Math.min(before, after) * ROLLOFF;
    int reach = (int) Math.ceil(CROSSINGS * before / cutoff);
    float[][] kernels = new float[after][2 * reach + before];
    for (int phase = 0; phase < after; phase++) {
      for (int i = 0; i < kernels[phase].length; i++) {
        double place = (double) (i - reach) / before - (double) phase / after;
        double crossing = Math.max(-CROSSINGS, Math.min(CROSSINGS, place * cutoff));
        double window = Math.cos(crossing * Math.PI / CROSSINGS / 2);
        double angle = crossing * Math.PI;
        double sinc = angle == 0 ? 1 : Math.sin(angle) / angle;
        kernels[phase][i] = (float) (sinc * window * window * cutoff / before);
      }
    }
    return new SincResampler(before, after, reach, kernels);
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
      float[] kernel = kernels[i % to];
      long first = (long) (i / to) * from - reach;
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
}
