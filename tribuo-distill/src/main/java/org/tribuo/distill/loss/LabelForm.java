package org.tribuo.distill.loss;

/** How the true label of a row is written. */
public enum LabelForm {
  /** One class a row: int64 [rows]; {@value Rows#IGNORED_LABEL} where there is no label. */
  CLASSES,

  /** One number for each output of the student: float [rows, outputs]. */
  VECTORS
}
