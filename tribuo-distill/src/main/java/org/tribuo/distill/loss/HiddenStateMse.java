package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * Hidden states near the teacher's: {@code Σ over tokens ‖W h_s - h_t‖² / (tokens · width of the
 * teacher)}, summed over the pairs of layers (Jiao et al. 2020, arXiv:1909.10351, §3). W is a
 * learned matrix without bias, one for each pair, only where the widths differ; TinyBERT's program
 * shares one among all layers and adds a bias.
 *
 * <pre>{@code
 * <component name="states" type="org.tribuo.distill.loss.HiddenStateMse">
 *   <property name="layers" value="pairs"/>
 * </component>
 * }</pre>
 */
public final class HiddenStateMse extends LayerwiseLoss {
  /** Between layers that are spread evenly. */
  public HiddenStateMse() {}

  /**
   * Between these layers.
   *
   * @param layers which layers are compared; {@code 0:0} is the embeddings
   */
  public HiddenStateMse(LayerMap layers) {
    super(layers);
  }

  /** Between the embeddings of both: what the first layers read. */
  public static HiddenStateMse ofEmbeddings() {
    return new HiddenStateMse(LayerMap.of(new LayerPair(0, 0)));
  }

  @Override
  Value ofPair(Ops op, Activations activations, LayerPair pair) {
    HiddenStatePair states = HiddenStatePair.of(activations, pair);
    Value squares = op.reduceSum(op.square(op.sub(states.student(), states.teacher())), -1);
    return op.div(
        activations.meanOverTokens(squares), (double) Activations.width(states.teacher()));
  }
}
