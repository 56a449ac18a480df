package org.tribuo.distill.onednn;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** Native memory at the start of a cache line. */
final class NativeBuffer implements AutoCloseable {
  private static final int CACHE_LINE = 64;

  private final Memory memory;
  private final long start;
  private final long bytes;

  NativeBuffer(long bytes) {
    this.memory = new Memory(bytes + CACHE_LINE);
    this.start = -Pointer.nativeValue(memory) & (CACHE_LINE - 1);
    this.bytes = bytes;
  }

  long address() {
    return Pointer.nativeValue(memory) + start;
  }

  long bytes() {
    return bytes;
  }

  /** Fills a part with zero bytes. */
  void clear(long from, long length) {
    memory.setMemory(start + from, length, (byte) 0);
  }

  @Override
  public void close() {
    memory.close();
  }
}
