package org.tribuo.distill.graph.internal.pass;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;

/**
 * Lets nodes read past an Identity, a Cast to the type that a value has, a Slice that keeps
 * everything, and a Dropout outside training, so that formulas around them are recognised and
 * nothing is copied.
 */
final class RemoveIdentities implements Pass {
  @Override
  public void apply(Graph graph) {
    for (Node node : List.copyOf(graph.nodes())) {
      if (node.is("Identity")
          || isIdleCast(graph, node)
          || isIdleSlice(graph, node)
          || isIdleDropout(graph, node)) {
        graph.replaceUses(node.output(), node.input(0));
      }
    }
  }

  private static boolean isIdleCast(Graph graph, Node node) {
    return node.is("Cast")
        && graph
            .type(node.input(0))
            .filter(type -> type.elementType().onnxNumber() == node.attributes().get("to", 0L))
            .isPresent();
  }

  private static boolean isIdleSlice(Graph graph, Node node) {
    return node.is("Slice")
        && all(graph, node.input(1), start -> start == 0)
        && all(graph, node.input(2), end -> end >= Integer.MAX_VALUE)
        && (!node.hasInput(4) || all(graph, node.input(4), step -> step == 1));
  }

  private static boolean all(Graph graph, String constant, LongPredicate condition) {
    return graph
        .constant(constant)
        .filter(numbers -> Arrays.stream(numbers.toLongs()).allMatch(condition))
        .isPresent();
  }

  private static boolean isIdleDropout(Graph graph, Node node) {
    return node.is("Dropout")
        && (!node.hasInput(2)
            || graph
                .constant(node.input(2))
                .filter(training -> training.toLongs()[0] == 0)
                .isPresent());
  }
}
