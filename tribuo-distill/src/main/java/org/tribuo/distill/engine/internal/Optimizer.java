package org.tribuo.distill.engine.internal;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.OptionalDouble;
import java.util.Set;
import org.tribuo.distill.graph.GraphException;

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
    withoutWeightDecay = Collections.unmodifiableSet(new LinkedHashSet<>(withoutWeightDecay));
    maxGradientNorm.ifPresent(
        norm -> {
          if (!(norm > 0 && Double.isFinite(norm))) {
            throw new IllegalArgumentException("maxGradientNorm must be positive, but is " + norm);
          }
        });
  }

  /**
   * Of all parameters those that weight decay shrinks, in the same order.
   *
   * @throws GraphException if one that is to have no weight decay is not a parameter
   */
  public Set<String> decayed(Set<String> parameters) {
    for (String name : withoutWeightDecay) {
      if (!parameters.contains(name)) {
        throw new GraphException(
            "'%s' is to have no weight decay, but is not a parameter; there are %s"
                .formatted(name, parameters));
      }
    }
    Set<String> decayed = new LinkedHashSet<>(parameters);
    decayed.removeAll(withoutWeightDecay);
    return adamW.weightDecay() == 0 ? Set.of() : decayed;
  }
}
