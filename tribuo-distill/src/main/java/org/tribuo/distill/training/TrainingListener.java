package org.tribuo.distill.training;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

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

  /**
   * One pass over all examples.
   *
   * @param epoch the epoch, counted from 1
   * @param totalEpochs the epochs of the whole training
   * @param step the steps taken so far
   * @param meanLoss the mean of the losses of the epoch's steps, weighted by their examples
   * @param duration the time that the epoch took, evaluations included
   */
  record EpochReport(int epoch, int totalEpochs, long step, double meanLoss, Duration duration) {}

  /**
   * One evaluation on held-out examples.
   *
   * @param step the steps taken so far
   * @param epoch the epoch, counted from 1
   * @param metrics the metrics by name
   * @param best whether no evaluation before was better
   * @param duration the time that the evaluation took
   */
  record EvaluationReport(
      long step, int epoch, Map<String, Double> metrics, boolean best, Duration duration) {
    public EvaluationReport {
      metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
  }

  /**
   * One update of the weights.
   *
   * @param step the step, counted from 1
   * @param totalSteps the steps of the whole training
   * @param epoch the epoch, counted from 1
   * @param loss the loss of the batch
   * @param terms the loss, its terms before they are weighted, and what else is reported with it,
   *     by name
   * @param schedules those of this step, as far as the objective has them: {@code alpha}, {@code
   *     temperature}, and the weight of each loss on activations, by {@link
   *     org.tribuo.distill.loss.FeatureTerm#weightInput}
   * @param learningRate the learning rate of this update
   * @param examples the examples in the batch
   * @param tokens the tokens in the batch, without padding
   * @param duration the time that the step took
   */
  record StepReport(
      long step,
      long totalSteps,
      int epoch,
      float loss,
      Map<String, Float> terms,
      Map<String, Float> schedules,
      float learningRate,
      int examples,
      long tokens,
      Duration duration) {
    public StepReport {
      terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
      schedules = Collections.unmodifiableMap(new LinkedHashMap<>(schedules));
    }
  }

  /**
   * What a training is going to do.
   *
   * @param totalSteps the updates of the weights, if nothing stops the training early
   * @param totalEpochs the passes over all examples
   * @param examples the examples of one epoch
   * @param parameters the numbers that are trained
   */
  record TrainingPlan(long totalSteps, int totalEpochs, long examples, long parameters) {}

  /**
   * What a training has done.
   *
   * @param steps the updates of the weights
   * @param stoppedEarly whether it ended before its plan
   * @param duration the time that it took
   */
  record TrainingSummary(long steps, boolean stoppedEarly, Duration duration) {}
}
