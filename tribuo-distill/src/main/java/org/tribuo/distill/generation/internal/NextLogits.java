package org.tribuo.distill.generation.internal;

import java.util.List;

/** A model that predicts the token behind texts. */
@FunctionalInterface
public interface NextLogits {
  /**
   * The logits of all tokens.
   *
   * @param texts at least one, none of which has stopped
   * @return finite ones for each text
   * @throws IllegalArgumentException if the model cannot read one
   */
  List<float[]> of(List<Hypothesis> texts);
}
