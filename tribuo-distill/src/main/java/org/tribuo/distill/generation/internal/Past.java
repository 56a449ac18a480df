package org.tribuo.distill.generation.internal;

import java.util.List;

/**
 * What a model keeps of the tokens that it has read of a text, so that it need not read them again.
 * The arrays are not changed.
 *
 * @param positions how many tokens these are
 * @param keysAndValues for each input of the model for a past, [heads, positions, width]
 */
record Past(int positions, List<float[]> keysAndValues) {
  /** Nothing is kept. */
  static final Past NONE = new Past(0, List.of());
}
