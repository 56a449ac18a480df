package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.operator.Operator.Decomposition;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Writes fused operators with others: those of ONNX Runtime's optimiser and ONNX's own large ones.
 * How is a matter of each operator ({@link Decomposition}).
 */
final class DecomposeFusedOperators implements Pass {
  /**
   * Types are inferred again on the way: what ONNX Runtime does not know of a fused operator's
   * result is known of that of its parts, and the next decomposition may need it.
   */
  @Override
  public void apply(Graph graph) {
    if (graph.nodes().stream().noneMatch(DecomposeFusedOperators::isFused)) {
      return;
    }
    Ops op = Ops.on(graph);
    ShapeInference types = ShapeInference.of(graph);
    for (Node node : graph.topological()) {
      StandardOperators.of(node)
          .decomposition()
          .ifPresentOrElse(
              decomposition -> decomposed(op, node, decomposition).forEach(types::visit),
              () -> types.visit(node));
    }
  }

  private static boolean isFused(Node node) {
    return StandardOperators.of(node).decomposition().isPresent();
  }

  /** The nodes that take a node's place. */
  private static List<Node> decomposed(Ops op, Node node, Decomposition decomposition) {
    Graph graph = op.graph();
    int others = graph.nodes().size() - 1;
    graph.substitute(node, decomposition.apply(op, new Operation(graph, node)));
    return List.copyOf(graph.nodes()).subList(others, graph.nodes().size());
  }
}
