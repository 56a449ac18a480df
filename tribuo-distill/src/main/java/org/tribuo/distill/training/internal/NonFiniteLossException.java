package org.tribuo.distill.training.internal;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A loss, one of its terms or the norm of the gradients is infinite or not a number. The weights
 * are still those of the step before, which {@link #lastGood()} has.
 */
public final class NonFiniteLossException extends TrainingException {
  private static final long serialVersionUID = 1L;

  private final long step;
  private final String term;
  private final float value;
  private final transient @Nullable TrainedStudent lastGood;

  NonFiniteLossException(long step, String term, float value) {
    this(step, term, value, null);
  }

  private NonFiniteLossException(
      long step, String term, float value, @Nullable TrainedStudent lastGood) {
    super(
        ("Step %d: '%s' is %s; the weights are still those of the step before. A lower learning rate,"
                + " a smaller maxGradientNorm, or a look at the batch for numbers that are not"
                + " finite may help")
            .formatted(step, term, value));
    this.step = step;
    this.term = term;
    this.value = value;
    this.lastGood = lastGood;
  }

  /** The same with the student of the step before. */
  NonFiniteLossException withLastGood(TrainedStudent student) {
    NonFiniteLossException whole = new NonFiniteLossException(step, term, value, student);
    whole.setStackTrace(getStackTrace());
    return whole;
  }

  /** The step, counted from 1, that was to be taken. */
  public long step() {
    return step;
  }

  /**
   * The name of the term: one of the loss's parts if one is not finite, else the loss, or the norm
   * of the gradients.
   */
  public String term() {
    return term;
  }

  /** Its value: infinite or not a number. */
  public float value() {
    return value;
  }

  /**
   * The student as the step before left it, whole; empty only inside the training, which adds it.
   */
  public Optional<TrainedStudent> lastGood() {
    return Optional.ofNullable(lastGood);
  }
}
