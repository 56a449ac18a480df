package org.tribuo.distill.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.report.ModelMeter.Report.Quality;

class ExperimentResultsTest {
  private static final ExperimentResults RESULTS =
      new ExperimentResults(
          List.of(
              new ModelMeter.Report(
                  "teacher", new Quality(0.5, 0.4, 1), 7, 28, Duration.ofMillis(2), 500)),
          Map.of("soft targets", Duration.ofMillis(1500)),
          Duration.ofMillis(2500),
          OptionalLong.of(1_000_000));

  @TempDir Path folder;

  @Test
  void jsonHasEveryNumberWithItsUnit() throws IOException {
    Path file = folder.resolve("results.json");
    RESULTS.writeJson(file);

    assertThat(file)
        .content()
        .isEqualToIgnoringWhitespace(
            """
            {"models": [{
               "model": "teacher", "accuracy": 0.5, "macro_f1": 0.4, "agreement": 1.0,
               "parameters": 7, "bytes": 28, "latency_ms": 2.0, "examples_per_second": 500.0}],
             "seconds": {"soft targets": 1.5},
             "metering_seconds": 2.5,
             "peak_resident_bytes": 1000000}
            """);
  }

  @Test
  void csvHasALineAModel() throws IOException {
    Path file = folder.resolve("results.csv");
    RESULTS.writeCsv(file);

    assertThat(file).content().startsWith("model,accuracy").hasLineCount(2).endsWith("\n");
  }
}
