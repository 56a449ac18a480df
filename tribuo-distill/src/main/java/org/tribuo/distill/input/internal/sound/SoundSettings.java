package org.tribuo.distill.input.internal.sound;

/**
 * How a sound becomes the numbers that a model reads. Immutable.
 *
 * @param rate samples a second that the model is for
 * @param resampled whether sounds of another rate are read too
 * @param extraction what is made of the samples
 */
public record SoundSettings(int rate, boolean resampled, Extraction extraction) {
  /**
   * @throws IllegalArgumentException if the rate is below 1
   */
  public SoundSettings {
    if (rate < 1) {
      throw new IllegalArgumentException(
          "The sampling rate is %d, expected 1 or more".formatted(rate));
    }
  }

  public SoundForm form() {
    return extraction.form();
  }

  /**
   * The numbers of a sound.
   *
   * @throws IllegalArgumentException if it is too short, or of a rate that is not read
   */
  public Numbers numbers(Waveform sound) {
    checkRate(sound);
    return extraction.numbers(sound.at(rate).samples());
  }

  /**
   * How many positions a sound has.
   *
   * @throws IllegalArgumentException if it is of a rate that is not read
   */
  int length(Waveform sound) {
    checkRate(sound);
    return extraction.length(sound.lengthAt(rate));
  }

  private void checkRate(Waveform sound) {
    if (sound.rate() != rate && !resampled) {
      throw new IllegalArgumentException(
          "it has %d samples a second, expected the %d that the model is for; resample it, or state resample"
              .formatted(sound.rate(), rate));
    }
  }
}
