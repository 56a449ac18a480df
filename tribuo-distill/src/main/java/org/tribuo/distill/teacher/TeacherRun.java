package org.tribuo.distill.teacher;

import java.time.Duration;

/**
 * What it took to have soft targets.
 *
 * @param reusedRows rows that the store had
 * @param computedRows rows that the teacher was run over
 * @param duration wall time, most of it for reading the store and running the teacher
 */
public record TeacherRun(int reusedRows, int computedRows, Duration duration) {
  /** Whether the teacher was run at all. */
  public boolean ranTeacher() {
    return computedRows > 0;
  }

  /** Rows the teacher was run over in a second; 0 if it was not run. */
  public double rowsPerSecond() {
    return ranTeacher() ? computedRows / (duration.toNanos() / 1e9) : 0;
  }
}
