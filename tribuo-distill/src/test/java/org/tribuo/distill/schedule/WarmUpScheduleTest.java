package org.tribuo.distill.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.schedule.WarmUpSchedule.Decay;

class WarmUpScheduleTest {
  @Test
  void linearRisesToItsPeakAndFallsToZero() {
    assertThat(rates(new WarmUpSchedule(1, 0.2, Decay.LINEAR), 10))
        .containsExactly(0.5f, 1, 1, 0.875f, 0.75f, 0.625f, 0.5f, 0.375f, 0.25f, 0.125f);
  }

  @Test
  void cosineIsHalfItsPeakInTheMiddle() {
    Schedule schedule = new WarmUpSchedule(2, 1.0 / 6, Decay.COSINE);
    assertThat(schedule.at(3, 24)).isEqualTo(2);
    assertThat(schedule.at(14, 24)).isCloseTo(1, within(1e-6f));
    assertThat(schedule.at(23, 24)).isBetween(0f, 0.02f);
  }

  @Test
  void constantStaysAtItsPeak() {
    assertThat(rates(new WarmUpSchedule(3, 0, Decay.CONSTANT), 3)).containsExactly(3, 3, 3);
    assertThat(rates(new WarmUpSchedule(3, 0.75, Decay.CONSTANT), 4)).containsExactly(1, 2, 3, 3);
  }

  @Test
  void warmsUpForAtLeastOneStep() {
    assertThat(rates(new WarmUpSchedule(1, 0.1, Decay.LINEAR), 5))
        .containsExactly(1, 1, 0.75f, 0.5f, 0.25f);
    assertThat(new WarmUpSchedule(1, 0.1, Decay.LINEAR).at(99, 1000)).isEqualTo(1);
    assertThat(new WarmUpSchedule(1, 0.1, Decay.LINEAR).at(49, 1000)).isEqualTo(0.5f);
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertThatThrownBy(() -> new WarmUpSchedule(0, 0.1, Decay.LINEAR))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: peak, is 0.0, expected a finite number above 0");
    assertThatThrownBy(() -> new WarmUpSchedule(Float.NaN, 0.1, Decay.LINEAR))
        .hasMessageContaining("is NaN");
    assertThatThrownBy(() -> new WarmUpSchedule(1, 1.5, Decay.LINEAR))
        .hasMessageContaining("Property: warmUp, is 1.5, expected a fraction of all steps");
    assertThatThrownBy(() -> new WarmUpSchedule(1, 0, Decay.CONSTANT).at(7, 7))
        .hasMessageContaining("The step must be in [0, 7), but is 7");
  }

  private static float[] rates(Schedule schedule, int totalSteps) {
    float[] rates = new float[totalSteps];
    for (int step = 0; step < totalSteps; step++) {
      rates[step] = schedule.at(step, totalSteps);
    }
    return rates;
  }
}
