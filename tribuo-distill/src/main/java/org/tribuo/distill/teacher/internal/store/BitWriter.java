package org.tribuo.distill.teacher.internal.store;

import java.io.ByteArrayOutputStream;

/** Writes bits, those of a number from the highest on. */
final class BitWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private int pending;
  private int count;

  /**
   * Writes the lowest bits of a number.
   *
   * @param bits how many, 0 to 32
   */
  void write(int number, int bits) {
    for (int bit = bits - 1; bit >= 0; bit--) {
      pending = (pending << 1) | ((number >>> bit) & 1);
      if (++count == Byte.SIZE) {
        bytes.write(pending);
        count = 0;
      }
    }
  }

  /**
   * Writes a number in Rice's code: the bits above the lowest ones in unary, then these.
   *
   * @param number 0 or more
   * @param bits how many are the lowest
   */
  void writeRice(int number, int bits) {
    for (int ones = number >>> bits; ones > 0; ones--) {
      write(1, 1);
    }
    write(0, 1);
    write(number, bits);
  }

  /** All that was written, with zeros up to a whole byte. */
  byte[] toBytes() {
    while (count != 0) {
      write(0, 1);
    }
    return bytes.toByteArray();
  }
}
