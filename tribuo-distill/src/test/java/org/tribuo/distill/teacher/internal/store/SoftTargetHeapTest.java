package org.tribuo.distill.teacher.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.graph.internal.RowShape;

/** Soft targets that are larger than Java's heap. */
class SoftTargetHeapTest {
  private static final SoftTargetSpec SPEC = TinyStore.spec("large", RowShape.perToken(500), 8000);

  @TempDir Path folder;

  /** Writes and reads them. */
  static final class Everything {
    private Everything() {}

    public static void main(String[] arguments) {
      SoftTargetStore store = SoftTargetStore.in(Path.of(arguments[0]));
      SplittableRandom random = new SplittableRandom(7);
      int read = 0;
      try (SoftTargets targets = TinyStore.fill(store, SPEC)) {
        for (int batch = 0; batch < 100; batch++) {
          int[] rows = random.ints(32, 0, SPEC.rows()).toArray();
          float[] logits = targets.batch(rows).logits().toFloats();
          int width = logits.length / rows.length;
          for (int i = 0; i < rows.length; i++) {
            float[] expected = TinyStore.logits(SPEC, rows[i]);
            if (Arrays.equals(
                logits, i * width, i * width + expected.length, expected, 0, expected.length)) {
              read++;
            }
          }
        }
      }
      System.out.println(read + " rows are right");
    }
  }

  @Test
  void areWrittenAndReadBatchByBatch() throws Exception {
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx24m",
                    "-XX:MaxDirectMemorySize=8m",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Everything.class.getName(),
                    folder.toString()))
            .redirectErrorStream(true)
            .start();
    String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).as(printed).isZero();
    assertThat(printed).contains("3200 rows are right");
    assertThat(Files.size(TinyStore.file(folder, SPEC))).isGreaterThan(90_000_000);
  }
}
