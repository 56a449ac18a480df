package org.tribuo.distill.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.loss.internal.ObjectiveSchedules;

class ScheduleTest {
  private static List<Float> over(long steps, Schedule schedule) {
    return LongStream.range(0, steps).mapToObj(step -> schedule.at(step, steps)).toList();
  }

  @Test
  void aConstantStays() {
    assertThat(over(3, new ConstantSchedule(0.5f))).containsOnly(0.5f);
  }

  @Test
  void aLineHasItsEndsAtTheFirstAndTheLastStep() {
    assertThat(over(5, new LinearSchedule(1, 0))).containsExactly(1f, 0.75f, 0.5f, 0.25f, 0f);
  }

  @Test
  void aCosineIsLevelAtItsEnds() {
    assertThat(over(5, new CosineSchedule(2, 4)))
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-6 ? 0 : 1)
        .containsExactly(2f, 2.2928932f, 3f, 3.7071068f, 4f);
  }

  @Test
  void stairsAreEquallyLong() {
    assertThat(over(6, StepSchedule.of(8f, 4f, 2f))).containsExactly(8f, 8f, 4f, 4f, 2f, 2f);
    assertThat(over(2, StepSchedule.of(8f, 4f, 2f))).containsExactly(8f, 4f);
  }

  @Test
  void eachPieceRunsFromItsFirstToItsLastStep() {
    Schedule warmUp =
        PiecewiseSchedule.of(List.of(new LinearSchedule(0, 1), new ConstantSchedule(1)), 0.3, 1);
    assertThat(over(10, warmUp)).containsExactly(0f, 0.5f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f);
    assertThat(over(1, warmUp)).containsExactly(1f);
  }

  @Test
  void anotherScheduleIsScaled() {
    Schedule twice = new ScaledSchedule(new LinearSchedule(1, 0), 2);

    assertThat(over(3, twice)).containsExactly(2f, 1f, 0f);
    assertThat(twice.least()).isZero();
    assertThat(twice.greatest()).isEqualTo(2);
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> new ScaledSchedule(twice, 0))
        .withMessageContaining("is 0.0, expected a finite number above 0");
  }

  @Test
  void theOnlyStepOfATrainingIsTheFirst() {
    assertThat(over(1, new LinearSchedule(3, 1))).containsExactly(3f);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void noStepIsOutOfTheRangeThatAScheduleSays(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Schedule schedule =
        PiecewiseSchedule.of(
            List.of(
                new CosineSchedule(number(random), number(random)),
                new LinearSchedule(number(random), number(random)),
                StepSchedule.of(number(random), number(random))),
            0.2,
            0.5,
            1);
    for (long steps = 1; steps < 40; steps++) {
      assertThat(over(steps, schedule))
          .as("seed %d, %d steps of %s", seed, steps, schedule)
          .allSatisfy(
              value ->
                  assertThat(value)
                      .isBetween(
                          schedule.least() - Math.ulp(schedule.least()),
                          schedule.greatest() + Math.ulp(schedule.greatest())));
    }
  }

  private static float number(SplittableRandom random) {
    return (float) random.nextDouble(-5, 5);
  }

  @Test
  void piecesThatDoNotFillTheStepsAreRefused() {
    for (double[] until :
        List.of(
            new double[] {},
            new double[] {0.5},
            new double[] {0.5, 0.5, 1},
            new double[] {0, 1},
            new double[] {1.5},
            new double[] {Double.NaN, 1})) {
      List<Schedule> pieces = Collections.nCopies(until.length, new ConstantSchedule(1));
      assertThatExceptionOfType(PropertyException.class)
          .isThrownBy(() -> PiecewiseSchedule.of(pieces, until))
          .withMessageContaining("expected ascending numbers above 0 of which the last is 1");
    }
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(StepSchedule::of)
        .withMessageContaining("are none, expected at least one");
  }

  @Test
  void aStepThatIsNoneIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConstantSchedule(1).at(3, 3))
        .withMessage("The step must be in [0, 3), but is 3");
  }

  @Test
  void whatAStepFeedsHasTheNamesOfTheInputs() {
    ObjectiveSchedules schedules =
        new ObjectiveSchedules(
            new LinearSchedule(0, 1),
            StepSchedule.of(4f, 2f),
            Map.of("hidden", new ConstantSchedule(3)));
    assertThat(schedules.at(2, 3))
        .containsExactly(
            Map.entry("alpha", 1f), Map.entry("temperature", 2f), Map.entry("weight_hidden", 3f));
  }

  @Test
  void numbersOutOfRangeAtAnyStepAreRefused() {
    refused(() -> ObjectiveSchedules.constant(1.5f, 2))
        .isEqualTo("alpha is 1.5, expected a number from 0 (labels only) to 1 (teacher only)");
    refused(() -> ObjectiveSchedules.constant(Float.NaN, 2)).startsWith("alpha is NaN");
    refused(() -> ObjectiveSchedules.constant(.5f, 0))
        .isEqualTo("temperature is 0.0, expected a finite number greater than 0 (usually 1 to 10)");
    refused(
            () ->
                new ObjectiveSchedules(
                    new LinearSchedule(0.5f, -0.5f), new ConstantSchedule(1), Map.of()))
        .isEqualTo(
            "alpha goes from -0.5 to 0.5, expected a number from 0 (labels only) to 1 (teacher"
                + " only) at each step");
    refused(
            () ->
                new ObjectiveSchedules(
                    new ConstantSchedule(0), StepSchedule.of(2f, Float.NaN, 4f), Map.of()))
        .startsWith("temperature is NaN");
    refused(
            () ->
                new ObjectiveSchedules(
                    new ConstantSchedule(0),
                    new ConstantSchedule(1),
                    Map.of("hidden", new CosineSchedule(1, Float.POSITIVE_INFINITY))))
        .isEqualTo(
            "The weight of 'hidden' goes from 1.0 to Infinity, expected a finite number of 0 or"
                + " more at each step");
  }

  private static org.assertj.core.api.AbstractStringAssert<?> refused(ThrowingCallable making) {
    return assertThatThrownBy(making)
        .isInstanceOf(IllegalArgumentException.class)
        .extracting(Throwable::getMessage, org.assertj.core.api.InstanceOfAssertFactories.STRING);
  }
}
