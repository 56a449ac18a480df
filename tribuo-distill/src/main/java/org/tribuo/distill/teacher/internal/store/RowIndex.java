package org.tribuo.distill.teacher.internal.store;

import java.util.Arrays;

/** Where the rows of a file are: 12 bytes for each. */
final class RowIndex {
  private static final long NONE = -1;

  private final long[] offsets;
  private final int[] lengths;
  private int kept;

  RowIndex(int rows) {
    this.offsets = new long[rows];
    this.lengths = new int[rows];
    Arrays.fill(offsets, NONE);
  }

  void add(int row, int length, long offset) {
    offsets[row] = offset;
    lengths[row] = length;
    kept++;
  }

  boolean has(int row) {
    return offsets[row] != NONE;
  }

  long offset(int row) {
    return offsets[row];
  }

  int length(int row) {
    return lengths[row];
  }

  /** How many rows are there. */
  int kept() {
    return kept;
  }

  /** The number of rows when all are there. */
  int rows() {
    return offsets.length;
  }

  boolean isComplete() {
    return kept == rows();
  }
}
