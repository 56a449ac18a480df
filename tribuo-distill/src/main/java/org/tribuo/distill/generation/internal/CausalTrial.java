package org.tribuo.distill.generation.internal;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;

/**
 * Whether what a model has kept of a text is what it would compute of it again, with whatever
 * follows, and whatever other texts were read together with it: of a model that reads later
 * positions it is not, nor of one that has its heads before its rows. Tried once, with two texts.
 * Safe for many threads.
 */
final class CausalTrial {
  private static final int TOKENS = 6;
  private static final int FIRST = 7;
  private static final int ANOTHER = 3;

  /** What numbers of 32 bits, and products of bfloat16, round, as a part of the logits' range. */
  private static final float ROUNDING = 3e-4f;

  private static final float ROUNDING_OF_PRODUCTS = 0.02f;

  private final int columns;
  private final int maxLength;
  private final float rounding;
  private final Function<List<Hypothesis>, List<Continuation>> model;
  private volatile @Nullable Boolean passed;

  /**
   * @param columns how many tokens there are
   * @param maxLength how many of them the model reads
   * @param device where it runs
   * @param model what it says after texts, of whose first tokens something is kept
   */
  CausalTrial(
      int columns,
      int maxLength,
      Device device,
      Function<List<Hypothesis>, List<Continuation>> model) {
    this.columns = columns;
    this.maxLength = maxLength;
    this.rounding = device.precision() == Precision.FLOAT32 ? ROUNDING : ROUNDING_OF_PRODUCTS;
    this.model = model;
  }

  /** Whether it is. */
  boolean passes() {
    Boolean known = passed;
    if (known == null) {
      known = maxLength > 1 && isSame(Math.min(TOKENS, maxLength));
      passed = known;
    }
    return known;
  }

  private Hypothesis text(int first, int length) {
    return Hypothesis.of(
        Optional.empty(),
        IntStream.range(0, length).map(i -> (first + 13 * i) % columns).toArray());
  }

  /** What is kept of a text that was read behind another one is used for it alone. */
  private boolean isSame(int length) {
    List<Hypothesis> begun = List.of(text(ANOTHER, length - 1), text(FIRST, length - 1));
    Past kept = model.apply(begun).get(1).past();
    Hypothesis text = text(FIRST, length);
    float[] expected = model.apply(List.of(text)).get(0).logits();
    float[] found = model.apply(List.of(text.with(kept))).get(0).logits();
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
