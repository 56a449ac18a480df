package org.tribuo.distill.input.internal.image;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** An image as a model reads it. */
public interface Picture {
  /** What the model reads of it. */
  PixelShape shape();

  /**
   * The numbers, in the order channels, rows, columns; not to be changed.
   *
   * @throws IllegalArgumentException if they come from a file that is no longer what it was
   */
  float[] pixels();

  /** Digests all that decides the numbers. */
  void digest(MessageDigest into);

  /** An image whose numbers are at hand. */
  static Picture of(PixelShape shape, float[] pixels) {
    return new AtHand(shape, pixels);
  }

  /** Numbers in memory. */
  final class AtHand implements Picture {
    private final PixelShape shape;
    private final float[] pixels;

    private AtHand(PixelShape shape, float[] pixels) {
      this.shape = shape;
      this.pixels = pixels;
    }

    @Override
    public PixelShape shape() {
      return shape;
    }

    @Override
    public float[] pixels() {
      return pixels;
    }

    @Override
    public void digest(MessageDigest into) {
      ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * pixels.length);
      bytes.asFloatBuffer().put(pixels);
      into.update(bytes);
    }
  }
}
