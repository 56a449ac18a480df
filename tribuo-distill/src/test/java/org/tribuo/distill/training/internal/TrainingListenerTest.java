package org.tribuo.distill.training.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.EpochReport;
import org.tribuo.distill.training.TrainingListener.EvaluationReport;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.training.TrainingListener.TrainingPlan;
import org.tribuo.distill.training.TrainingListener.TrainingSummary;

class TrainingListenerTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void aCompositeTellsAllListenersInOrder() {
    List<String> told = new ArrayList<>();
    TrainingListener both =
        CompositeListener.of(
            new Recorder("a", told), TrainingListener.NONE, new Recorder("b", told));

    both.onTrainingStart(new TrainingPlan(10, 2, 40, 1000));
    both.onStep(
        new StepReport(1, 10, 1, 0.5f, Map.of("soft", 0.4f), Map.of(), 1e-4f, 8, 90, SECOND));
    both.onEvaluation(new EvaluationReport(5, 1, Map.of("accuracy", 0.9), true, SECOND));
    both.onEpochEnd(new EpochReport(1, 2, 5, 0.45, SECOND));
    both.onTrainingEnd(new TrainingSummary(10, false, SECOND));

    assertThat(told)
        .containsExactly(
            "a start 10",
            "b start 10",
            "a step 1",
            "b step 1",
            "a evaluation 5",
            "b evaluation 5",
            "a epoch 1",
            "b epoch 1",
            "a end 10",
            "b end 10");
  }

  private record Recorder(String name, List<String> told) implements TrainingListener {
    @Override
    public void onTrainingStart(TrainingPlan plan) {
      told.add(name + " start " + plan.totalSteps());
    }

    @Override
    public void onStep(StepReport report) {
      told.add(name + " step " + report.step());
    }

    @Override
    public void onEvaluation(EvaluationReport report) {
      told.add(name + " evaluation " + report.step());
    }

    @Override
    public void onEpochEnd(EpochReport report) {
      told.add(name + " epoch " + report.epoch());
    }

    @Override
    public void onTrainingEnd(TrainingSummary summary) {
      told.add(name + " end " + summary.steps());
    }
  }
}
