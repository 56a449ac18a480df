package org.tribuo.distill.onednn;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;

/**
 * What a training step takes in each precision, in time of processors: ratios of it hold on a busy
 * machine too, with one thread at least, which never waits for another. All are measured in each of
 * several rounds, and the least of each is taken.
 */
final class StepTimes {
  private static final int STEPS = 12;
  private static final int BATCH = 32;

  private StepTimes() {}

  /**
   * @param arguments threads, rounds
   */
  public static void main(String[] arguments) {
    int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    List<String> names = List.of("teacher, 6 layers", "student, 2 layers", "student, 2 layers");
    int[] layers = {6, 2, 2};
    int[] lengths = {16, 16, 64};
    for (int i = 0; i < layers.length; i++) {
      int[] tokens = new int[STEPS];
      Arrays.fill(tokens, lengths[i]);
      EncoderTraining training = EncoderTraining.of(layers[i], 384, 12, BATCH, tokens);
      Map<Precision, Double> least = new EnumMap<>(Precision.class);
      Map<Precision, Float> last = new EnumMap<>(Precision.class);
      for (int round = 0; round < rounds; round++) {
        for (Precision precision : List.of(Precision.FLOAT32, Precision.BFLOAT16_PRODUCTS)) {
          EncoderTraining.Result result =
              training.train(Device.cpu(threads).withPrecision(precision));
          double milliseconds =
              result.processorTimes().stream().mapToLong(Duration::toNanos).min().orElse(0) / 1e6;
          least.merge(precision, milliseconds, Math::min);
          last.put(precision, result.losses().get(STEPS - 1));
        }
      }
      double plain = least.get(Precision.FLOAT32);
      double rounded = least.get(Precision.BFLOAT16_PRODUCTS);
      System.out.printf(
          Locale.ROOT,
          "%s, %d x %d tokens, %d threads: float32 %.1f ms, bfloat16 products %.1f ms, ratio %.2f; losses after %d steps %s and %s%n",
          names.get(i),
          BATCH,
          lengths[i],
          threads,
          plain,
          rounded,
          rounded / plain,
          STEPS,
          last.get(Precision.FLOAT32),
          last.get(Precision.BFLOAT16_PRODUCTS));
    }
  }
}
