package org.tribuo.distill.graph.internal.pass;

import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.Trait;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * The sums of residual connections that fused operators hide: in one node with the normalisation
 * that follows, which belongs to the next block.
 */
public final class ResidualSums {
  private ResidualSums() {}

  /** Whether some nodes add up a residual connection and normalise it. */
  public static boolean areFused(Graph graph) {
    return graph.nodes().stream().map(StandardOperators::of).anyMatch(ResidualSums::isFused);
  }

  /** Makes nodes of their own of sums and normalisations; all else stays as it is. */
  public static void writeOut(Graph graph) {
    ShapeInference.infer(graph);
    DecomposeFusedOperators.ofEachOpset(ResidualSums::isFused).apply(graph);
    graph.removeUnused();
  }

  private static boolean isFused(Operator operator) {
    return operator.has(Trait.NORMALIZES_RESIDUAL);
  }
}
