package org.tribuo.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.StepReport;

/** Keeps what a training tells of its steps, stage by stage. */
public final class RecordedSteps implements DistillationListener {
  private final Map<String, List<StepReport>> byStage = new LinkedHashMap<>();

  Map<String, List<StepReport>> byStage() {
    return byStage;
  }

  /** The terms of the very first step, by their names. */
  public Map<String, Float> firstTerms() {
    return byStage.values().iterator().next().get(0).terms();
  }

  /** Those of the very last step. */
  public Map<String, Float> lastTerms() {
    List<StepReport> last = List.copyOf(byStage.values()).get(byStage.size() - 1);
    return last.get(last.size() - 1).terms();
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
