package org.tribuo.distill.teacher;

import org.tribuo.distill.output.LabelOrder;

/**
 * One entry in the listing of a store.
 *
 * @param key what they are found by
 * @param labels the names of the columns
 * @param rows how many rows there are to be
 * @param rowsKept how many are there; fewer than {@code rows} where a run was cut off
 * @param bytes what the rows that are there take, without MVStore's own overhead
 */
public record StoredSoftTargets(
    SoftTargetKey key, LabelOrder labels, int rows, int rowsKept, long bytes) {
  /** Whether every row is there. */
  public boolean isComplete() {
    return rowsKept == rows;
  }
}
