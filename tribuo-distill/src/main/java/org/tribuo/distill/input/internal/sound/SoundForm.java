package org.tribuo.distill.input.internal.sound;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a model reads of each sound: a waveform of any length, or frames, always as many. */
public sealed interface SoundForm {
  /** The name of the one feature of a sound that stays in its file. */
  String inFile();

  /** The name of the feature of a number. */
  String name(int index);

  /** Which number a feature is, if it is one. */
  OptionalInt index(String name);

  /** The dimensions of a sound that has some numbers. */
  long[] dims(int numbers);

  /** The form of the sounds of which a feature is the only one, if it is. */
  static Optional<SoundForm> ofFile(String feature) {
    if (feature.equals(Waveform.NAME)) {
      return Optional.of(new Waveform());
    }
    Matcher frames = Frames.FILE.matcher(feature);
    if (!frames.matches()) {
      return Optional.empty();
    }
    int one = Integer.parseInt(frames.group(2));
    int other = Integer.parseInt(frames.group(3));
    boolean first = frames.group(1).equals(Frames.BINS_FIRST);
    return Optional.of(first ? new Frames(one, other, true) : new Frames(other, one, false));
  }

  /** Samples, FLOAT [batch, samples]. */
  record Waveform() implements SoundForm {
    private static final String NAME = "waveform";
    private static final Pattern SAMPLE = Pattern.compile("s(\\d{7,9})");

    @Override
    public String inFile() {
      return NAME;
    }

    @Override
    public String name(int index) {
      return "s" + Frames.digits(index, 7);
    }

    @Override
    public OptionalInt index(String name) {
      Matcher sample = SAMPLE.matcher(name);
      return sample.matches()
          ? OptionalInt.of(Integer.parseInt(sample.group(1)))
          : OptionalInt.empty();
    }

    @Override
    public long[] dims(int numbers) {
      return new long[] {numbers};
    }

    @Override
    public String toString() {
      return "waveforms";
    }
  }

  /**
   * Frames of as many bins of frequency, FLOAT [batch, bins, frames] or [batch, frames, bins].
   *
   * @param bins 1 or more
   * @param frames 1 or more
   * @param binsFirst whether the frames of a bin lie side by side
   */
  record Frames(int bins, int frames, boolean binsFirst) implements SoundForm {
    private static final String BINS_FIRST = "mels";
    private static final String FRAMES_FIRST = "frames";
    private static final Pattern FILE =
        Pattern.compile("(" + BINS_FIRST + "|" + FRAMES_FIRST + ")(\\d{1,5})x(\\d{1,5})");
    private static final Pattern NUMBER =
        Pattern.compile("(?:m(\\d{3,5}))?t(\\d{5})(?:m(\\d{3,5}))?");

    /**
     * @throws IllegalArgumentException if a number is out of range
     */
    public Frames {
      if (Math.min(bins, frames) < 1 || Math.max(bins, frames) > 99_999) {
        throw new IllegalArgumentException(
            "A sound of %d bins and %d frames, expected from 1 to 99999 of each"
                .formatted(bins, frames));
      }
    }

    /** The frames of which a feature is the last number, if it is one. */
    static Optional<Frames> upTo(String feature) {
      Matcher number = NUMBER.matcher(feature);
      if (!number.matches() || (number.group(1) == null) == (number.group(3) == null)) {
        return Optional.empty();
      }
      boolean first = number.group(1) != null;
      int bin = Integer.parseInt(number.group(first ? 1 : 3));
      return Optional.of(new Frames(bin + 1, Integer.parseInt(number.group(2)) + 1, first));
    }

    /** The smallest in which both are. */
    Frames with(Frames other) {
      return new Frames(Math.max(bins, other.bins), Math.max(frames, other.frames), binsFirst);
    }

    /** Where a number lies. */
    int place(int bin, int frame) {
      return binsFirst ? bin * frames + frame : frame * bins + bin;
    }

    int elements() {
      return Math.multiplyExact(bins, frames);
    }

    @Override
    public String inFile() {
      return binsFirst ? BINS_FIRST + bins + "x" + frames : FRAMES_FIRST + frames + "x" + bins;
    }

    @Override
    public String name(int index) {
      int bin = binsFirst ? index / frames : index % bins;
      int frame = binsFirst ? index % frames : index / bins;
      String ofFrame = "t" + digits(frame, 5);
      String ofBin = "m" + digits(bin, 3);
      return binsFirst ? ofBin + ofFrame : ofFrame + ofBin;
    }

    static String digits(int number, int least) {
      String plain = Integer.toString(number);
      return "0".repeat(Math.max(0, least - plain.length())) + plain;
    }

    @Override
    public OptionalInt index(String name) {
      Optional<Frames> upTo = upTo(name);
      return upTo.isPresent() && equals(with(upTo.get())) && upTo.get().binsFirst == binsFirst
          ? OptionalInt.of(place(upTo.get().bins - 1, upTo.get().frames - 1))
          : OptionalInt.empty();
    }

    @Override
    public long[] dims(int numbers) {
      return binsFirst ? new long[] {bins, frames} : new long[] {frames, bins};
    }

    @Override
    public String toString() {
      return binsFirst
          ? "%d bins of %d frames".formatted(bins, frames)
          : "%d frames of %d bins".formatted(frames, bins);
    }
  }
}
