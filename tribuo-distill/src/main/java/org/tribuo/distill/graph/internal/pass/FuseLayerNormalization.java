package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;

/**
 * Puts a layer normalisation together that exporters before opset 17 wrote as its formula, (x -
 * mean(x)) / √(mean((x - mean(x))²) + ε) · scale + bias over the last axis.
 */
final class FuseLayerNormalization implements Pass {
  private record Match(String x, String scale, String bias, float epsilon) {}

  @Override
  public void apply(Graph graph) {
    for (Node node : List.copyOf(graph.nodes())) {
      if (node.is("Add")) {
        match(new Matcher(graph), node)
            .ifPresent(
                m ->
                    graph.replace(
                        node,
                        Node.ONNX,
                        "LayerNormalization",
                        Attributes.NONE.with("axis", -1L).with("epsilon", m.epsilon()),
                        List.of(m.x(), m.scale(), m.bias())));
      }
    }
  }

  private static Optional<Match> match(Matcher graph, Node root) {
    for (Matcher.Operands sum : graph.operands(root)) {
      Optional<Node> product = graph.producer(sum.first(), "Mul");
      if (product.isEmpty() || !graph.isVector(sum.second())) {
        continue;
      }
      for (Matcher.Operands factors : graph.operands(product.get())) {
        Optional<Node> quotient = graph.producer(factors.first(), "Div");
        if (quotient.isPresent() && graph.isVector(factors.second())) {
          Optional<Match> match =
              normalized(graph, quotient.get())
                  .map(n -> new Match(n.x(), factors.second(), sum.second(), n.epsilon()));
          if (match.isPresent()) {
            return match;
          }
        }
      }
    }
    return Optional.empty();
  }

  private record Normalized(String x, float epsilon) {}

  /** d / √(mean(d²) + ε) with d = x - mean(x). */
  private static Optional<Normalized> normalized(Matcher graph, Node quotient) {
    return graph
        .producer(quotient.input(0), "Sub")
        .flatMap(difference -> centred(graph, difference))
        .flatMap(
            x ->
                graph
                    .producer(quotient.input(1), "Sqrt")
                    .flatMap(root -> graph.producer(root.input(0), "Add"))
                    .flatMap(sum -> epsilonOf(graph, sum, x))
                    .map(epsilon -> new Normalized(x, epsilon)));
  }

  /** The x of x - mean(x). */
  private static Optional<String> centred(Matcher graph, Node difference) {
    String x = difference.input(0);
    return graph
        .producer(difference.input(1), "ReduceMean")
        .filter(mean -> mean.input(0).equals(x) && graph.isOverLastAxis(mean))
        .map(mean -> x);
  }

  private static Optional<Float> epsilonOf(Matcher graph, Node sum, String x) {
    for (Matcher.Operands operands : graph.operands(sum)) {
      Optional<Float> epsilon = graph.number(operands.second());
      boolean variance =
          graph
              .producer(operands.first(), "ReduceMean")
              .filter(mean -> graph.isOverLastAxis(mean))
              .flatMap(mean -> graph.squared(mean.input(0)))
              .flatMap(d -> graph.producer(d, "Sub"))
              .flatMap(d -> centred(graph, d))
              .filter(x::equals)
              .isPresent();
      if (epsilon.isPresent() && variance) {
        return epsilon;
      }
    }
    return Optional.empty();
  }
}
