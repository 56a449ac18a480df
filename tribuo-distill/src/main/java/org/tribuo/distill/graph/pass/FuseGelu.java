package org.tribuo.distill.graph.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;

/**
 * Puts a Gelu together that was written as its formula, x · ½ · (1 + erf(x / √2)), in whatever
 * order it is multiplied.
 */
final class FuseGelu implements Pass {
  @Override
  public void apply(Graph graph) {
    Matcher matcher = new Matcher(graph);
    for (Node node : graph.topological()) {
      if (node.is("Mul")) {
        geluOf(matcher, node)
            .ifPresent(x -> graph.replace(node, Node.ONNX, "Gelu", Attributes.NONE, List.of(x)));
      }
    }
  }

  private static Optional<String> geluOf(Matcher graph, Node root) {
    List<String> factors = new ArrayList<>();
    collectFactors(graph, root, factors, 2);
    if (factors.size() != 3 || !factors.removeIf(factor -> graph.isNumber(factor, 0.5))) {
      return Optional.empty();
    }
    return factors.stream()
        .map(factor -> argument(graph, factor))
        .flatMap(Optional::stream)
        .filter(factors::contains)
        .findFirst();
  }

  private static void collectFactors(Matcher graph, Node product, List<String> factors, int depth) {
    for (String input : product.inputs()) {
      Optional<Node> inner = graph.producer(input, "Mul");
      if (depth > 1
          && inner.isPresent()
          && graph.operands(inner.get()).stream().anyMatch(o -> isHalfOrErf(graph, o.second()))) {
        collectFactors(graph, inner.get(), factors, depth - 1);
      } else {
        factors.add(input);
      }
    }
  }

  private static boolean isHalfOrErf(Matcher graph, String value) {
    return graph.isNumber(value, 0.5) || argument(graph, value).isPresent();
  }

  /** The x of 1 + erf(x / √2). */
  private static Optional<String> argument(Matcher graph, String value) {
    return graph
        .producer(value, "Add")
        .flatMap(
            sum ->
                graph.operands(sum).stream()
                    .filter(o -> graph.isNumber(o.second(), 1))
                    .map(o -> graph.producer(o.first(), "Erf"))
                    .flatMap(Optional::stream)
                    .findFirst())
        .flatMap(erf -> scaled(graph, erf.input(0)));
  }

  private static Optional<String> scaled(Matcher graph, String value) {
    return graph
        .producer(value, "Div")
        .filter(div -> graph.isNumber(div.input(1), Math.sqrt(2)))
        .map(div -> div.input(0))
        .or(
            () ->
                graph
                    .producer(value, "Mul")
                    .flatMap(
                        mul ->
                            graph.operands(mul).stream()
                                .filter(o -> graph.isNumber(o.second(), Math.sqrt(0.5)))
                                .map(Matcher.Operands::first)
                                .findFirst()));
  }
}
