package org.tribuo.distill.graph.internal.pass;

import java.util.ArrayDeque;
import java.util.Deque;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;

/** Writes out the calls of functions that a model brings along, those within functions too. */
final class InlineFunctions implements Pass {
  @Override
  public void apply(Graph graph) {
    Deque<Node> calls = new ArrayDeque<>(graph.nodes().stream().filter(graph::isCall).toList());
    while (!calls.isEmpty()) {
      graph.inlineCall(calls.remove()).stream().filter(graph::isCall).forEach(calls::add);
    }
    graph.changeBodies(this::apply);
    graph.removeFunctions();
  }
}
