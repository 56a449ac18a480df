package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;

/**
 * Puts a normalisation by the root mean square together that was written as its formula, x /
 * √(mean(x²) + ε) · scale over the last axis.
 */
final class FuseRootMeanSquare implements Pass {
  private record Normalized(String x, float epsilon) {}

  @Override
  public void apply(Graph graph) {
    Matcher matcher = new Matcher(graph);
    for (Node node : List.copyOf(graph.nodes())) {
      if (node.is("Mul")) {
        for (Matcher.Operands factors : matcher.operands(node)) {
          Optional<Normalized> normalized =
              matcher.isVector(factors.second())
                  ? normalized(matcher, factors.first())
                  : Optional.empty();
          if (normalized.isPresent()) {
            graph.replace(
                node,
                Node.ONNX,
                "SimplifiedLayerNormalization",
                Attributes.NONE.with("axis", -1L).with("epsilon", normalized.get().epsilon()),
                List.of(normalized.get().x(), factors.second()));
            break;
          }
        }
      }
    }
  }

  /** x / √(...), or x · (1 / √(...)). */
  private static Optional<Normalized> normalized(Matcher graph, String value) {
    return graph
        .producer(value, "Div")
        .flatMap(div -> root(graph, div.input(1), div.input(0)))
        .or(
            () ->
                graph.producer(value, "Mul").stream()
                    .flatMap(product -> graph.operands(product).stream())
                    .flatMap(o -> reciprocal(graph, o.second(), o.first()).stream())
                    .findFirst());
  }

  private static Optional<Normalized> reciprocal(Matcher graph, String value, String x) {
    return graph
        .producer(value, "Reciprocal")
        .map(node -> node.input(0))
        .or(
            () ->
                graph
                    .producer(value, "Div")
                    .filter(div -> graph.isNumber(div.input(0), 1))
                    .map(div -> div.input(1)))
        .flatMap(root -> root(graph, root, x));
  }

  /** √(mean(x²) + ε) of that x. */
  private static Optional<Normalized> root(Matcher graph, String value, String x) {
    return graph
        .producer(value, "Sqrt")
        .flatMap(sqrt -> graph.producer(sqrt.input(0), "Add"))
        .flatMap(
            sum ->
                graph.operands(sum).stream()
                    .filter(o -> isMeanSquare(graph, o.first(), x))
                    .flatMap(o -> graph.number(o.second()).stream())
                    .findFirst())
        .map(epsilon -> new Normalized(x, epsilon));
  }

  private static boolean isMeanSquare(Matcher graph, String value, String x) {
    return graph
        .producer(value, "ReduceMean")
        .filter(graph::isOverLastAxis)
        .flatMap(mean -> graph.squared(mean.input(0)))
        .filter(x::equals)
        .isPresent();
  }
}
