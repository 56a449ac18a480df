package org.tribuo.distill.onednn;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Native memory as 64-bit words, for arguments by reference. One thread at a time. */
final class NativeWords {
  private final Memory memory;
  private final ByteBuffer buffer;

  NativeWords(int words) {
    memory = new Memory(8L * words);
    memory.clear();
    buffer = memory.getByteBuffer(0, 8L * words).order(ByteOrder.nativeOrder());
  }

  /** The address of a word. */
  long at(int word) {
    return Pointer.nativeValue(memory) + 8L * word;
  }

  long get(int word) {
    return buffer.getLong(8 * word);
  }

  float getFloat(int word) {
    return buffer.getFloat(8 * word);
  }

  int getInt(int word) {
    return buffer.getInt(8 * word);
  }

  void set(int word, long value) {
    buffer.putLong(8 * word, value);
  }

  /** Sets words from one on. */
  void set(int word, long... values) {
    for (int i = 0; i < values.length; i++) {
      set(word + i, values[i]);
    }
  }
}
