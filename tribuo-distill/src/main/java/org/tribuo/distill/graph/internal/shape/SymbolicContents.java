package org.tribuo.distill.graph.internal.shape;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.ContentFunction;
import org.tribuo.distill.operator.SizedNode;

/**
 * The numbers in small integer tensors (scalars and vectors) as far as they are known, symbolic
 * sizes included: what shapes are computed with.
 */
final class SymbolicContents {
  private final Graph graph;
  private final Map<String, List<Dimension>> byName = new HashMap<>();

  SymbolicContents(Graph graph) {
    this.graph = graph;
  }

  /** The numbers in a value, one for a scalar. A number that is not known is unknown. */
  Optional<List<Dimension>> of(String name) {
    List<Dimension> known = byName.get(name);
    if (known != null) {
      return Optional.of(known);
    }
    return graph
        .constant(name)
        .filter(
            t ->
                !t.elementType().isFloat()
                    && t.rank() <= 1
                    && t.elements() <= ContentFunction.LONGEST)
        .map(
            t -> {
              List<Dimension> numbers = new ArrayList<>();
              for (long number : t.toLongs()) {
                numbers.add(Dimension.of(number));
              }
              return numbers;
            });
  }

  /** Interprets a node whose inputs' types are known. */
  void visit(Node node, Operator operator, SizedNode sized) {
    if (isWhole(node.output())) {
      operator
          .contents(sized)
          .filter(numbers -> numbers.size() <= ContentFunction.LONGEST)
          .ifPresent(numbers -> byName.put(node.output(), numbers));
    }
  }

  /** Quotients of floats have fractions, so that they are not followed. */
  private boolean isWhole(String value) {
    return graph.type(value).filter(type -> !type.elementType().isFloat()).isPresent();
  }
}
