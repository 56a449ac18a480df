package org.tribuo.distill.graph.pass;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;

/** Takes fused operators apart: those of ONNX Runtime's optimiser and ONNX's own large ones. */
final class TakeApart implements Pass {
  /** By operator, with its domain where it is not ONNX's own. */
  static final Map<String, Decomposition> DECOMPOSITIONS =
      table(
          FusedActivations.DECOMPOSITIONS,
          FusedProducts.DECOMPOSITIONS,
          FusedNormalizations.DECOMPOSITIONS,
          FusedAttention.DECOMPOSITIONS,
          StandardAttention.DECOMPOSITIONS,
          RotaryEmbeddings.DECOMPOSITIONS,
          StandardNormalizations.DECOMPOSITIONS);

  @SafeVarargs
  private static Map<String, Decomposition> table(Map<String, Decomposition>... groups) {
    Map<String, Decomposition> all = new TreeMap<>();
    Stream.of(groups).forEach(all::putAll);
    return all;
  }

  @Override
  public void apply(Graph graph) {
    Ops op = Ops.on(graph);
    for (Node node : List.copyOf(graph.nodes())) {
      Decomposition decomposition = DECOMPOSITIONS.get(node.qualifiedOpType());
      if (decomposition != null) {
        graph.substitute(node, decomposition.apply(op, new Operation(graph, node)));
      }
    }
  }
}
