package org.tribuo.distill.training.internal;

import java.util.List;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.EpochReport;
import org.tribuo.distill.training.TrainingListener.EvaluationReport;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.training.TrainingListener.TrainingPlan;
import org.tribuo.distill.training.TrainingListener.TrainingSummary;

/**
 * One listener that calls several.
 *
 * @param listeners in the order in which they are called
 */
public record CompositeListener(List<TrainingListener> listeners) implements TrainingListener {
  /** Takes a copy of the list. */
  public CompositeListener {
    listeners = List.copyOf(listeners);
  }

  /** One listener that calls several, in this order. */
  public static CompositeListener of(TrainingListener... listeners) {
    return new CompositeListener(List.of(listeners));
  }

  @Override
  public void onTrainingStart(TrainingPlan plan) {
    listeners.forEach(listener -> listener.onTrainingStart(plan));
  }

  @Override
  public void onStep(StepReport report) {
    listeners.forEach(listener -> listener.onStep(report));
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    listeners.forEach(listener -> listener.onEvaluation(report));
  }

  @Override
  public void onEpochEnd(EpochReport report) {
    listeners.forEach(listener -> listener.onEpochEnd(report));
  }

  @Override
  public void onTrainingEnd(TrainingSummary summary) {
    listeners.forEach(listener -> listener.onTrainingEnd(summary));
  }
}
