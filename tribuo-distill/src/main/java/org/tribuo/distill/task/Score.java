package org.tribuo.distill.task;

import org.tribuo.distill.graph.Tensor;

/** How well logits agree with labels; higher is better. */
public interface Score {
  /** The name of the metric. */
  String metric();

  /**
   * The score of some rows.
   *
   * @param logits FLOAT [rows, columns]
   * @param labels as a codec encodes them
   * @param weights of the rows, FLOAT [rows]
   */
  double of(Tensor logits, Tensor labels, Tensor weights);
}
