package org.tribuo.distill.task;

/** What the logits of one example mean, and so which hard loss teaches them. */
public enum TargetKind {
  /** One label of several: softmax over the columns, cross-entropy. */
  MULTICLASS,
  /** Any number of labels: a sigmoid each, binary cross-entropy. */
  MULTILABEL,
  /** One number a column: the logits are the values, squared error. */
  REGRESSION
}
