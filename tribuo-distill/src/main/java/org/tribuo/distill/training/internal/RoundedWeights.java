package org.tribuo.distill.training.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Matrices that are rounded in each forward pass of a training, as an export in integers of 8 bits
 * rounds them: {@code s·round(w / s)} with {@code s = max |w| / 127}, for each column of a product,
 * for each row of a table. The loss is differentiated by the rounded matrices, and their gradients
 * are taken as those of the matrices: straight through (Bengio, Léonard and Courville 2013,
 * arXiv:1308.3432; of weights, Jacob et al. 2018, arXiv:1712.05877).
 */
final class RoundedWeights {
  private static final double LARGEST = Byte.MAX_VALUE;

  private static final int ROWS = 0;
  private static final int COLUMNS = 1;

  private final Map<String, List<String>> roundedOf = new LinkedHashMap<>();

  private RoundedWeights() {}

  /** No matrix is rounded. */
  static RoundedWeights none() {
    return new RoundedWeights();
  }

  /**
   * Rounds the matrices of a graph that nothing but products and lookups reads.
   *
   * @param graph normalised, with inferred types
   */
  static RoundedWeights addTo(Graph graph) {
    RoundedWeights weights = new RoundedWeights();
    Ops op = Ops.on(graph);
    for (String name : List.copyOf(graph.initializers().keySet())) {
      if (graph.initializer(name).rank() == 2
          && graph.initializer(name).elementType() == ElementType.FLOAT) {
        weights.round(op, name);
      }
    }
    return weights;
  }

  private void round(Ops op, String name) {
    Graph graph = op.graph();
    Map<Integer, List<Node>> readersByAxis = new LinkedHashMap<>();
    for (Node reader : graph.consumers(name)) {
      Optional<Integer> axis = axis(graph, reader, name);
      if (axis.isEmpty()) {
        return;
      }
      readersByAxis.computeIfAbsent(axis.get(), any -> new ArrayList<>()).add(reader);
    }
    readersByAxis.forEach(
        (axis, readers) -> {
          Value rounded = rounded(op, graph.value(name), axis);
          roundedOf.computeIfAbsent(name, any -> new ArrayList<>()).add(rounded.name());
          readers.forEach(reader -> graph.replaceUse(reader, name, rounded.name()));
        });
  }

  /** The axis that has a scale at each place, if a node reads a matrix as integers can be read. */
  private static Optional<Integer> axis(Graph graph, Node reader, String matrix) {
    if (StandardOperators.has(reader, Operator.Trait.LOOKS_UP)) {
      return reader.input(0).equals(matrix) && reader.attributes().get("axis", 0L) == 0
          ? Optional.of(ROWS)
          : Optional.empty();
    }
    if (StandardOperators.has(reader, Operator.Trait.MATRIX_PRODUCT)) {
      if (reader.input(0).equals(matrix) && !reader.input(1).equals(matrix)) {
        // As that of a factorised table with its matrix: the file makes it of the table's integers.
        return isTable(graph, matrix) ? Optional.of(ROWS) : Optional.empty();
      }
      return reader.input(1).equals(matrix) && !reader.input(0).equals(matrix)
          ? Optional.of(reader.attributes().get("transB", 0L) == 0 ? COLUMNS : ROWS)
          : Optional.empty();
    }
    if (reader.is("Transpose") && !graph.isOutput(reader.output())) {
      Set<Optional<Integer>> axes = new LinkedHashSet<>();
      graph
          .consumers(reader.output())
          .forEach(next -> axes.add(axis(graph, next, reader.output()).map(axis -> 1 - axis)));
      return axes.size() == 1 ? axes.iterator().next() : Optional.empty();
    }
    return Optional.empty();
  }

  private static boolean isTable(Graph graph, String matrix) {
    return graph.consumers(matrix).stream()
        .anyMatch(
            node ->
                StandardOperators.has(node, Operator.Trait.LOOKS_UP)
                    && node.input(0).equals(matrix));
  }

  private static Value rounded(Ops op, Value matrix, int axis) {
    Value scale = op.div(op.reduceMaxKeep(op.abs(matrix), 1 - axis), LARGEST);
    Value positive =
        op.where(op.less(scale, op.scalar(Float.MIN_NORMAL, scale)), op.scalar(1, scale), scale);
    return op.mul(op.one("Round", matrix.type(), op.div(matrix, positive)), positive);
  }

  /** What the loss is differentiated by in place of weights. */
  Set<String> differentiated(Set<String> weights) {
    Set<String> by = new LinkedHashSet<>();
    weights.forEach(weight -> by.addAll(roundedOf.getOrDefault(weight, List.of(weight))));
    return by;
  }

  /** The gradients of weights, of those of what the loss was differentiated by. */
  Map<String, Value> gradients(Ops op, Set<String> weights, Map<String, Value> by) {
    Map<String, Value> gradients = new LinkedHashMap<>();
    for (String weight : weights) {
      gradients.put(
          weight,
          roundedOf.getOrDefault(weight, List.of(weight)).stream()
              .map(by::get)
              .reduce(op::add)
              .orElseThrow());
    }
    return gradients;
  }
}
