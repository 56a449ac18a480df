package org.tribuo.distill.teacher.internal;

/** A listener to a teacher's progress. Called by the thread that runs it. */
@FunctionalInterface
public interface SoftTargetProgress {
  /** Does nothing. */
  SoftTargetProgress SILENT = (rowsDone, rows) -> {};

  /**
   * Called once at the start with the rows that were kept before, and after each batch.
   *
   * @param rowsDone of {@code rows}, those that need no more work
   * @param rows all rows
   */
  void rows(int rowsDone, int rows);
}
