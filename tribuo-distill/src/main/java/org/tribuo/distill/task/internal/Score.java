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
   * @param reference the labels of the same rows
   */
  double of(Tensor logits, Reference reference);
}
