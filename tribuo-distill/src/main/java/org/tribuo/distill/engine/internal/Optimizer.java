package org.tribuo.distill.engine.internal;

import java.util.LinkedHashSet;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * How gradients become changes of the weights.
 *
 * @param adamW the rule
 * @param maxGradientNorm gradients are scaled down together where their common Euclidean norm is
 *     larger, as {@code torch.nn.utils.clip_grad_norm_} does; empty: never
 * @param withoutWeightDecay the parameters that weight decay leaves alone, usually biases and
 *     normalisations
 */
public record Optimizer(
    AdamW adamW, OptionalDouble maxGradientNorm, Set<String> withoutWeightDecay) {
  /** AdamW's defaults, weight decay for all parameters, no clipping. */
  public static final Optimizer DEFAULT =
      new Optimizer(AdamW.DEFAULT, OptionalDouble.empty(), Set.of());

  /**
   * @throws IllegalArgumentException if the largest gradient norm is not positive
   */
  public Optimizer {
    withoutWeightDecay = Set.copyOf(withoutWeightDecay);
    maxGradientNorm.ifPresent(
        norm -> {
          if (!(norm > 0 && Double.isFinite(norm))) {
            throw new IllegalArgumentException("maxGradientNorm must be positive, but is " + norm);
          }
        });
  }

  /** The same with gradients clipped to a norm. */
  public Optimizer withMaxGradientNorm(double norm) {
    return new Optimizer(adamW, OptionalDouble.of(norm), withoutWeightDecay);
  }

  /** The same with weight decay for fewer parameters. */
  public Optimizer withoutWeightDecayFor(Set<String> parameters) {
    return new Optimizer(adamW, maxGradientNorm, parameters);
  }

  /** Of some parameters those that weight decay shrinks, in the same order. */
  public Set<String> decayed(Set<String> parameters) {
    Set<String> decayed = new LinkedHashSet<>(parameters);
    decayed.removeAll(withoutWeightDecay);
    return adamW.weightDecay() == 0 ? Set.of() : decayed;
  }
}
