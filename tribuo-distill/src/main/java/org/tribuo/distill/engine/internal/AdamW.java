package org.tribuo.distill.engine.internal;

/**
 * Adam with decoupled weight decay (Loshchilov &amp; Hutter 2019, arXiv:1711.05101), in the form of
 * PyTorch's {@code torch.optim.AdamW}: with gradient g and learning rate r, at step t = 1, 2, ...
 *
 * <pre>
 * m = beta1 m + (1 - beta1) g
 * v = beta2 v + (1 - beta2) g²
 * w = w - r weightDecay w - r (m / (1 - beta1ᵗ)) / (√(v / (1 - beta2ᵗ)) + epsilon)
 * </pre>
 *
 * @param beta1 how much of the mean of the gradients is kept at each step, in [0, 1)
 * @param beta2 how much of the mean of their squares is kept, in [0, 1)
 * @param epsilon keeps the divisor away from zero, &gt; 0
 * @param weightDecay the part of a weight that is taken away for each unit of learning rate, &ge; 0
 */
public record AdamW(float beta1, float beta2, float epsilon, float weightDecay) {
  /** PyTorch's defaults: 0.9, 0.999, 1e-8, 0.01. */
  public static final AdamW DEFAULT = new AdamW(0.9f, 0.999f, 1e-8f, 0.01f);

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public AdamW {
    requireBelowOne("beta1", beta1);
    requireBelowOne("beta2", beta2);
    if (!(epsilon > 0 && Float.isFinite(epsilon))) {
      throw new IllegalArgumentException("epsilon must be positive, but is " + epsilon);
    }
    if (!(weightDecay >= 0 && Float.isFinite(weightDecay))) {
      throw new IllegalArgumentException(
          "weightDecay must be 0 or positive, but is " + weightDecay);
    }
  }

  /** The same with another weight decay. */
  public AdamW withWeightDecay(float newWeightDecay) {
    return new AdamW(beta1, beta2, epsilon, newWeightDecay);
  }

  private static void requireBelowOne(String name, float value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " must be in [0, 1), but is " + value);
    }
  }
}
