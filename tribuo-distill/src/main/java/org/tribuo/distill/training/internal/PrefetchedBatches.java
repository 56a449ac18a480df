package org.tribuo.distill.training.internal;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.Tensor;

/**
 * Makes each batch in a thread of its own while the one before is trained on, for data that take
 * long to make them, as a teacher does that runs beside the student. At most two batches are in
 * memory, the one that is trained on and the next.
 *
 * <p>Batches are those of the data, whatever the threads do. If making one fails, whoever asks for
 * it gets the exception. To be asked by one thread at a time.
 */
public final class PrefetchedBatches implements TrainingData, AutoCloseable {
  private final TrainingData data;
  private final ExecutorService thread;
  private List<int[]> epoch = List.of();
  private int next;
  private @Nullable Future<Map<String, Tensor>> ahead;

  /**
   * Starts the thread.
   *
   * @param data makes batches in that thread, and everything else in the caller's
   */
  public PrefetchedBatches(TrainingData data) {
    this.data = data;
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread made = new Thread(task, "tribuo-distill-batches");
              made.setDaemon(true);
              return made;
            });
  }

  @Override
  public int rows() {
    return data.rows();
  }

  /** The batches of an epoch; they are made ahead if epochs come in this order. */
  @Override
  public List<int[]> epoch(int number) {
    dropAhead();
    epoch = data.epoch(number);
    next = 0;
    return epoch;
  }

  @Override
  public Map<String, Tensor> batch(int[] rows) {
    if (next >= epoch.size() || epoch.get(next) != rows) {
      return await(start(rows));
    }
    Future<Map<String, Tensor>> started = ahead == null ? start(rows) : ahead;
    ahead = null;
    next++;
    Map<String, Tensor> batch = await(started);
    if (next < epoch.size()) {
      ahead = start(epoch.get(next));
    }
    return batch;
  }

  private Future<Map<String, Tensor>> start(int[] rows) {
    try {
      return thread.submit(() -> data.batch(rows));
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("These batches are closed", e);
    }
  }

  private static Map<String, Tensor> await(Future<Map<String, Tensor>> batch) {
    try {
      return batch.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingException("Interrupted while waiting for a batch", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new TrainingException("A batch cannot be made: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<CountedRows> counted(int[] rows) {
    return data.counted(rows);
  }

  @Override
  public long tokens(int[] rows) {
    return data.tokens(rows);
  }

  @Override
  public BitSet valuesOf(String input) {
    return data.valuesOf(input);
  }

  private void dropAhead() {
    if (ahead != null) {
      ahead.cancel(false);
      ahead = null;
    }
  }

  /**
   * Ends the thread, after the batch that it is making, also if the caller is interrupted: a batch
   * takes as long as it takes, and what it reads must not go before. May be called twice.
   */
  @Override
  public void close() {
    dropAhead();
    thread.shutdown();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
