package org.tribuo.distill.transformer.internal.layer;

import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Learns the number of attention heads from the shapes in a segment: scores are [batch, heads,
 * queries, keys]; where exporters left the heads to be computed, what is attended to still has the
 * width of one head, [batch, heads, keys, width / heads].
 */
final class AttentionHeads {
  private final long width;
  private OptionalInt byScores = OptionalInt.empty();
  private OptionalInt byWidth = OptionalInt.empty();

  AttentionHeads(Optional<Shape> state) {
    this.width = state.map(s -> fixed(s.dimension(-1))).orElse(0L);
  }

  /** Looks at what a node of the segment makes. */
  void see(Node node, Shape made) {
    if (made.rank() != 4) {
      return;
    }
    long heads = fixed(made.dimension(1));
    long last = fixed(made.dimension(-1));
    if (StandardOperators.has(node, Operator.Trait.ATTENDS) && heads > 0) {
      byScores = OptionalInt.of((int) heads);
    } else if (last > 0 && width % last == 0 && byWidth.isEmpty()) {
      byWidth = OptionalInt.of((int) (width / last));
    }
  }

  OptionalInt number() {
    return byScores.isPresent() ? byScores : byWidth;
  }

  private static long fixed(Dimension dimension) {
    return dimension instanceof Dimension.Fixed size ? size.size() : 0;
  }
}
