package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.internal.shape.ShapeInference;

/**
 * Puts the branch that is taken in place of an If whose condition is a constant, or one of sizes
 * that are known.
 */
final class ResolveConditions implements Pass {
  @Override
  public void apply(Graph graph) {
    boolean found;
    do {
      found = false;
      for (Node node : List.copyOf(graph.nodes())) {
        Optional<Long> condition =
            node.is("If") ? ShapeInference.number(graph, node.input(0)) : Optional.empty();
        if (condition.isPresent()) {
          graph.inlineBody(node, condition.get() != 0 ? "then_branch" : "else_branch");
          found = true;
        }
      }
      if (found) {
        ShapeInference.infer(graph);
      }
    } while (found);
  }
}
