package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.operator.Operator.Lift;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Rewrites the operators of an older opset into those of {@link Ops#OPSET}, in nodes' bodies too:
 * attributes that became inputs, defaults and meanings that changed. How is a matter of each
 * operator ({@link Lift}).
 */
final class LiftOpset implements Pass {
  @Override
  public void apply(Graph graph) {
    long from = graph.opset(Node.ONNX);
    if (from < Ops.OPSET) {
      graph.setOpset(Node.ONNX, Ops.OPSET);
      lift(graph, from);
    }
  }

  private static void lift(Graph graph, long from) {
    Ops op = Ops.on(graph);
    for (Node node : List.copyOf(graph.nodes())) {
      StandardOperators.of(node)
          .lift()
          .filter(lift -> from < lift.version())
          .ifPresent(lift -> lift.change().apply(op, node));
    }
    graph.changeBodies(body -> lift(body, from));
  }
}
