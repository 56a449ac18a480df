package org.tribuo.distill.training;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;

/** Which initializers of a student are weights. */
final class TrainableWeights {
  private TrainableWeights() {}

  /** Float initializers of more than one number from which floats lead to an output. */
  static List<String> of(Graph graph) {
    List<String> weights = new ArrayList<>();
    for (Map.Entry<String, Tensor> initializer : graph.initializers().entrySet()) {
      Tensor tensor = initializer.getValue();
      if (tensor.elementType().isFloat()
          && tensor.elements() > 1
          && reachesOutput(graph, initializer.getKey())) {
        weights.add(initializer.getKey());
      }
    }
    return weights;
  }

  /** Those that weight decay shrinks: not biases, not the scales of normalisations. */
  static Set<String> decayed(Graph graph, Set<String> weights) {
    Set<String> decayed = new LinkedHashSet<>(weights);
    decayed.removeIf(weight -> graph.initializer(weight).rank() < 2);
    return decayed;
  }

  private static boolean reachesOutput(Graph graph, String weight) {
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(weight));
    while (!open.isEmpty()) {
      String value = open.pop();
      if (graph.isOutput(value)) {
        return true;
      }
      for (Node reader : graph.consumers(value)) {
        for (String output : reader.outputs()) {
          boolean isFloat = graph.type(output).filter(t -> t.elementType().isFloat()).isPresent();
          if (isFloat && seen.add(output)) {
            open.add(output);
          }
        }
      }
    }
    return false;
  }
}
