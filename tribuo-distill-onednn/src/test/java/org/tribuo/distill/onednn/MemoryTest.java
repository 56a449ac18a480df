package org.tribuo.distill.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.training.TrainingListener;

/** Products of any number of rows, again and again. */
@EnabledOnOs(OS.LINUX)
class MemoryTest {
  private static final long SEED = 11;
  private static final long MEGABYTE = 1_000_000;

  @Test
  @Tag("slow")
  void tenThousandCallsTakeNoMoreMemoryThanAThousand() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    Tensor weight = ProductGraph.random(random, 64, 96);
    // As batches of 8 texts of any length: most lengths occur at the beginning.
    List<Tensor> batches = new ArrayList<>();
    for (int length = 1; length <= 64; length++) {
      batches.add(ProductGraph.random(random, 8 * length, 64));
    }
    try (ProductGraph forward = ProductGraph.of(2, false, false, 1, false, Optional.empty());
        ProductGraph gradient = ProductGraph.of(2, true, false, 1, false, Optional.empty())) {
      long before = 0;
      for (int i = 0; i < 10_000; i++) {
        if (i == 1000) {
          before = nativeBytes();
        }
        Tensor rows = batches.get(random.nextInt(batches.size()));
        forward.run(Map.of("a", rows, "b", weight));
        gradient.run(Map.of("a", rows, "b", rows));
      }
      assertThat(nativeBytes() - before).as("growth in bytes").isLessThan(80 * MEGABYTE);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "BFLOAT16_PRODUCTS"})
  @Tag("slow")
  void tenThousandStepsTakeNoMoreMemoryThanThreeThousand(Precision precision) {
    int[] tokens = new SplittableRandom(SEED).ints(10_000, 1, 33).toArray();
    long[] before = new long[1];
    EncoderTraining.of(2, 48, 4, 8, tokens)
        .train(
            Device.cpu(2).withPrecision(precision),
            0.1f,
            new TrainingListener() {
              @Override
              public void onStep(StepReport report) {
                // Before that the JVM still compiles; from then on 30,000 steps were flat.
                if (report.step() == 3000) {
                  before[0] = nativeBytes();
                } else if (report.step() == 10_000) {
                  assertThat(nativeBytes() - before[0])
                      .as("growth in bytes")
                      .isLessThan(20 * MEGABYTE);
                  before[0] = -1;
                }
              }
            });

    assertThat(before[0]).as("whether there were as many steps").isEqualTo(-1);
  }

  @Test
  @Tag("slow")
  void sessionsGiveBackWhatTheyHold() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    Tensor weight = ProductGraph.random(random, 300, 500);
    Tensor rows = ProductGraph.random(random, 40, 300);
    long before = 0;
    for (int i = 0; i < 600; i++) {
      if (i == 100) {
        before = nativeBytes();
      }
      try (ProductGraph product = ProductGraph.of(2, false, false, 1, false, Optional.of(weight))) {
        product.run(Map.of("a", rows));
      }
    }
    assertThat(nativeBytes() - before).isLessThan(40 * MEGABYTE);
  }

  /** What the process has in memory beside the heap, which may grow by pages it had not touched. */
  private static long nativeBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      long resident =
          lines
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow();
      return resident - Runtime.getRuntime().totalMemory();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
