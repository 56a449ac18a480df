package org.tribuo.distill.report;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.Output;

/**
 * Measures how quickly a model predicts. Examples are taken from the front of a list, again and
 * again if there are too few. Both measures are medians, which a pause of the machine or of the
 * garbage collector does not move. Where the model runs, and on how many threads, is the model's
 * own setting.
 *
 * @param warmUp how many examples are predicted, alone, before a clock runs
 * @param singles how many examples are predicted and timed alone
 * @param batch the examples of one batch
 * @param batches how many batches make a round
 * @param rounds how many rounds are timed
 */
public record SpeedMeter(int warmUp, int singles, int batch, int batches, int rounds) {
  /** Some seconds for a small Transformer on a processor. */
  public static final SpeedMeter DEFAULT = new SpeedMeter(50, 200, 64, 4, 3);

  /**
   * @throws IllegalArgumentException if nothing would be measured
   */
  public SpeedMeter {
    if (warmUp < 0 || singles < 1 || batch < 1 || batches < 1 || rounds < 1) {
      throw new IllegalArgumentException(
          "warmUp is %d, singles %d, batch %d, batches %d and rounds %d; %s"
              .formatted(
                  warmUp, singles, batch, batches, rounds, "each must be at least 1, warmUp 0"));
    }
  }

  /**
   * The time from one example to its prediction, nothing else being predicted: the median.
   *
   * @throws IllegalArgumentException if there are no examples
   */
  public <T extends Output<T>> Duration latency(Model<T> model, List<Example<T>> examples) {
    checkNotEmpty(examples);
    for (int i = 0; i < warmUp; i++) {
      model.predict(examples.get(i % examples.size()));
    }
    long[] nanos = new long[singles];
    for (int i = 0; i < singles; i++) {
      Example<T> example = examples.get(i % examples.size());
      long start = System.nanoTime();
      model.predict(example);
      nanos[i] = System.nanoTime() - start;
    }
    return Duration.ofNanos(median(nanos));
  }

  /**
   * The examples that are predicted in a second, in batches in the order of the list: the median of
   * the rounds.
   *
   * @throws IllegalArgumentException if there are no examples
   */
  public <T extends Output<T>> double examplesPerSecond(Model<T> model, List<Example<T>> examples) {
    checkNotEmpty(examples);
    List<List<Example<T>>> round =
        IntStream.range(0, batches).mapToObj(index -> batch(examples, index)).toList();
    model.predict(round.get(0));
    long[] nanos = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      long start = System.nanoTime();
      round.forEach(model::predict);
      nanos[i] = System.nanoTime() - start;
    }
    return (double) batches * batch / (median(nanos) / 1e9);
  }

  private <T extends Output<T>> List<Example<T>> batch(List<Example<T>> examples, int index) {
    return IntStream.range(index * batch, (index + 1) * batch)
        .mapToObj(i -> examples.get(i % examples.size()))
        .toList();
  }

  private static void checkNotEmpty(List<?> examples) {
    if (examples.isEmpty()) {
      throw new IllegalArgumentException("There are no examples to measure with");
    }
  }

  private static long median(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return Math.max(1, sorted[sorted.length / 2]);
  }
}
