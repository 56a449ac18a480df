package org.tribuo.distill.loss;

import java.util.List;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * TinyBERT's recipe for what is inside (Jiao et al. 2020, arXiv:1909.10351, §3): {@link
 * EmbeddingMse} + {@link HiddenStateMse} + {@link AttentionMse} of scores, each with weight 1. The
 * paper trains with it alone first, then with the soft loss.
 *
 * @param layers which layers are compared; {@link LayerMap#uniform()} in the paper
 */
public record TinyBert(LayerMap layers) implements FeatureLoss {
  @Override
  public Value over(Ops op, Features features) {
    List<FeatureLoss> parts =
        List.of(
            new EmbeddingMse(),
            new HiddenStateMse(layers),
            new AttentionMse(layers, AttentionForm.SCORES));
    return parts.stream().map(part -> part.over(op, features)).reduce(op::add).orElseThrow();
  }
}
