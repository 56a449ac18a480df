package org.tribuo.distill.teacher.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a teacher has shown of texts, in memory and without padding. The texts that come first are
 * kept, each as a whole, as long as they fit into a number of bytes; nothing goes again, so that
 * what is kept depends on the order of the texts alone. For one thread at a time.
 */
public final class KeptActivations {
  private final long budgetBytes;
  private final Map<Integer, List<TextActivation>> texts = new HashMap<>();
  private long bytes;

  /**
   * @param budgetBytes the maximum that is kept; 0 for nothing
   */
  public KeptActivations(long budgetBytes) {
    this.budgetBytes = budgetBytes;
  }

  /** Whether a text is kept. */
  public boolean has(int text) {
    return texts.containsKey(text);
  }

  /**
   * The features of a text, in the order in which they came.
   *
   * @throws IllegalArgumentException if it is not kept
   */
  public List<TextActivation> get(int text) {
    List<TextActivation> features = texts.get(text);
    if (features == null) {
      throw new IllegalArgumentException("The features of text %d are not kept".formatted(text));
    }
    return features;
  }

  /** Copies the features of a text, if they fit and are not here. */
  public void keep(int text, List<TextActivation> features) {
    long more = features.stream().mapToLong(TextActivation::bytes).sum();
    if (more <= budgetBytes - bytes && !has(text)) {
      texts.put(text, features.stream().map(TextActivation::alone).toList());
      bytes += more;
    }
  }

  /** The bytes of the numbers that are kept. */
  public long bytes() {
    return bytes;
  }
}
