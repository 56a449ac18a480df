package org.tribuo.distill.loss.internal;

/**
 * The names of the inputs that some rows are compared with.
 *
 * @param labels the true labels
 * @param teacher the teacher's logits
 * @param teacherClasses the classes of the teacher's logits where it gives the largest only
 */
public record TargetNames(String labels, String teacher, String teacherClasses) {
  /** Of the only rows that there are. */
  public static final TargetNames ONLY =
      new TargetNames(
          ObjectiveInputs.LABELS,
          ObjectiveInputs.TEACHER_LOGITS,
          ObjectiveInputs.TEACHER_LOGITS_INDICES);

  /** Of an answer's first token. */
  static final TargetNames START =
      new TargetNames(
          ObjectiveInputs.START_POSITIONS,
          ObjectiveInputs.TEACHER_START_LOGITS,
          ObjectiveInputs.TEACHER_START_LOGITS_INDICES);

  /** Of an answer's last token. */
  static final TargetNames END =
      new TargetNames(
          ObjectiveInputs.END_POSITIONS,
          ObjectiveInputs.TEACHER_END_LOGITS,
          ObjectiveInputs.TEACHER_END_LOGITS_INDICES);
}
