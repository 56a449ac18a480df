package org.tribuo.distill.training;

/**
 * What a training is going to do.
 *
 * @param totalSteps the updates of the weights, if nothing stops the training early
 * @param totalEpochs the passes over all examples
 * @param examples the examples of one epoch
 * @param parameters the numbers that are trained
 */
public record TrainingPlan(long totalSteps, int totalEpochs, long examples, long parameters) {}
