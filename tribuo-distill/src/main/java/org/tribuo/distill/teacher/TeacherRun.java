package org.tribuo.distill.teacher;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.tribuo.distill.engine.Precision;

/**
 * What it took to obtain soft targets.
 *
 * @param reusedRows rows that the store had
 * @param computedRows rows that the teacher was run over
 * @param duration wall time, most of it for reading the store and running the teacher
 * @param cost what the precision of the soft targets costs, where that was measured: for {@link
 *     Precision#INT8_PRODUCTS}
 */
public record TeacherRun(
    int reusedRows, int computedRows, Duration duration, Optional<PrecisionCost> cost) {
  /** The same with what the precision of the soft targets costs. */
  public TeacherRun withCost(PrecisionCost measured) {
    return new TeacherRun(reusedRows, computedRows, duration, Optional.of(measured));
  }

  /** Whether the teacher was run at all. */
  public boolean ranTeacher() {
    return computedRows > 0;
  }

  /** The rows per second that the teacher was run over; 0 if it was not run. */
  public double rowsPerSecond() {
    return ranTeacher() ? computedRows / (duration.toNanos() / 1e9) : 0;
  }

  /**
   * What a short precision of soft targets costs, measured on some of the examples, which the
   * teacher outputs in float32 too: the same ones whenever the examples are the same.
   *
   * @param precision that was measured
   * @param examples how many were compared, evenly spaced over all
   * @param divergence how far the soft targets are from those in float32, 0 or more: the mean
   *     Kullback-Leibler divergence from these to those at temperature 1, in nats. Of labels that
   *     may hold together it is the sum over the labels; of the values of a regression half the
   *     squared distance, as between normal distributions of variance 1
   * @param agreement the fraction of predictions that are the same, 0 to 1: the most probable
   *     class, of the labels of tokens that of each token that is read; of labels that may hold
   *     together, of each label whether it holds; empty for a regression
   * @param duration wall time of the measurement
   */
  public record PrecisionCost(
      Precision precision,
      int examples,
      double divergence,
      OptionalDouble agreement,
      Duration duration) {}
}
