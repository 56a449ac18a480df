package org.tribuo.distill.graph.internal.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;

/**
 * Puts a Gelu together that was written as its formula, x · ½ · (1 + erf(x / √2)) or its
 * approximation x · ½ · (1 + tanh(√(2/π) · (x + 0.044715 x³))), in whatever order it is multiplied.
 */
final class FuseGelu implements Pass {
  private static final double CUBIC = 0.044715;

  /** A Gelu of a value. */
  private record Gelu(String x, String approximate) {}

  @Override
  public void apply(Graph graph) {
    Matcher matcher = new Matcher(graph);
    for (Node node : graph.topological()) {
      if (node.is("Mul")) {
        geluOf(matcher, node)
            .ifPresent(
                gelu ->
                    graph.replace(
                        node,
                        Node.ONNX,
                        "Gelu",
                        Attributes.NONE.with("approximate", gelu.approximate()),
                        List.of(gelu.x())));
      }
    }
  }

  private static Optional<Gelu> geluOf(Matcher graph, Node root) {
    List<String> factors = new ArrayList<>();
    collectFactors(graph, root, factors, 2);
    if (factors.size() != 3 || !factors.removeIf(factor -> graph.isNumber(factor, 0.5))) {
      return Optional.empty();
    }
    return factors.stream()
        .map(factor -> onePlus(graph, factor))
        .flatMap(Optional::stream)
        .filter(gelu -> factors.contains(gelu.x()))
        .findFirst();
  }

  private static void collectFactors(Matcher graph, Node product, List<String> factors, int depth) {
    for (String input : product.inputs()) {
      Optional<Node> inner = graph.producer(input, "Mul");
      if (depth > 1
          && inner.isPresent()
          && graph.operands(inner.get()).stream().anyMatch(o -> isFactor(graph, o.second()))) {
        collectFactors(graph, inner.get(), factors, depth - 1);
      } else {
        factors.add(input);
      }
    }
  }

  private static boolean isFactor(Matcher graph, String value) {
    return graph.isNumber(value, 0.5) || onePlus(graph, value).isPresent();
  }

  /** The x of 1 + erf(x / √2) or 1 + tanh(...). */
  private static Optional<Gelu> onePlus(Matcher graph, String value) {
    return graph
        .producer(value, "Add")
        .flatMap(sum -> graph.besides(sum, 1))
        .flatMap(
            summand ->
                graph
                    .producer(summand, "Erf")
                    .flatMap(erf -> byRootOfTwo(graph, erf.input(0)))
                    .map(x -> new Gelu(x, "none"))
                    .or(
                        () ->
                            graph
                                .producer(summand, "Tanh")
                                .flatMap(tanh -> cubic(graph, tanh.input(0)))
                                .map(x -> new Gelu(x, "tanh"))));
  }

  /** The x of x / √2. */
  private static Optional<String> byRootOfTwo(Matcher graph, String value) {
    return graph
        .producer(value, "Div")
        .filter(div -> graph.isNumber(div.input(1), Math.sqrt(2)))
        .map(div -> div.input(0))
        .or(
            () ->
                graph
                    .producer(value, "Mul")
                    .flatMap(product -> graph.besides(product, Math.sqrt(0.5))));
  }

  /** The x of √(2/π) · (x + 0.044715 x³). */
  private static Optional<String> cubic(Matcher graph, String value) {
    return graph
        .producer(value, "Mul")
        .flatMap(product -> graph.besides(product, Math.sqrt(2 / Math.PI)))
        .flatMap(sum -> graph.producer(sum, "Add"))
        .flatMap(
            sum ->
                graph.operands(sum).stream()
                    .filter(o -> isCubeOf(graph, o.second(), o.first()))
                    .map(Matcher.Operands::first)
                    .findFirst());
  }

  private static boolean isCubeOf(Matcher graph, String value, String x) {
    return graph
        .producer(value, "Mul")
        .flatMap(product -> graph.besides(product, CUBIC))
        .filter(cube -> isPower(graph, cube, x))
        .isPresent();
  }

  /** x³, or x · x · x. */
  private static boolean isPower(Matcher graph, String value, String x) {
    boolean power =
        graph
            .producer(value, "Pow")
            .filter(pow -> pow.input(0).equals(x) && graph.isNumber(pow.input(1), 3))
            .isPresent();
    return power
        || graph.producer(value, "Mul").stream()
            .flatMap(product -> graph.operands(product).stream())
            .filter(o -> o.first().equals(x))
            .anyMatch(
                o ->
                    graph
                        .producer(o.second(), "Mul")
                        .filter(square -> square.inputs().equals(List.of(x, x)))
                        .isPresent());
  }
}
