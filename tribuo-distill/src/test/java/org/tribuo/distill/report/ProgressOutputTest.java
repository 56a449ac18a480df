package org.tribuo.distill.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressOutputTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private long nanos;
  private final ProgressOutput output =
      new ProgressOutput.Lines(new PrintStream(out, true, StandardCharsets.UTF_8), () -> nanos);

  @Test
  void aTaskPrintsItsRateAndTheTimeLeftEveryTenSeconds() {
    try (ProgressOutput.Task progress = output.begin("Teacher", 15_400, "examples")) {
      after(9, () -> progress.to(1_000, "loss 4.3"));
      after(2, () -> progress.to(1_100, "loss 4.2"));
      after(5, () -> progress.to(1_500, "loss 4.1"));
      after(9, () -> progress.to(2_500, ""));
    }

    assertThat(lines())
        .containsExactly(
            "   Teacher: 1,100 of 15,400 examples, 100/s, 143 s left, loss 4.2",
            "   Teacher: 2,500 of 15,400 examples, 100/s, 129 s left");
  }

  @Test
  void aQuickTaskPrintsNothing() {
    try (ProgressOutput.Task progress = output.begin("Teacher", 10, "examples")) {
      after(1, () -> progress.to(10, ""));
    }

    assertThat(out.size()).isZero();
  }

  private void after(int seconds, Runnable event) {
    nanos += Duration.ofSeconds(seconds).toNanos();
    event.run();
  }

  private String[] lines() {
    return out.toString(StandardCharsets.UTF_8).split("\\R");
  }
}
