package org.tribuo.distill.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.report.ModelMeter.Report.Quality;

class ComparisonTest {
  private static final Comparison COMPARISON =
      new Comparison(
          List.of(
              new ModelMeter.Report(
                  "teacher",
                  new Quality(0.865, 0.8642, 1),
                  22_700_000,
                  90_900_000,
                  Duration.ofNanos(5_123_000),
                  431.4),
              new ModelMeter.Report(
                  "student, \"small\"",
                  new Quality(0.8, 0.79, 0.9),
                  15_600_000,
                  62_500_000,
                  Duration.ofNanos(912_345),
                  1234.5)));

  @Test
  void aTableAlignsItsColumns() {
    assertThat(COMPARISON.table().lines())
        .containsExactly(
            "                  accuracy  macro-F1  agreement  parameters     file  one alone  in batches",
            "teacher             86.5 %    86.4 %    100.0 %  22,700,000  90.9 MB    5.12 ms       431/s",
            "student, \"small\"    80.0 %    79.0 %     90.0 %  15,600,000  62.5 MB    0.91 ms     1,235/s");
  }

  @Test
  void csvHasFractionsAndQuotesNamesThatNeedIt() {
    assertThat(COMPARISON.csv())
        .containsExactly(
            "model,accuracy,macro_f1,agreement,parameters,bytes,latency_ms,examples_per_second",
            "teacher,0.865000,0.864200,1.000000,22700000,90900000,5.1230,431.4",
            "\"student, \"\"small\"\"\",0.800000,0.790000,0.900000,15600000,62500000,0.9123,1234.5");
  }

  @Test
  void aTableHasAsManyCellsInEachRow() {
    assertThatThrownBy(() -> new TextTable(List.of(List.of("a", "b"), List.of("c"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The rows of the table have [2, 1] cells, expected the same number in each");
  }
}
