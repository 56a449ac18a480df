package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * Hidden states in the teacher's direction: the mean over tokens of {@code 1 - cos(W h_s, h_t)},
 * from 0 to 2, summed over the pairs of layers (Sanh et al. 2019, arXiv:1910.01108, §3). W as in
 * {@link HiddenStateMse}. For teachers whose states differ in length from the student's.
 *
 * <pre>{@code
 * <component name="states" type="org.tribuo.distill.loss.HiddenStateCosine">
 *   <property name="layers" value="pairs"/>
 * </component>
 * }</pre>
 */
public final class HiddenStateCosine extends LayerwiseLoss {
  /** Between layers that are spread evenly. */
  public HiddenStateCosine() {}

  /**
   * Between these layers.
   *
   * @param layers which layers are compared
   */
  public HiddenStateCosine(LayerMap layers) {
    super(layers);
  }

  @Override
  Value ofPair(Ops op, Activations activations, LayerPair pair) {
    HiddenStatePair states = HiddenStatePair.of(activations, pair);
    return activations.meanOverTokens(
        op.oneMinus(Cosine.of(op, states.student(), states.teacher(), 2)));
  }
}
