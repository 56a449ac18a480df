package org.tribuo.distill.input.internal.image;

/**
 * The size of an image in pixels.
 *
 * @param height 1 or more
 * @param width 1 or more
 */
public record Size(int height, int width) {
  /**
   * @throws IllegalArgumentException if a number is below 1
   */
  public Size {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "is %d x %d pixels (height x width), expected at least 1 x 1".formatted(height, width));
    }
  }

  @Override
  public String toString() {
    return height + " x " + width;
  }
}
