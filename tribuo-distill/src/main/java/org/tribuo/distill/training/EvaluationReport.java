package org.tribuo.distill.training;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One evaluation on held-out examples.
 *
 * @param step the steps taken so far
 * @param epoch the epoch, counted from 1
 * @param metrics the metrics by name
 * @param best whether no evaluation before was better
 * @param duration the time that the evaluation took
 */
public record EvaluationReport(
    long step, int epoch, Map<String, Double> metrics, boolean best, Duration duration) {
  public EvaluationReport {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
