package org.tribuo.distill.training;

import java.time.Duration;

/**
 * One pass over all examples.
 *
 * @param epoch the epoch, counted from 1
 * @param totalEpochs the epochs of the whole training
 * @param step the steps taken so far
 * @param meanLoss the mean of the losses of the epoch's steps, weighted by their examples
 * @param duration the time that the epoch took, evaluations included
 */
public record EpochReport(
    int epoch, int totalEpochs, long step, double meanLoss, Duration duration) {}
