package org.tribuo.distill.transformer.internal.layer;

import java.util.Optional;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * The numbers of positions that a graph computes: one to begin with, and one more each time.
 *
 * @param first the number of the first position
 * @param count the maximum number of them
 */
record PositionNumbers(long first, long count) {
  private static final long UNLIMITED = Long.MAX_VALUE;

  static Optional<PositionNumbers> of(Graph graph, String value) {
    Optional<Tensor> constant = graph.constant(value);
    if (constant.isPresent()) {
      return consecutive(constant.get());
    }
    return graph.producer(value).flatMap(node -> of(graph, node));
  }

  private static Optional<PositionNumbers> of(Graph graph, Node node) {
    if (StandardOperators.has(node, Operator.Trait.VIEW)) {
      return of(graph, node.input(0));
    }
    return switch (node.qualifiedOpType()) {
      case "Expand", "Slice" -> of(graph, node.input(0));
      case "Range" ->
          Optional.of(new PositionNumbers(number(graph, node.input(0)).orElse(0L), UNLIMITED));
      case "CumSum" -> Optional.of(new PositionNumbers(1, UNLIMITED));
      case "Add" -> shifted(graph, node, 1);
      case "Sub" -> shifted(graph, node, -1);
      case "Mul" -> of(graph, node.input(0)).or(() -> of(graph, node.input(1)));
      default -> Optional.empty();
    };
  }

  private static Optional<PositionNumbers> shifted(Graph graph, Node node, int sign) {
    Optional<Long> right = number(graph, node.input(1));
    if (right.isPresent()) {
      return of(graph, node.input(0)).map(p -> p.plus(sign * right.get()));
    }
    return number(graph, node.input(0))
        .filter(left -> sign > 0)
        .flatMap(left -> of(graph, node.input(1)).map(p -> p.plus(left)));
  }

  private PositionNumbers plus(long offset) {
    return new PositionNumbers(first + offset, count);
  }

  private static Optional<Long> number(Graph graph, String value) {
    return graph
        .constant(value)
        .filter(t -> t.elements() == 1 && !t.elementType().isFloat())
        .map(t -> t.toLongs()[0]);
  }

  private static Optional<PositionNumbers> consecutive(Tensor tensor) {
    if (tensor.elementType().isFloat() || tensor.elements() < 2) {
      return Optional.empty();
    }
    long[] numbers = tensor.toLongs();
    for (int i = 1; i < numbers.length; i++) {
      if (numbers[i] != numbers[0] + i) {
        return Optional.empty();
      }
    }
    return Optional.of(new PositionNumbers(numbers[0], numbers.length));
  }
}
