package org.tribuo.distill.teacher;

import java.time.Duration;
import java.util.Optional;

/**
 * What it took to have soft targets.
 *
 * @param reusedRows rows that the store had
 * @param computedRows rows that the teacher was run over
 * @param duration wall time, of which reading the store and running the teacher are the most
 * @param cost what the precision of the soft targets costs, where that was measured: for {@link
 *     org.tribuo.distill.engine.Precision#INT8_PRODUCTS}
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

  /** Rows the teacher was run over in a second; 0 if it was not run. */
  public double rowsPerSecond() {
    return ranTeacher() ? computedRows / (duration.toNanos() / 1e9) : 0;
  }
}
