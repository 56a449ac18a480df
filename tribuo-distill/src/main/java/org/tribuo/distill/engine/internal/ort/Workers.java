package org.tribuo.distill.engine.internal.ort;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Threads that share the parts of a work with the caller's. One caller at a time. */
final class Workers implements AutoCloseable {
  /** With fewer parts for each thread, others would not have begun before the caller is done. */
  private static final int WORTH_WAKING = 4;

  private final int threads;
  private final ExecutorService others;

  /**
   * @param threads the caller's among them; 0 for one for each processor
   */
  Workers(int threads) {
    this.threads = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    this.others =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "tribuo-distill-optimizer");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Does all parts. Which thread does a part must not matter. */
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
    try {
      work.run();
    } finally {
      working.forEach(Workers::await);
    }
  }

  private static void await(Future<?> work) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          work.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw new IllegalStateException(e.getCause());
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
