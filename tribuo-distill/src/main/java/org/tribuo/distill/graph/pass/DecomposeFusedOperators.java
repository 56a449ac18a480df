package org.tribuo.distill.graph.pass;

import org.tribuo.distill.graph.shape.ShapeInference;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;

/** Takes fused operators apart: those of ONNX Runtime's optimiser and ONNX's own large ones. */
final class DecomposeFusedOperators implements Pass {
  /** By operator, with its domain where it is not ONNX's own. */
  static final Map<String, Decomposition> DECOMPOSITIONS =
      table(
          FusedActivations.DECOMPOSITIONS,
          FusedProducts.DECOMPOSITIONS,
          FusedNormalizations.DECOMPOSITIONS,
          FusedAttention.DECOMPOSITIONS,
          GroupQueryAttention.DECOMPOSITIONS,
          StandardAttention.DECOMPOSITIONS,
          RotaryEmbeddings.DECOMPOSITIONS,
          StandardNormalizations.DECOMPOSITIONS);

  @SafeVarargs
  private static Map<String, Decomposition> table(Map<String, Decomposition>... groups) {
    Map<String, Decomposition> all = new TreeMap<>();
    Stream.of(groups).forEach(all::putAll);
    return all;
  }

  /**
   * Types are inferred anew on the way: what ONNX Runtime does not know of a fused operator's
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
      Decomposition decomposition = DECOMPOSITIONS.get(node.qualifiedOpType());
      if (decomposition == null) {
        types.visit(node);
      } else {
        takenApart(op, node, decomposition).forEach(types::visit);
      }
    }
  }

  private static boolean isFused(Node node) {
    return DECOMPOSITIONS.containsKey(node.qualifiedOpType());
  }

  /** The nodes that take a node's place. */
  private static List<Node> takenApart(Ops op, Node node, Decomposition decomposition) {
    Graph graph = op.graph();
    int others = graph.nodes().size() - 1;
    graph.substitute(node, decomposition.apply(op, new Operation(graph, node)));
    return List.copyOf(graph.nodes()).subList(others, graph.nodes().size());
  }
}
