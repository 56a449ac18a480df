package org.tribuo.distill.task.internal;

import org.tribuo.distill.graph.Tensor;

/** How well logits agree with labels; higher is better. */
public interface Score {
  /** The name of the metric. */
  String metric();

  /**
   * How many numbers it reads of each row.
   *
   * @param columns of the logits, which are these numbers unless stated otherwise
   */
  default int width(int columns) {
    return columns;
  }

  /**
   * What it reads of an example, its logits unless stated otherwise.
   *
   * @param logits of each of its rows
   * @param labels of the same rows
   * @return {@link #width} numbers for each row
   */
  default float[] kept(float[] logits, Tensor labels) {
    return logits;
  }

  /**
   * The score of some rows.
   *
   * @param logits FLOAT [rows..., width] of what was kept, where a row is an example or a token
   * @param reference the labels of the same rows
   */
  double of(Tensor logits, Reference reference);
}
