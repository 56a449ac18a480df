package org.tribuo.distill;

import org.tribuo.distill.training.internal.NonFiniteLossException;

/**
 * A training was stopped because its loss, or one of its terms, was no longer a finite number. What
 * had been learnt is not lost: {@link #lastGood()} is the student as the step before left it.
 */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient DistilledModel<?> lastGood;
  private final NonFiniteLossException reason;

  TrainingStoppedException(
      String stage, DistilledModel<?> lastGood, NonFiniteLossException reason) {
    super("The stage '%s' was stopped. %s".formatted(stage, reason.getMessage()), reason);
    this.lastGood = lastGood;
    this.reason = reason;
  }

  /**
   * The student as the step before left it, for the caller to save and to close; its provenance has
   * the step and the term at which the training stopped.
   */
  public DistilledModel<?> lastGood() {
    return lastGood;
  }

  /** The step, counted from 1, that was to be taken. */
  public long step() {
    return reason.step();
  }

  /**
   * The name of what is not finite: one of the loss's parts, else the loss, or the norm of the
   * gradients.
   */
  public String term() {
    return reason.term();
  }

  /** Its value: infinite or not a number. */
  public float value() {
    return reason.value();
  }
}
