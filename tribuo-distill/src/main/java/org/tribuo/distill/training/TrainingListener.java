package org.tribuo.distill.training;

/**
 * A listener to a training's progress. All methods are called by the thread that trains, in the
 * order of events, and should be quick; an exception that one throws ends the training.
 */
public interface TrainingListener {
  /** A listener that does nothing. */
  TrainingListener NONE = new TrainingListener() {};

  /** Before the first step. */
  default void onTrainingStart(TrainingPlan plan) {}

  /** After each update of the weights. */
  default void onStep(StepReport report) {}

  /** After each evaluation on held-out examples. */
  default void onEvaluation(EvaluationReport report) {}

  /** After the last step and the evaluation of each epoch. */
  default void onEpochEnd(EpochReport report) {}

  /** After the last step, unless the training failed. */
  default void onTrainingEnd(TrainingSummary summary) {}
}
