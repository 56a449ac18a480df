package org.tribuo.distill.input.internal.sound;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** A sound as a model reads it. */
public interface Sound {
  SoundForm form();

  /** The number of samples or frames. */
  int length();

  /**
   * The numbers.
   *
   * @throws IllegalArgumentException if they come from a file that is no longer what it was
   */
  Numbers numbers();

  /** Digests all that decides the numbers. */
  void digest(MessageDigest into);

  /** A sound whose numbers are at hand. */
  static Sound of(SoundForm form, Numbers numbers) {
    return new AtHand(form, numbers);
  }

  /** Numbers in memory. */
  record AtHand(SoundForm form, Numbers numbers) implements Sound {
    @Override
    public int length() {
      return form instanceof SoundForm.Frames frames ? frames.frames() : numbers.values().length;
    }

    @Override
    public void digest(MessageDigest into) {
      float[] values = numbers.values();
      ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length + Integer.BYTES);
      bytes.asFloatBuffer().put(values);
      bytes.putInt(Float.BYTES * values.length, numbers.heard());
      into.update(bytes);
    }
  }
}
