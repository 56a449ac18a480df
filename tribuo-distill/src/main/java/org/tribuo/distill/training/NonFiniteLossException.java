package org.tribuo.distill.training;

/**
 * A loss, one of its terms or the norm of the gradients is infinite or not a number. The weights
 * are still those of the step before.
 */
public final class NonFiniteLossException extends TrainingException {
  private static final long serialVersionUID = 1L;

  private final long step;
  private final String term;
  private final float value;

  NonFiniteLossException(long step, String term, float value) {
    super(
        ("Step %d: '%s' is %s; the weights are still those of the step before. A lower learning rate,"
                + " a smaller maxGradientNorm, or a look at the batch for numbers that are not"
                + " finite may help")
            .formatted(step, term, value));
    this.step = step;
    this.term = term;
    this.value = value;
  }

  /** The step, counted from 1, that was to be taken. */
  public long step() {
    return step;
  }

  /** The name of the term. */
  public String term() {
    return term;
  }

  /** Its value: infinite or not a number. */
  public float value() {
    return value;
  }
}
