package org.tribuo.distill.input.internal.image;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pixels that a model reads of one image.
 *
 * @param channels 1 or 3
 * @param height in pixels
 * @param width in pixels
 */
public record PixelShape(int channels, int height, int width) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})x(\\d{1,9})x(\\d{1,9})");

  /**
   * @throws IllegalArgumentException if a number is below 1, or there are too many pixels for one
   *     array
   */
  public PixelShape {
    if (Math.min(channels, Math.min(height, width)) < 1
        || (long) channels * height * width > Integer.MAX_VALUE / Float.BYTES) {
      throw new IllegalArgumentException(
          "An image of %d channels, %d pixels high and %d wide, expected at least 1 of each, and no more than an array holds"
              .formatted(channels, height, width));
    }
  }

  /** What {@link #toString} has written, if it has. */
  static Optional<PixelShape> parse(String text) {
    Matcher numbers = TEXT.matcher(text);
    return numbers.matches()
        ? Optional.of(
            new PixelShape(
                Integer.parseInt(numbers.group(1)),
                Integer.parseInt(numbers.group(2)),
                Integer.parseInt(numbers.group(3))))
        : Optional.empty();
  }

  /** The number of values. */
  public int elements() {
    return channels * height * width;
  }

  /** Where a value lies in the order channels, rows, columns. */
  public int index(int channel, int y, int x) {
    return (channel * height + y) * width + x;
  }

  /** Channels, height and width, such as {@code 3x224x224}. */
  @Override
  public String toString() {
    return channels + "x" + height + "x" + width;
  }
}
