package org.tribuo.distill.graph.pass;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.ShapeInference;
import org.tribuo.distill.graph.Tensor;

/** Puts the branch that is taken in the place of an If whose condition is a constant. */
final class ResolveConditions implements Pass {
  @Override
  public void apply(Graph graph) {
    boolean found;
    do {
      found = false;
      for (Node node : List.copyOf(graph.nodes())) {
        Optional<Tensor> condition =
            node.is("If") ? graph.constant(node.input(0)) : Optional.empty();
        if (condition.isPresent()) {
          boolean holds = condition.get().toLongs()[0] != 0;
          graph.inlineBody(node, holds ? "then_branch" : "else_branch");
          found = true;
        }
      }
      if (found) {
        ShapeInference.infer(graph);
      }
    } while (found);
  }
}
