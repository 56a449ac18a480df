package org.tribuo.distill.input.image;

/**
 * How an image of another size is made. All are those of Pillow, whose names they have: an image
 * that becomes smaller is smoothed first, so that no pixel is passed over, but for {@code NEAREST}.
 */
public enum Interpolation {
  /** The nearest pixel. */
  NEAREST,

  /** A triangle, one pixel to each side. */
  BILINEAR,

  /** A cubic convolution with a = -0.5, two pixels to each side. */
  BICUBIC
}
