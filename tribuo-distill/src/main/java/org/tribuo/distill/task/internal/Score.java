package org.tribuo.distill.task.internal;

import org.tribuo.distill.graph.Tensor;

/** How well logits agree with labels; higher is better. */
public interface Score {
  /** The name of the metric. */
  String metric();

  /**
   * The score of some rows.
   *
   * @param logits FLOAT [rows..., columns], where a row is an example or a token
   * @param labels INT64 [rows...] or FLOAT [rows..., columns], as a codec encodes them
   * @param weights of the rows, FLOAT [rows...]; 0 for those that have no label, and padding
   */
  double of(Tensor logits, Tensor labels, Tensor weights);
}
