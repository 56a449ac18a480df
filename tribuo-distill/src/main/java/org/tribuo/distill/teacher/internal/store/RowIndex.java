package org.tribuo.distill.teacher.internal.store;

import java.util.Arrays;

/** Where the rows of a file are: 16 bytes for each. */
final class RowIndex {
  private static final long NONE = -1;

  private final long[] offsets;
  private final int[] lengths;
  private final int[] payloads;
  private int kept;

  RowIndex(int rows) {
    this.offsets = new long[rows];
    this.lengths = new int[rows];
    this.payloads = new int[rows];
    Arrays.fill(offsets, NONE);
  }

  /**
   * A row was found.
   *
   * @param payload the bytes of what is kept of it
   * @param offset of its record
   */
  void add(int row, int length, int payload, long offset) {
    offsets[row] = offset;
    lengths[row] = length;
    payloads[row] = payload;
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

  int payload(int row) {
    return payloads[row];
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
