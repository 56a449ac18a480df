package org.tribuo.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.graph.Sha256;
import org.tribuo.distill.teacher.SoftTargetStoreException.Reason;

class SoftTargetStoreKillTest {
  private static final int ROWS = 30_000;
  private static final int WIDTH = 77;
  private static final SoftTargetKey KEY =
      new SoftTargetKey(
          Sha256.ofParts(List.of("teacher")),
          "logits",
          ExecutionProvider.CPU,
          Precision.FLOAT32,
          Sha256.ofParts(List.of("rows")));

  @TempDir Path folder;

  @Test
  void aProgramThatIsKilledAtAnyTimeLeavesRightRowsAndTheNextOneGoesOn() throws Exception {
    long seed = 20260901;
    SplittableRandom random = new SplittableRandom(seed);
    Path file = folder.resolve("targets.mv");
    int kept = 0;
    for (int kill = 0; kill < 5; kill++) {
      Process writer = startWriter(file);
      int seen = killAfter(writer, 1 + random.nextInt(3), random.nextInt(4_000_000));
      int keptNow = checkedStretches(file);
      assertThat(keptNow)
          .as("stretches kept after kill %d of seed %d", kill, seed)
          .isGreaterThanOrEqualTo(kept + seen);
      kept = keptNow;
    }
    Process writer = startWriter(file);
    assertThat(writer.inputReader().lines()).allMatch("kept"::equals);
    assertThat(writer.waitFor()).isZero();
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      SoftTargets targets = store.require(KEY);
      for (int row = 0; row < ROWS; row += 97) {
        assertThat(targets.row(row)).containsExactly(logits(row));
      }
    }
  }

  @Test
  void twoProgramsMayNotOpenItAtOnce() throws Exception {
    Path file = folder.resolve("targets.mv");
    Process writer = startWriter(file);
    try (BufferedReader lines = writer.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("kept");
      assertThatThrownBy(() -> SoftTargetStore.open(file))
          .isInstanceOfSatisfying(
              SoftTargetStoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LOCKED));
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  /** What the child does: keep the stretches that are missing, and say so of each. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      try (SoftTargetStore store = SoftTargetStore.open(Path.of(arguments[0]))) {
        SoftTargetHeader header = begin(store);
        BlockLayout layout = header.layout();
        for (int stretch = 0; stretch < layout.stretches(); stretch++) {
          if (!store.hasStretch(header, stretch)) {
            float[] values = new float[(layout.to(stretch) - layout.from(stretch)) * WIDTH];
            for (int row = layout.from(stretch); row < layout.to(stretch); row++) {
              System.arraycopy(logits(row), 0, values, (row - layout.from(stretch)) * WIDTH, WIDTH);
            }
            store.putStretch(header, stretch, values);
            System.out.println("kept");
          }
        }
        store.complete(header);
      }
    }
  }

  private static SoftTargetHeader begin(SoftTargetStore store) {
    return store.begin(KEY, TinyTeacher.labels(WIDTH), ROWS, "1.28.0");
  }

  private static float[] logits(int row) {
    float[] logits = new float[WIDTH];
    for (int label = 0; label < WIDTH; label++) {
      logits[label] = row * 3 + label / 128f;
    }
    return logits;
  }

  private static Process startWriter(Path file) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            file.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /**
   * @return how many stretches the child had said to have kept
   */
  private static int killAfter(Process writer, int lines, int nanosMore) throws Exception {
    try (BufferedReader reader = writer.inputReader()) {
      int seen = 0;
      while (seen < lines && reader.readLine() != null) {
        seen++;
      }
      Thread.sleep(nanosMore / 1_000_000, nanosMore % 1_000_000);
      writer.destroyForcibly().waitFor();
      return seen;
    }
  }

  /**
   * @return how many stretches are there; those that are hold the right rows
   */
  private static int checkedStretches(Path file) {
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      SoftTargetHeader header = begin(store);
      BlockLayout layout = header.layout();
      int kept = 0;
      for (int stretch = 0; stretch < layout.stretches(); stretch++) {
        if (store.hasStretch(header, stretch)) {
          kept++;
          for (int block = layout.firstBlock(stretch); block < layout.endBlock(stretch); block++) {
            float[] values = store.readBlock(header, block).orElseThrow();
            for (int row = 0; row < layout.rowsIn(block); row++) {
              float[] expected = logits(layout.firstRow(block) + row);
              int from = row * WIDTH;
              assertThat(Arrays.equals(values, from, from + WIDTH, expected, 0, WIDTH))
                  .as("row %d of block %d is right", row, block)
                  .isTrue();
            }
          }
        }
      }
      return kept;
    }
  }
}
