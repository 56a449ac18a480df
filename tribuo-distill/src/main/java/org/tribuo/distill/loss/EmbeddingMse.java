package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * What the first layer reads near what the teacher's reads: {@link HiddenStateMse} of the
 * embeddings (Jiao et al. 2020, arXiv:1909.10351, §3).
 */
public record EmbeddingMse() implements FeatureLoss {
  private static final LayerMap EMBEDDINGS = LayerMap.of(new LayerPair(0, 0));

  @Override
  public Value over(Ops op, Features features) {
    return new HiddenStateMse(EMBEDDINGS).over(op, features);
  }
}
