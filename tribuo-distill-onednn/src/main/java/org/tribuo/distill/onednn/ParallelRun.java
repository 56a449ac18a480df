package org.tribuo.distill.onednn;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.CallbackThreadInitializer;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Parts of a work that the threads of a session take one after the other. ONNX Runtime calls each
 * thread once and not once for each part, since a call from native code into the JVM costs as much
 * as a small part.
 */
final class ParallelRun {
  private interface Worker extends Callback {
    void callback(long run, long index);
  }

  /** The runs that are under way, by the number that ONNX Runtime hands on. */
  private static final Map<Long, ParallelRun> RUNNING = new ConcurrentHashMap<>();

  private static final AtomicLong NUMBERS = new AtomicLong();

  private static final Worker WORKER =
      (number, index) -> {
        ParallelRun run = RUNNING.get(number);
        if (run != null) {
          run.work();
        }
      };

  /** The threads of ONNX Runtime become the JVM's at their first call, and stay so. */
  private static final long WORKER_ADDRESS = address(WORKER);

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private final int parts;
  private final IntConsumer part;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  ParallelRun(int parts, IntConsumer part) {
    this.parts = parts;
    this.part = part;
  }

  private static long address(Worker worker) {
    Native.setCallbackThreadInitializer(
        worker, new CallbackThreadInitializer(true, false, "onnxruntime"));
    return Pointer.nativeValue(CallbackReference.getFunctionPointer(worker));
  }

  /** Does all parts on the threads of a session, and on this one. */
  void on(long context) {
    long number = NUMBERS.incrementAndGet();
    RUNNING.put(number, this);
    try {
      OrtApi.check(
          OrtApi.KernelContext_ParallelFor(
              context, WORKER_ADDRESS, Math.min(parts, PROCESSORS), 0, number));
    } finally {
      RUNNING.remove(number);
    }
    Throwable thrown = failure.get();
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** Nothing may be thrown into native code. */
  private void work() {
    try {
      for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
        part.accept(i);
      }
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      next.set(parts);
    }
  }
}
