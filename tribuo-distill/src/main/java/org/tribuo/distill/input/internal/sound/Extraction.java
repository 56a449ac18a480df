package org.tribuo.distill.input.internal.sound;

import java.util.Arrays;

/** How the samples of a sound become the numbers that a model reads. Immutable. */
public sealed interface Extraction {
  SoundForm form();

  /**
   * The numbers of a sound.
   *
   * @param samples from -1 to 1
   * @throws IllegalArgumentException if there are too few
   */
  Numbers numbers(float[] samples);

  /**
   * How many positions a sound of some samples has.
   *
   * @throws IllegalArgumentException if they are too few
   */
  int length(int samples);

  /**
   * The waveform itself, as {@code Wav2Vec2FeatureExtractor} prepares it.
   *
   * @param normalized whether each sound is given a mean of 0 and a variance of 1
   * @param most how many samples are read of a longer sound
   */
  record Samples(boolean normalized, int most) implements Extraction {
    private static final double LEAST_VARIANCE = 1e-7;

    /**
     * @throws IllegalArgumentException if no sample is read
     */
    public Samples {
      if (most < 1) {
        throw new IllegalArgumentException(
            "%d samples are read of a sound, expected 1 or more".formatted(most));
      }
    }

    @Override
    public SoundForm form() {
      return new SoundForm.Waveform();
    }

    @Override
    public int length(int samples) {
      return Math.min(samples, most);
    }

    @Override
    public Numbers numbers(float[] samples) {
      float[] values = Arrays.copyOf(samples, length(samples.length));
      if (normalized) {
        normalize(values);
      }
      return new Numbers(values, values.length);
    }

    private static void normalize(float[] values) {
      double sum = 0;
      for (float value : values) {
        sum += value;
      }
      double mean = sum / values.length;
      double squares = 0;
      for (float value : values) {
        squares += (value - mean) * (value - mean);
      }
      double deviation = Math.sqrt(squares / values.length + LEAST_VARIANCE);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) ((values[i] - mean) / deviation);
      }
    }
  }

  /**
   * Whisper's log-mel frames (Radford et al. 2022, arXiv:2212.04356, §2.2), as {@code
   * WhisperFeatureExtractor} makes them: a sound is cut or padded with silence to a length, and the
   * logarithms are clipped at 8 below the largest one of the sound.
   *
   * @param rate samples a second
   * @param mels bins of frequency
   * @param fft the length of a window in samples
   * @param hop from one window to the next, in samples
   * @param samples to which a sound is cut or padded
   */
  record Whisper(int rate, int mels, int fft, int hop, int samples) implements Extraction {
    private static final double LEAST_POWER = 1e-10;
    private static final double RANGE = 8;

    /**
     * @throws IllegalArgumentException if a number is out of range
     */
    public Whisper {
      if (Math.min(Math.min(rate, mels), Math.min(fft, hop)) < 1) {
        throw new IllegalArgumentException(
            "Frames of %d samples a second, %d mels, windows of %d samples and steps of %d, expected 1 or more of each"
                .formatted(rate, mels, fft, hop));
      }
      if (samples < Math.max(hop, fft / 2 + 1)) {
        throw new IllegalArgumentException(
            "Sounds are %d samples long, expected at least %d, a step and more than half a window"
                .formatted(samples, Math.max(hop, fft / 2 + 1)));
      }
    }

    @Override
    public SoundForm.Frames form() {
      return new SoundForm.Frames(mels, samples / hop, true);
    }

    @Override
    public int length(int ofSound) {
      return form().frames();
    }

    @Override
    public Numbers numbers(float[] sound) {
      SoundForm.Frames form = form();
      MelFilters filters = MelFilters.slaney(mels, fft, rate);
      Fourier fourier = new Fourier(fft);
      double[] window = HannWindows.periodic(fft);
      double[] logarithms = new double[form.elements()];
      Arrays.fill(logarithms, Math.log10(LEAST_POWER));
      double largest = Math.log10(LEAST_POWER);
      double[] frame = new double[fft];
      for (int number = 0; number < form.frames(); number++) {
        if (fill(frame, sound, number * hop - fft / 2, window)) {
          double[] powers = filters.of(fourier.power(frame));
          for (int mel = 0; mel < mels; mel++) {
            double logarithm = Math.log10(Math.max(powers[mel], LEAST_POWER));
            logarithms[form.place(mel, number)] = logarithm;
            largest = Math.max(largest, logarithm);
          }
        }
      }
      float[] values = new float[logarithms.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) ((Math.max(logarithms[i], largest - RANGE) + 4) / 4);
      }
      int heard = (Math.min(sound.length, samples) + hop - 1) / hop;
      return new Numbers(values, Math.min(heard, form.frames()));
    }

    /**
     * Fills a frame, which may reach over both ends, where the sound is mirrored.
     *
     * @return whether there is anything but silence
     */
    private boolean fill(double[] frame, float[] sound, int from, double[] window) {
      boolean any = false;
      for (int i = 0; i < frame.length; i++) {
        int place = Math.abs(from + i);
        place = place < samples ? place : 2 * (samples - 1) - place;
        frame[i] = place < sound.length ? sound[place] * window[i] : 0;
        any |= frame[i] != 0;
      }
      return any;
    }
  }

  /**
   * Kaldi's filter bank of 25 ms each 10 ms, as {@code ASTFeatureExtractor} makes it for the Audio
   * Spectrogram Transformer (Gong et al. 2021, arXiv:2104.01778): frames are cut or padded with
   * zeros to a number, then normalised with half the factor that the standard deviation asks for.
   *
   * @param rate samples a second
   * @param mels bins of frequency
   * @param frames to which a sound is cut or padded
   * @param normalized whether mean and deviation count
   * @param mean that is subtracted
   * @param deviation half of what is divided by
   */
  record Kaldi(int rate, int mels, int frames, boolean normalized, double mean, double deviation)
      implements Extraction {
    private static final double PREEMPHASIS = 0.97;

    /** The distance of 1 from the next larger float. */
    private static final double LEAST_POWER = 1.192092955078125e-07;

    /**
     * @throws IllegalArgumentException if a number is out of range
     */
    public Kaldi {
      if (Math.min(mels, frames) < 1 || rate < 100) {
        throw new IllegalArgumentException(
            "%d frames of %d mels for %d samples a second, expected 1 or more, and 100 or more samples"
                .formatted(frames, mels, rate));
      }
      if (!Double.isFinite(mean) || !(deviation > 0 && Double.isFinite(deviation))) {
        throw new IllegalArgumentException(
            "The mean is %s and the standard deviation %s, expected numbers, the second above 0"
                .formatted(mean, deviation));
      }
    }

    @Override
    public SoundForm.Frames form() {
      return new SoundForm.Frames(mels, frames, false);
    }

    @Override
    public int length(int samples) {
      if (samples < window()) {
        throw new IllegalArgumentException(
            "it has %d samples at %d a second, expected at least %d, which is one window of 25 ms"
                .formatted(samples, rate, window()));
      }
      return frames;
    }

    private int window() {
      return rate / 40;
    }

    @Override
    public Numbers numbers(float[] samples) {
      int most = length(samples.length);
      int size = window();
      int step = rate / 100;
      int heard = Math.min(most, 1 + (samples.length - size) / step);
      int fft = Integer.highestOneBit(2 * size - 1);
      MelFilters filters = MelFilters.kaldi(mels, fft, rate);
      Fourier fourier = new Fourier(fft);
      double[] window = HannWindows.symmetric(size);
      SoundForm.Frames form = form();
      float[] values = new float[form.elements()];
      for (int number = 0; number < heard; number++) {
        double[] powers = filters.of(fourier.power(frame(samples, number * step, window, fft)));
        for (int mel = 0; mel < mels; mel++) {
          values[form.place(mel, number)] = (float) Math.log(Math.max(powers[mel], LEAST_POWER));
        }
      }
      if (normalized) {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) ((values[i] - mean) / (2 * deviation));
        }
      }
      return new Numbers(values, heard);
    }

    /** A window without its mean, with high frequencies raised. */
    private static double[] frame(float[] samples, int from, double[] window, int fft) {
      double sum = 0;
      for (int i = 0; i < window.length; i++) {
        sum += samples[from + i];
      }
      double mean = sum / window.length;
      double[] frame = new double[fft];
      double before = samples[from] - mean;
      for (int i = 0; i < window.length; i++) {
        double sample = samples[from + i] - mean;
        frame[i] = (sample - PREEMPHASIS * before) * window[i];
        before = sample;
      }
      return frame;
    }
  }
}
