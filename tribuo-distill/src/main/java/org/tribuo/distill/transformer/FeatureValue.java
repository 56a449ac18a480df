package org.tribuo.distill.transformer;

/**
 * Where a feature is in a graph.
 *
 * @param value the name of a value of floats
 * @param layout the order of its axes
 * @param heads the number of heads; 1 for a hidden state
 * @param size the width of one head, or of a hidden state; 0 for attention, which has none
 */
public record FeatureValue(String value, HeadLayout layout, int heads, long size) {
  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public FeatureValue {
    if (heads < 1 || size < 0) {
      throw new IllegalArgumentException(
          "'%s' has %d heads of width %d, expected at least one, and no negative width"
              .formatted(value, heads, size));
    }
  }

  /** A hidden state [batch, positions, width]. */
  public static FeatureValue hiddenState(String value, long width) {
    return new FeatureValue(value, HeadLayout.MERGED, 1, width);
  }

  /** Scores or probabilities [batch, heads, queries, keys]. */
  public static FeatureValue attention(String value, int heads) {
    return new FeatureValue(value, HeadLayout.HEADS_FIRST, heads, 0);
  }

  /** Queries, keys or values. */
  public static FeatureValue vectors(String value, HeadLayout layout, int heads, long size) {
    return new FeatureValue(value, layout, heads, size);
  }

  /** The width of all heads together, or of the hidden state. */
  public long width() {
    return heads * size;
  }

  @Override
  public String toString() {
    return value;
  }
}
