package org.tribuo.distill.onednn;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Native buffers that are used again and again. There are as many as were in use at the same time,
 * each as large as what it was needed for at most. Safe for many threads.
 */
final class BufferPool {
  private final Deque<NativeBuffer> idle = new ConcurrentLinkedDeque<>();

  /** A buffer of at least so many bytes for the caller alone, until it gives it back. */
  NativeBuffer take(long bytes) {
    NativeBuffer buffer = idle.pollFirst();
    if (buffer != null && buffer.bytes() >= bytes) {
      return buffer;
    }
    if (buffer != null) {
      buffer.close();
    }
    return new NativeBuffer(bytes);
  }

  void giveBack(NativeBuffer buffer) {
    idle.addFirst(buffer);
  }
}
