package org.tribuo.distill.training;

import java.time.Duration;

/**
 * What a training has done.
 *
 * @param steps the updates of the weights
 * @param stoppedEarly whether it ended before its plan
 * @param duration the time that it took
 */
public record TrainingSummary(long steps, boolean stoppedEarly, Duration duration) {}
