package org.tribuo.distill.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.tribuo.distill.graph.Tensor;

/** Products of any number of rows, again and again. */
@EnabledOnOs(OS.LINUX)
class MemoryTest {
  private static final long SEED = 11;
  private static final long MEGABYTE = 1_000_000;

  @Test
  void aThousandCallsTakeNoMoreMemoryThanAHundred() throws Exception {
    checkGrowth(100, 1000, 20 * MEGABYTE);
  }

  @Test
  @Tag("slow")
  void tenThousandCallsTakeNoMoreMemoryThanAThousand() throws Exception {
    checkGrowth(1000, 10_000, 20 * MEGABYTE);
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
        before = residentBytes();
      }
      try (ProductGraph product =
          ProductGraph.of(2, false, false, 1, false, Optional.of(weight))) {
        product.run(Map.of("a", rows));
      }
    }
    assertThat(residentBytes() - before).isLessThan(40 * MEGABYTE);
  }

  private static void checkGrowth(int warmUp, int calls, long most)
      throws OrtException, IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    Tensor weight = ProductGraph.random(random, 64, 96);
    try (ProductGraph forward = ProductGraph.of(2, false, false, 1, false, Optional.empty());
        ProductGraph gradient = ProductGraph.of(2, true, false, 1, false, Optional.empty())) {
      long before = 0;
      for (int i = 0; i < calls; i++) {
        if (i == warmUp) {
          before = residentBytes();
        }
        // As batches of 8 texts whose lengths occur at the beginning too, but for few.
        int count = 8 * random.nextInt(1, 65);
        Tensor rows = ProductGraph.random(random, count, 64);
        forward.run(Map.of("a", rows, "b", weight));
        gradient.run(Map.of("a", rows, "b", rows));
      }
      assertThat(residentBytes() - before).as("growth in bytes").isLessThan(most);
    }
  }

  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
