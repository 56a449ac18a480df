package org.tribuo.distill.generation.internal;

import java.util.List;

/** How texts are generated with a model. */
@FunctionalInterface
public interface Decoding {
  /**
   * Generates texts; what becomes of one does not depend on the others, beyond rounding.
   *
   * @param begun what is given of each
   * @param maxTokens the most tokens that are generated for each, the stop token included, 1 or
   *     more
   * @return one for each, in their order
   */
  List<Hypothesis> generate(List<Hypothesis> begun, int maxTokens);
}
