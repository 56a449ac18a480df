package org.tribuo.distill.transformer;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Graph;

/** The input that tells tokens from padding: [batch, positions], and not looked up in a table. */
final class AttentionMask {
  private AttentionMask() {}

  /**
   * The inputs that may be it; one in any usual model of texts, none in one of images. Floats are
   * not it where nothing is looked up: then they are what the model reads, as sound is.
   */
  static List<String> candidates(Graph normalized) {
    Set<String> looked = EmbeddingTables.of(normalized).inputs();
    return normalized.inputs().entrySet().stream()
        .filter(e -> e.getValue().shape().filter(s -> s.rank() == 2).isPresent())
        .filter(e -> !looked.isEmpty() || !e.getValue().elementType().isFloat())
        .map(Map.Entry::getKey)
        .filter(input -> !looked.contains(input))
        .toList();
  }
}
