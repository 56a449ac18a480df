package org.tribuo.distill.graph.internal.pass;

import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.Trait;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * The sums of residual connections that are fused with the normalisations which follow them, and go
 * on beside these: such a node adds for one block and normalises for the next.
 */
public final class ResidualSums {
  private ResidualSums() {}

  /** Whether there are such nodes. */
  public static boolean areFused(Graph graph) {
    return graph.nodes().stream()
        .anyMatch(node -> isFused(StandardOperators.of(node)) && goesOn(node));
  }

  /** Where a sum is only normalised, as behind a block of BERT, one layer has both. */
  private static boolean goesOn(Node node) {
    return node.outputs().stream().skip(1).anyMatch(output -> !output.isEmpty());
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
