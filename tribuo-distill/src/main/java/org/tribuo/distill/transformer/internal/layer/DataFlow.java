package org.tribuo.distill.transformer.internal.layer;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.TensorType;

/** Which values of a graph depend on its inputs, and which carry floats. */
public final class DataFlow {
  private final Graph graph;
  private final List<Node> order;
  private final Set<String> varying;

  private DataFlow(Graph graph, List<Node> order, Set<String> varying) {
    this.graph = graph;
    this.order = order;
    this.varying = varying;
  }

  public static DataFlow of(Graph graph) {
    List<Node> order = graph.topological();
    Set<String> varying = new HashSet<>(graph.inputs().keySet());
    for (Node node : order) {
      if (node.reads().stream().anyMatch(varying::contains)) {
        varying.addAll(node.outputs());
      }
    }
    return new DataFlow(graph, order, varying);
  }

  Graph graph() {
    return graph;
  }

  /** The nodes so that each comes after those that it reads from. */
  public List<Node> order() {
    return order;
  }

  /** Whether the value depends on an input of the graph, if only on its sizes. */
  boolean varies(String value) {
    return varying.contains(value);
  }

  /** Whether the value carries floats, through which gradients and hidden states go. */
  boolean isFloat(String value) {
    return graph.type(value).map(TensorType::elementType).filter(t -> t.isFloat()).isPresent();
  }

  /** Whether the value is a whole number or a truth value. */
  boolean isInteger(String value) {
    return graph.type(value).map(TensorType::elementType).filter(t -> !t.isFloat()).isPresent();
  }
}
