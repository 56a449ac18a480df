package org.tribuo.distill.engine.internal.ort;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.tribuo.distill.engine.Device;

/** Threads that share the parts of a work with the caller's. One caller at a time. */
final class Workers implements AutoCloseable {
  /** With fewer parts for each thread, others would not have begun before the caller is done. */
  private static final int WORTH_WAKING = 4;

  private final int threads;
  private final ExecutorService others;

  /**
   * @param threads the caller's among them, 1 or more
   */
  Workers(int threads) {
    this.threads = threads;
    this.others =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "tribuo-distill-optimizer");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** As many as a device has, or one for each processor. */
  static Workers of(Device device) {
    return new Workers(device.threads().orElse(Runtime.getRuntime().availableProcessors()));
  }

  /**
   * Does all parts, and returns or throws when no thread works on one any more. Which thread does a
   * part must not matter.
   *
   * @throws IllegalStateException if a part fails in another thread than the caller's
   */
  void run(int parts, IntConsumer part) {
    AtomicInteger next = new AtomicInteger();
    Runnable work =
        () -> {
          for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
            part.accept(i);
          }
        };
    List<Future<?>> working = new ArrayList<>();
    for (int i = 1; i < Math.min(threads, parts / WORTH_WAKING); i++) {
      working.add(others.submit(work));
    }
    List<Throwable> failures = new ArrayList<>();
    try {
      work.run();
    } finally {
      working.forEach(each -> await(each, failures));
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.get(0));
    }
  }

  /** Waits for the end, so that no memory is freed that a thread still reads. */
  private static void await(Future<?> work, List<Throwable> failures) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          work.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          failures.add(e.getCause());
          return;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    others.shutdown();
  }
}
