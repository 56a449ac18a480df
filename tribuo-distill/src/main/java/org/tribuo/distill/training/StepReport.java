package org.tribuo.distill.training;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One update of the weights.
 *
 * @param step the step, counted from 1
 * @param totalSteps the steps of the whole training
 * @param epoch the epoch, counted from 1
 * @param loss the loss of the batch
 * @param terms the loss, its terms before they are weighted, and what else is reported with it, by
 *     name
 * @param schedules alpha, temperature and weights of this step, by the names of {@link
 *     org.tribuo.distill.loss.internal.ObjectiveInputs}, as far as the objective has them
 * @param learningRate the learning rate of this update
 * @param examples the examples in the batch
 * @param tokens the tokens in the batch, without padding
 * @param duration the time that the step took
 */
public record StepReport(
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
