package org.tribuo.distill.teacher.internal;

import java.util.List;
import java.util.Set;

/** The rows that a teacher is run over. Batches may be made again and again. */
public interface TeacherInputs {
  /** The number of rows, numbered from 0. */
  int rows();

  /** The names of the tensors in every batch. */
  Set<String> inputNames();

  /**
   * A digest of everything in all rows that the teacher sees: for text the token ids and type ids
   * of each row in order. Two inputs with the same digest are taken to be the same.
   *
   * @return 64 lower-case hexadecimal digits of a SHA-256
   */
  String sha256();

  /**
   * Batches that together hold each row of {@code [from, to)} exactly once, in any order: rows of
   * similar lengths together need the least padding. The same arguments give the same batches.
   */
  Iterable<TeacherBatch> batches(int from, int to, BatchLimits limits);

  /**
   * Beginnings of some rows, for trials: of each of these rows two or more, the shortest first, and
   * each has one output more than the one before it. Empty where rows do not end anywhere.
   */
  default List<TeacherInputs> beginnings() {
    return List.of();
  }
}
