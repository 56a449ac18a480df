package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Hidden states in the teacher's direction: the mean over tokens of {@code 1 - cos(W h_s, h_t)},
 * from 0 to 2, summed over the pairs of layers (Sanh et al. 2019, arXiv:1910.01108, §3). W as in
 * {@link HiddenStateMse}. For teachers whose states differ in length from the student's.
 *
 * @param layers which layers are compared
 */
public record HiddenStateCosine(LayerMap layers) implements FeatureLoss {
  @Override
  public Value over(Ops op, Features features) {
    return features.sumOverPairs(layers, pair -> ofPair(op, features, pair));
  }

  private static Value ofPair(Ops op, Features features, LayerPair pair) {
    HiddenStatePair states = HiddenStatePair.of(features, pair);
    return features.meanOverTokens(
        op.oneMinus(Cosine.of(op, states.student(), states.teacher(), 2)));
  }
}
