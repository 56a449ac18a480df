package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import java.util.Objects;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * TinyBERT's recipe for intermediate activations (Jiao et al. 2020, arXiv:1909.10351, §3): {@link
 * HiddenStateMse} of the embeddings and of the layers + {@link AttentionMse} of scores, each with
 * weight 1. The paper trains with it alone first, then with the soft loss. Each of the three is
 * reported: {@code TERM.embeddings}, {@code TERM.hidden_states}, {@code TERM.attention}.
 *
 * <pre>{@code
 * <component name="inside" type="org.tribuo.distill.loss.TinyBert">
 *   <property name="layers" value="pairs"/>
 * </component>
 * }</pre>
 */
public final class TinyBert implements FeatureLoss {
  @Config(description = "Which layers are compared; by default the student's, spread evenly.")
  private LayerMap layers = LayerMap.uniform();

  /** Between layers that are spread evenly, as in the paper. */
  public TinyBert() {}

  /** Between these layers. */
  public TinyBert(LayerMap layers) {
    this.layers = Objects.requireNonNull(layers, "layers");
  }

  @Override
  public Value over(Ops op, Activations activations) {
    Value embeddings = HiddenStateMse.ofEmbeddings().over(op, activations);
    Value hiddenStates = new HiddenStateMse(layers).over(op, activations);
    Value attention = new AttentionMse(layers, AttentionForm.SCORES).over(op, activations);
    return op.add(
        op.add(
            activations.part("embeddings", embeddings),
            activations.part("hidden_states", hiddenStates)),
        activations.part("attention", attention));
  }

  @Override
  public String toString() {
    return "TinyBert(%s)".formatted(layers);
  }
}
