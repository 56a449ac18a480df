package org.tribuo.distill.training;

import java.util.List;

/** Tells several listeners. */
record CompositeListener(List<TrainingListener> listeners) implements TrainingListener {
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
