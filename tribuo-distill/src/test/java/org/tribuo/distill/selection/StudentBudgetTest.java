package org.tribuo.distill.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StudentBudgetTest {
  @ParameterizedTest
  @CsvSource({
    "10MB, 10000000",
    "1.5 MB, 1500000",
    "2KiB, 2048",
    "0.5GB, 500000000",
    "7B, 7",
  })
  void sizesAreRead(String text, long bytes) {
    StudentBudget budget = StudentBudget.parse(text);

    assertThat(budget.bytes()).hasValue(bytes);
    assertThat(budget.latency()).isEmpty();
    assertThat(budget.covers(bytes, Duration.ofDays(1))).isTrue();
    assertThat(budget.covers(bytes + 1, Duration.ZERO)).isFalse();
    assertThat(StudentBudget.parse(budget.toString())).isEqualTo(budget);
  }

  @ParameterizedTest
  @CsvSource({"1ms, 1000000", "250us, 250000", "250µs, 250000", "0.002s, 2000000"})
  void timesAreRead(String text, long nanoseconds) {
    StudentBudget budget = StudentBudget.parse(text);

    assertThat(budget.bytes()).isEmpty();
    assertThat(budget.latency()).hasValue(Duration.ofNanos(nanoseconds));
    assertThat(budget.covers(Long.MAX_VALUE, Duration.ofNanos(nanoseconds))).isTrue();
    assertThat(budget.covers(1, Duration.ofNanos(nanoseconds + 1))).isFalse();
    assertThat(StudentBudget.parse(budget.toString())).isEqualTo(budget);
  }

  @Test
  void bothAreReadInAnyOrder() {
    StudentBudget both =
        new StudentBudget(OptionalLong.of(10_000_000), Optional.of(Duration.ofMillis(1)));

    assertThat(StudentBudget.parse("10MB, 1ms")).isEqualTo(both).hasToString("10MB, 1ms");
    assertThat(StudentBudget.parse("1ms,10MB")).isEqualTo(both);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10", "MB", "-1MB", "10 mb", "10MB, 5MB", "1ms, 2ms", "10MB,", "1e30GB", "1h"})
  void whatIsNoBudgetIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StudentBudget.parse(text))
        .withMessageContaining("in the budget '%s'", text)
        .withMessageContaining("expected as in \"10MB, 1ms\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0MB", "0ms", "0.1B"})
  void aLimitOfNothingIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StudentBudget.parse(text))
        .withMessage("A limit of the budget is 0, expected more");
  }

  @Test
  void aBudgetLimitsSomething() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudentBudget(OptionalLong.empty(), Optional.empty()))
        .withMessageStartingWith("The budget limits nothing");
  }
}
