package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * TinyBERT's recipe for what is inside (Jiao et al. 2020, arXiv:1909.10351, §3): {@link
 * EmbeddingMse} + {@link HiddenStateMse} + {@link AttentionMse} of scores, each with weight 1. The
 * paper trains with it alone first, then with the soft loss. Each of the three is reported: {@code
 * TERM.embeddings}, {@code TERM.hidden_states}, {@code TERM.attention}.
 *
 * @param layers which layers are compared; {@link LayerMap#uniform()} in the paper
 */
public record TinyBert(LayerMap layers) implements FeatureLoss {
  @Override
  public Value over(Ops op, Features features) {
    Value embeddings = new EmbeddingMse().over(op, features);
    Value hiddenStates = new HiddenStateMse(layers).over(op, features);
    Value attention = new AttentionMse(layers, AttentionForm.SCORES).over(op, features);
    return op.add(
        op.add(
            features.part("embeddings", embeddings), features.part("hidden_states", hiddenStates)),
        features.part("attention", attention));
  }
}
