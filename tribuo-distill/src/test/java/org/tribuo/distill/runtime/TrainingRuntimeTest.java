package org.tribuo.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrainingRuntimeTest {

  @Test
  void theEnvironmentCanTrain() {
    assertThat(TrainingRuntime.environment().isTrainingEnabled()).isTrue();
    assertThat(TrainingRuntime.environment()).isSameAs(TrainingRuntime.environment());
    assertThat(TrainingRuntime.version()).matches("\\d+\\.\\d+\\.\\d+");
  }
}
