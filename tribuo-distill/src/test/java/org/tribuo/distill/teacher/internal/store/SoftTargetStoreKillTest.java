package org.tribuo.distill.teacher.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.teacher.store.SoftTargetStoreException;
import org.tribuo.distill.teacher.store.SoftTargetStoreException.Reason;

class SoftTargetStoreKillTest {
  private static final SoftTargetSpec SPEC =
      TinyStore.spec("killed", RowShape.perToken(13), 30_000);
  private static final int STEP = 1000;

  @TempDir Path folder;

  @Test
  void aProgramThatIsKilledAtAnyTimeLeavesRightRowsAndTheNextOneGoesOn() throws Exception {
    long seed = 20260901;
    SplittableRandom random = new SplittableRandom(seed);
    int kept = 0;
    for (int kill = 0; kill < 5; kill++) {
      Process writer = startWriter("");
      int told = killAfter(writer, 1 + random.nextInt(3), random.nextInt(4_000_000));
      int keptNow = kept();
      assertThat(keptNow)
          .as("rows kept after kill %d of seed %d", kill, seed)
          .isGreaterThanOrEqualTo(Math.max(kept, told));
      kept = keptNow;
    }
    Process writer = startWriter("");
    assertThat(writer.inputReader().lines().reduce("", (a, b) -> b)).isEqualTo("30000");
    assertThat(writer.waitFor()).isZero();
    assertRight();
  }

  @Test
  void aFullDiskIsAnErrorAndLosesNothingThatWasKept() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")));
    Process writer = startWriter("ulimit -f 4000; ");
    List<String> lines = writer.inputReader().lines().toList();
    assertThat(writer.waitFor()).isEqualTo(1);
    assertThat(lines.get(lines.size() - 1))
        .startsWith("NOT_WRITABLE The store of soft targets " + folder + " cannot be written (")
        .endsWith(
            "; what was kept before is safe. Make room or allow writing, and run again: it goes on"
                + " from there");
    assertThat(kept()).isGreaterThanOrEqualTo(Integer.parseInt(lines.get(lines.size() - 2)));
    assertThat(startWriter("").waitFor()).isZero();
    assertRight();
  }

  @Test
  void twoProgramsMayNotWriteAtOnce() throws Exception {
    Process writer = startWriter("");
    try (BufferedReader lines = writer.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("1000");
      assertThatThrownBy(() -> SoftTargetStore.in(folder).writer(SPEC, "1.28.0"))
          .isInstanceOfSatisfying(
              SoftTargetStoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LOCKED))
          .hasMessageContaining("is in use: Process %d writes".formatted(writer.pid()));
    } finally {
      writer.destroyForcibly().waitFor();
    }
    try (SoftTargetWriter free = SoftTargetStore.in(folder).writer(SPEC, "1.28.0")) {
      assertThat(free.kept()).isGreaterThanOrEqualTo(STEP);
    }
  }

  /** What the child does: keep the rows that are missing, and say so of every thousand. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      try (SoftTargetWriter writer =
          SoftTargetStore.in(Path.of(arguments[0])).writer(SPEC, "1.28.0")) {
        for (int from = 0; from < SPEC.rows(); from += STEP) {
          if (!writer.has(from + STEP - 1)) {
            TinyStore.put(writer, SPEC, from, from + STEP);
            System.out.println(writer.kept());
          }
        }
        writer.finish().close();
      } catch (SoftTargetStoreException e) {
        System.out.println(e.reason() + " " + e.getMessage());
        System.exit(1);
      }
    }
  }

  private Process startWriter(String before) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                folder.toString()));
    if (!before.isEmpty()) {
      command.addAll(0, List.of("/bin/sh", "-c", before + "exec \"$@\"", "sh"));
    }
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /**
   * @return how many rows the child had said to have kept
   */
  private static int killAfter(Process writer, int lines, int nanosMore) throws Exception {
    try (BufferedReader reader = writer.inputReader()) {
      int told = 0;
      String line = "";
      for (int i = 0; i < lines && (line = reader.readLine()) != null; i++) {
        told = Integer.parseInt(line);
      }
      Thread.sleep(nanosMore / 1_000_000, nanosMore % 1_000_000);
      writer.destroyForcibly().waitFor();
      return told;
    }
  }

  private int kept() {
    try (SoftTargetWriter writer = SoftTargetStore.in(folder).writer(SPEC, "1.28.0")) {
      return writer.kept();
    }
  }

  private void assertRight() {
    try (SoftTargets targets = SoftTargetStore.in(folder).find(SPEC).orElseThrow()) {
      for (int row = 0; row < SPEC.rows(); row++) {
        assertThat(
                Arrays.equals(targets.batch(row).logits().toFloats(), TinyStore.logits(SPEC, row)))
            .as("row %d is right", row)
            .isTrue();
      }
    }
  }
}
