package org.tribuo.distill.teacher;

import org.tribuo.distill.loss.AnswerForm;
import org.tribuo.distill.task.Task;

/** What is averaged over the members of an ensemble of teachers. */
public enum EnsembleMean {
  /** The softened probabilities. */
  PROBABILITIES,
  /** The logits; for a regression, the values. */
  LOGITS;

  /**
   * What is averaged of the outputs of a task.
   *
   * @throws IllegalArgumentException if they have no probabilities
   */
  public AnswerForm of(Task<?> task) {
    if (this == LOGITS) {
      return AnswerForm.LOGITS;
    }
    return task.probabilities()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The teachers of a task without probabilities, %s, output values: set the mean of SeveralTeachers to LOGITS"
                        .formatted(task)));
  }
}
