package org.tribuo.distill.input.internal.sound;

/**
 * One channel of a sound. Immutable.
 *
 * <p>Not a record, as equality of arrays is of no use here.
 */
public final class Waveform {
  private final int rate;
  private final float[] samples;

  /**
   * @param rate samples a second
   * @param samples from -1 to 1; not copied
   * @throws IllegalArgumentException if the rate is below 1, or there are no samples
   */
  public Waveform(int rate, float[] samples) {
    if (rate < 1) {
      throw new IllegalArgumentException(
          "it has %d samples a second, expected 1 or more".formatted(rate));
    }
    if (samples.length == 0) {
      throw new IllegalArgumentException("it has no samples, expected a sound");
    }
    this.rate = rate;
    this.samples = samples;
  }

  /** Samples a second. */
  int rate() {
    return rate;
  }

  /** From -1 to 1; not to be changed. */
  float[] samples() {
    return samples;
  }

  /** The same sound with as many samples a second. */
  Waveform at(int other) {
    return other == rate
        ? this
        : new Waveform(other, SincResampler.of(rate, other).resample(samples));
  }

  /** How many samples {@link #at} gives. */
  int lengthAt(int other) {
    return other == rate ? samples.length : SincResampler.of(rate, other).length(samples.length);
  }
}
