package org.tribuo.distill.generation.internal;

import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;

/**
 * Whether what a model has kept of a text is what it would compute of it again, with whatever
 * follows: of a model that reads later positions it is not. Tried once, with a text. Safe for many
 * threads.
 */
final class CausalTrial {
  private static final int TOKENS = 6;

  /** What numbers of 32 bits, and products of bfloat16, round, as a part of the logits' range. */
  private static final float ROUNDING = 3e-4f;

  private static final float ROUNDING_OF_PRODUCTS = 0.02f;

  private final int columns;
  private final int maxLength;
  private final float rounding;
  private final BiFunction<int[], Past, Continuation> model;
  private volatile @Nullable Boolean passed;

  /**
   * @param columns how many tokens there are
   * @param maxLength how many of them the model reads
   * @param device where it runs
   * @param model what it says after a text, of whose first tokens something is kept
   */
  CausalTrial(
      int columns, int maxLength, Device device, BiFunction<int[], Past, Continuation> model) {
    this.columns = columns;
    this.maxLength = maxLength;
    this.rounding = device.precision() == Precision.FLOAT32 ? ROUNDING : ROUNDING_OF_PRODUCTS;
    this.model = model;
  }

  /** Whether it is. */
  boolean passes() {
    Boolean known = passed;
    if (known == null) {
      known = maxLength > 1 && isSame(text(Math.min(TOKENS, maxLength)));
      passed = known;
    }
    return known;
  }

  private int[] text(int length) {
    return IntStream.range(0, length).map(i -> (7 + 13 * i) % columns).toArray();
  }

  private boolean isSame(int... text) {
    int[] most = IntStream.of(text).limit(text.length - 1L).toArray();
    float[] expected = model.apply(text, Past.NONE).logits();
    float[] found = model.apply(text, model.apply(most, Past.NONE).past()).logits();
    float least = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    float difference = 0;
    for (int i = 0; i < expected.length; i++) {
      least = Math.min(least, expected[i]);
      largest = Math.max(largest, expected[i]);
      difference = Math.max(difference, Math.abs(expected[i] - found[i]));
    }
    return difference <= rounding * (largest - least);
  }
}
