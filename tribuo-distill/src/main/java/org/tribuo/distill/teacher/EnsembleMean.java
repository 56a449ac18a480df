package org.tribuo.distill.teacher;

import org.tribuo.distill.loss.AnswerForm;
import org.tribuo.distill.output.TargetKind;

/** What is averaged over the members of an ensemble of teachers. */
public enum EnsembleMean {
  /** The softened probabilities. */
  PROBABILITIES,
  /** The logits; for a regression, the values. */
  LOGITS;

  public AnswerForm of(TargetKind kind) {
    if (this == LOGITS) {
      return AnswerForm.LOGITS;
    }
    return switch (kind) {
      case MULTICLASS -> AnswerForm.PROBABILITIES;
      case MULTILABEL -> AnswerForm.LABEL_PROBABILITIES;
      case REGRESSION ->
          throw new IllegalArgumentException(
              "The teachers of a regression output values, not probabilities: set the mean of"
                  + " SeveralTeachers to LOGITS");
    };
  }
}
