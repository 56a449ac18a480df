package org.tribuo.distill.loss;

/** In which form answers are compared, or averaged over several teachers. */
public enum AnswerForm {
  /** Softened probabilities of classes, of which one is true. */
  PROBABILITIES,
  /** Softened probabilities of labels, of which several may hold. */
  LABEL_PROBABILITIES,
  /** Logits as they are; for a regression, the values. */
  LOGITS
}
