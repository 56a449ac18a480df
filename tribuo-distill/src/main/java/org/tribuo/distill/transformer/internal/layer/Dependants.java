package org.tribuo.distill.transformer.internal.layer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/** Walks a graph from a value to what is computed from it. */
public final class Dependants {
  private Dependants() {}

  /** The values behind one, without it, up to another, which is among them. */
  public static Set<String> between(Graph graph, String from, String to) {
    return walk(graph, from, to, node -> true);
  }

  /** As {@link #between}, but for the values that depend on the first one's sizes only. */
  public static Set<String> ofContent(Graph graph, String from, String to) {
    return walk(graph, from, to, node -> !StandardOperators.has(node, Operator.Trait.READS_SIZES));
  }

  /** As {@link #ofContent}, but for those that are computed by matrix products alone. */
  static Set<String> aroundProducts(Graph graph, String from, String to) {
    return walk(
        graph,
        from,
        to,
        node ->
            !StandardOperators.has(node, Operator.Trait.READS_SIZES)
                && !StandardOperators.has(node, Operator.Trait.MATRIX_PRODUCT));
  }

  /** All values behind one, without it. */
  public static Set<String> of(Graph graph, String from) {
    return between(graph, from, from);
  }

  private static Set<String> walk(Graph graph, String from, String to, Predicate<Node> open) {
    Set<String> dependants = new HashSet<>();
    Deque<String> waiting = new ArrayDeque<>(List.of(from));
    while (!waiting.isEmpty()) {
      for (Node reader : graph.consumers(waiting.pop())) {
        if (!open.test(reader)) {
          continue;
        }
        for (String output : reader.outputs()) {
          if (dependants.add(output) && !output.equals(to)) {
            waiting.push(output);
          }
        }
      }
    }
    return dependants;
  }
}
