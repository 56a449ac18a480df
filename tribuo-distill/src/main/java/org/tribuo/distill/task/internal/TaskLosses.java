package org.tribuo.distill.task.internal;

import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.SoftLoss;

/**
 * The losses that are defined for the outputs of a task.
 *
 * @param task what is predicted
 */
public record TaskLosses(Task<?> task) {
  /**
   * The loss against the labels, the usual one if none is stated.
   *
   * @throws IllegalArgumentException if it is undefined for these outputs
   */
  public HardLoss hard(Optional<HardLoss> stated) {
    HardLoss usual = task.hardLoss();
    HardLoss loss = stated.orElse(usual);
    if (loss.labelForm() != usual.labelForm() || !fit(loss.answerForms())) {
      throw refused("hard", loss, usual);
    }
    return loss;
  }

  /**
   * The loss against the teacher, the usual one if none is stated.
   *
   * @throws IllegalArgumentException if it is undefined for these outputs
   */
  public SoftLoss soft(Optional<SoftLoss> stated) {
    SoftLoss usual = task.softLoss();
    SoftLoss loss = stated.orElse(usual);
    if (!fit(loss.answerForms())) {
      throw refused("soft", loss, usual);
    }
    return loss;
  }

  private boolean fit(Set<HardLoss.AnswerForm> forms) {
    return forms.stream().allMatch(task::accepts);
  }

  private IllegalArgumentException refused(String which, Object loss, Object usual) {
    return new IllegalArgumentException(
        "The %s loss %s is undefined for the outputs of the dataset, which are of type %s; omit it for the usual one, %s"
            .formatted(which, loss, task.outputType().getSimpleName(), usual));
  }
}
