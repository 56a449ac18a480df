package org.tribuo.distill.transformer.internal.create;

import org.tribuo.distill.graph.OnnxModel;

/** A Transformer of stated sizes that is yet to be made. */
public interface UntrainedModel {
  /**
   * The model.
   *
   * @param seed of the weights: the same seed gives the same weights
   */
  OnnxModel make(long seed);
}
