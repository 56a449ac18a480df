package org.tribuo.distill.generation.internal;

import java.util.List;

/** A model that predicts the token behind texts. */
@FunctionalInterface
public interface NextTokenModel {
  /**
   * What comes next.
   *
   * @param texts at least one, none of which has stopped
   * @return for each text, in their order
   * @throws IllegalArgumentException if the model cannot read one
   */
  List<Continuation> after(List<Hypothesis> texts);
}
