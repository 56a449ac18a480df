package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.Decomposition;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Writes fused operators with others: those of ONNX Runtime's optimiser and ONNX's own large ones.
 * How is a matter of each operator ({@link Decomposition}).
 */
final class DecomposeFusedOperators implements Pass {
  private final Predicate<Operator> which;
  private final Function<Graph, Ops> writer;

  private DecomposeFusedOperators(Predicate<Operator> which, Function<Graph, Ops> writer) {
    this.which = which;
    this.writer = writer;
  }

  /** Of all that are fused. */
  DecomposeFusedOperators() {
    this(operator -> true, Ops::on);
  }

  /** Of some of them, which are written with operators that each opset has. */
  static DecomposeFusedOperators ofEachOpset(Predicate<Operator> which) {
    return new DecomposeFusedOperators(which, Ops::ofEachOpset);
  }

  /**
   * Types are inferred again on the way: what ONNX Runtime does not know of a fused operator's
   * result is known of that of its parts, and the next decomposition may need it.
   */
  @Override
  public void apply(Graph graph) {
    if (graph.nodes().stream().allMatch(node -> decomposition(node).isEmpty())) {
      return;
    }
    Ops op = writer.apply(graph);
    ShapeInference types = ShapeInference.of(graph);
    for (Node node : graph.topological()) {
      decomposition(node)
          .ifPresentOrElse(
              decomposition -> decomposed(op, node, decomposition).forEach(types::visit),
              () -> types.visit(node));
    }
  }

  private Optional<Decomposition> decomposition(Node node) {
    Operator operator = StandardOperators.of(node);
    return which.test(operator) ? operator.decomposition() : Optional.empty();
  }

  /** The nodes that take a node's place. */
  private static List<Node> decomposed(Ops op, Node node, Decomposition decomposition) {
    Graph graph = op.graph();
    int others = graph.nodes().size() - 1;
    graph.substitute(node, decomposition.apply(op, new Operation(graph, node)));
    return List.copyOf(graph.nodes()).subList(others, graph.nodes().size());
  }
}
