package org.tribuo.distill.input.internal.image;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an image is seen: moved by some pixels, with black where nothing is left of it, and maybe
 * mirrored.
 *
 * @param down by how many rows it moves down; up if negative
 * @param right by how many columns it moves to the right; to the left if negative
 * @param flipped whether it is mirrored after that, left and right
 */
public record PixelView(int down, int right, boolean flipped) {
  /** As it is. */
  public static final PixelView WHOLE = new PixelView(0, 0, false);

  private static final String FLIPPED = "flipped";
  private static final Pattern TEXT = Pattern.compile("(-?\\d{1,6}),(-?\\d{1,6})(,flipped)?");

  /**
   * What {@link #toString} has written.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static PixelView parse(String text) {
    Matcher view = TEXT.matcher(text);
    if (!view.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a view of an image, expected one such as '2,-1' or '2,-1,%s'"
              .formatted(text, FLIPPED));
    }
    return new PixelView(
        Integer.parseInt(view.group(1)), Integer.parseInt(view.group(2)), view.group(3) != null);
  }

  /** Whether another part of the image is seen, which depends on its size. */
  boolean isMoved() {
    return down != 0 || right != 0;
  }

  Bitmap of(Bitmap image) {
    return equals(WHOLE) ? image : image.part(image.size(), -down, -right, flipped);
  }

  @Override
  public String toString() {
    return down + "," + right + (flipped ? "," + FLIPPED : "");
  }
}
