package org.tribuo.distill.graph.pass;

import java.util.List;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;

/** Writes out the calls of functions that a model brings along, those within functions too. */
final class InlineFunctions implements Pass {
  @Override
  public void apply(Graph graph) {
    List<Node> calls = calls(graph);
    while (!calls.isEmpty()) {
      calls.forEach(graph::inlineCall);
      calls = calls(graph);
    }
    graph.changeBodies(this::apply);
    graph.removeFunctions();
  }

  private static List<Node> calls(Graph graph) {
    return graph.nodes().stream().filter(graph::isCall).toList();
  }
}
