package org.tribuo.distill.input.image;

/** Which channels a model reads, and in which order. */
public enum ChannelOrder {
  /** Red, green, blue: the usual order. */
  RGB,

  /** Blue, green, red, as some older models read them. */
  BGR,

  /**
   * One channel of luminance. Colours are weighted as in ITU-R 601-2, which is what Pillow's mode
   * {@code L} has: (19595 R + 38470 G + 7471 B + 32768) / 65536.
   */
  GREY;

  /** The number of channels. */
  public int channels() {
    return this == GREY ? 1 : 3;
  }
}
