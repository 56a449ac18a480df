package org.tribuo.distill.training;

/**
 * Ends a training that no longer gets better. In any case the weights of the best evaluation are
 * kept.
 *
 * @param patience the epochs without a better evaluation after which the training ends, at least 1
 */
public record EarlyStopping(int patience) {
  /**
   * @throws IllegalArgumentException if the patience is less than 1
   */
  public EarlyStopping {
    if (patience < 1) {
      throw new IllegalArgumentException("patience must be at least 1, but is " + patience);
    }
  }
}
