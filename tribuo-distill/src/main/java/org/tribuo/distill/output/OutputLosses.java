package org.tribuo.distill.output;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.loss.AnswerForm;
import org.tribuo.distill.loss.BinaryCrossEntropy;
import org.tribuo.distill.loss.BinarySoftTargets;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LabelForm;
import org.tribuo.distill.loss.RegressionSoftTargets;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.SquaredError;

/**
 * The losses that mean something for the outputs of a dataset.
 *
 * @param kind what the outputs are
 */
public record OutputLosses(TargetKind kind) {
  /**
   * The loss against the labels, the usual one if none is stated.
   *
   * @throws IllegalArgumentException if it means nothing for these outputs
   */
  public HardLoss hard(Optional<HardLoss> stated) {
    HardLoss usual =
        switch (kind) {
          case MULTICLASS -> new CrossEntropy();
          case MULTILABEL -> new BinaryCrossEntropy();
          case REGRESSION -> new SquaredError();
        };
    HardLoss loss = stated.orElse(usual);
    boolean ofClasses = kind == TargetKind.MULTICLASS;
    if (ofClasses != (loss.labelForm() == LabelForm.CLASSES) || !fit(loss.answerForms())) {
      throw refused("hard", loss, usual);
    }
    return loss;
  }

  /**
   * The loss against the teacher, the usual one if none is stated.
   *
   * @throws IllegalArgumentException if it means nothing for these outputs
   */
  public SoftLoss soft(Optional<SoftLoss> stated) {
    SoftLoss usual =
        switch (kind) {
          case MULTICLASS -> new KlDivergence();
          case MULTILABEL -> new BinarySoftTargets();
          case REGRESSION -> new RegressionSoftTargets();
        };
    SoftLoss loss = stated.orElse(usual);
    if (!fit(loss.answerForms())) {
      throw refused("soft", loss, usual);
    }
    return loss;
  }

  private boolean fit(Set<AnswerForm> forms) {
    Set<AnswerForm> meaningful =
        switch (kind) {
          case MULTICLASS -> EnumSet.of(AnswerForm.PROBABILITIES, AnswerForm.LOGITS);
          case MULTILABEL -> EnumSet.of(AnswerForm.LABEL_PROBABILITIES, AnswerForm.LOGITS);
          case REGRESSION -> EnumSet.of(AnswerForm.LOGITS);
        };
    return meaningful.containsAll(forms);
  }

  private IllegalArgumentException refused(String which, Object loss, Object usual) {
    String type =
        switch (kind) {
          case MULTICLASS -> "Label";
          case MULTILABEL -> "MultiLabel";
          case REGRESSION -> "Regressor";
        };
    return new IllegalArgumentException(
        "The %s loss %s means nothing for the outputs of the dataset, which are of type %s; leave it away for the usual one, %s"
            .formatted(which, loss, type, usual));
  }
}
