package org.tribuo.distill.teacher;

/** What decides in each row how much a teacher counts, beside the weight that is stated for it. */
public enum TeacherWeighting {
  /** Nothing. */
  STATED,

  /** How sure it is: {@code exp(-entropy)}, the inverse of the classes it hesitates between. */
  CONFIDENCE,

  /**
   * How right it is: {@code exp(-cross-entropy)} with the label, which for one label of several is
   * the probability that it gives to that label. Nothing in rows without a label.
   */
  CORRECTNESS,

  /** How right it is where there is a label, how sure it is where there is none. */
  CORRECTNESS_OR_CONFIDENCE
}
