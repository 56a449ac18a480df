package org.tribuo.distill.teacher.internal.store;

import java.nio.ByteBuffer;

/** Reads what a {@link BitWriter} has written. */
final class BitReader {
  private final ByteBuffer bytes;
  private int pending;
  private int left;

  /** From the position of a buffer on. */
  BitReader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /** A number of so many bits, 0 to 32. */
  int read(int bits) {
    int number = 0;
    for (int bit = 0; bit < bits; bit++) {
      if (left == 0) {
        pending = bytes.get();
        left = Byte.SIZE;
      }
      number = (number << 1) | ((pending >>> --left) & 1);
    }
    return number;
  }

  /** A number in Rice's code with so many lowest bits. */
  int readRice(int bits) {
    int ones = 0;
    while (read(1) == 1) {
      ones++;
    }
    return (ones << bits) | read(bits);
  }
}
