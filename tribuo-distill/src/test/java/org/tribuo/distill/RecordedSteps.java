package org.tribuo.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.StepReport;

/** Keeps what a training tells of its steps, stage by stage. */
final class RecordedSteps implements DistillationListener {
  private final Map<String, List<StepReport>> byStage = new LinkedHashMap<>();

  Map<String, List<StepReport>> byStage() {
    return byStage;
  }

  @Override
  public TrainingListener stage(String name) {
    return new TrainingListener() {
      @Override
      public void onStep(StepReport report) {
        byStage.computeIfAbsent(name, stage -> new ArrayList<>()).add(report);
      }
    };
  }
}
