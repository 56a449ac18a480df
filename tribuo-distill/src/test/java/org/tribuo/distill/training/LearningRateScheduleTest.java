package org.tribuo.distill.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tribuo.distill.training.LearningRateSchedule.Constant;
import org.tribuo.distill.training.LearningRateSchedule.Cosine;
import org.tribuo.distill.training.LearningRateSchedule.Linear;
import org.tribuo.distill.training.LearningRateSchedule.WarmUp;

class LearningRateScheduleTest {
  @Test
  void linearRisesToItsPeakAndFallsToZero() {
    LearningRateSchedule schedule = new Linear(1, new WarmUp.Fraction(0.2));
    assertThat(rates(schedule, 10))
        .containsExactly(0.5f, 1, 1, 0.875f, 0.75f, 0.625f, 0.5f, 0.375f, 0.25f, 0.125f);
  }

  @Test
  void cosineIsHalfItsPeakInTheMiddle() {
    LearningRateSchedule schedule = new Cosine(2, new WarmUp.Steps(4));
    assertThat(schedule.at(3, 24)).isEqualTo(2);
    assertThat(schedule.at(14, 24)).isCloseTo(1, within(1e-6f));
    assertThat(schedule.at(23, 24)).isBetween(0f, 0.02f);
  }

  @Test
  void constantStaysAtItsPeak() {
    assertThat(rates(new Constant(3), 3)).containsExactly(3, 3, 3);
    assertThat(rates(new Constant(3, new WarmUp.Steps(3)), 4)).containsExactly(1, 2, 3, 3);
  }

  @Test
  void warmsUpForOneStepAtLeastWhereAFractionIsAskedFor() {
    assertThat(new WarmUp.Fraction(0.1).steps(5)).isEqualTo(1);
    assertThat(new WarmUp.Fraction(0.1).steps(1000)).isEqualTo(100);
  }

  @Test
  void endsInTheWarmUpIfTheTrainingIsShorter() {
    assertThat(rates(new Linear(1, new WarmUp.Steps(10)), 2)).containsExactly(0.1f, 0.2f);
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertThatThrownBy(() -> new Linear(0, WarmUp.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("peak of the learning rate must be finite and positive, but is 0.0");
    assertThatThrownBy(() -> new Constant(Float.NaN)).hasMessageContaining("but is NaN");
    assertThatThrownBy(() -> new WarmUp.Fraction(1.5))
        .hasMessageContaining("in [0, 1], but is 1.5");
    assertThatThrownBy(() -> new WarmUp.Steps(-1)).hasMessageContaining("negative, but are -1");
    assertThatThrownBy(() -> new Constant(1).at(7, 7))
        .hasMessageContaining("The step must be in [0, 7), but is 7");
  }

  private static float[] rates(LearningRateSchedule schedule, int totalSteps) {
    float[] rates = new float[totalSteps];
    for (int step = 0; step < totalSteps; step++) {
      rates[step] = schedule.at(step, totalSteps);
    }
    return rates;
  }
}
