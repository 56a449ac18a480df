package org.tribuo.distill.graph.internal.pass;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * Makes the first size of all inputs symbolic, where an export has fixed it, and with it the sizes
 * that the exporter has written into the graph: the first number of a Reshape's or an Expand's
 * constant shape. Other constants of that size stay, so what comes out must be compared with what
 * went in before it is used.
 */
public final class FreeBatch {
  private static final Dimension BATCH = Dimension.of("batch");

  private final long rows;

  private FreeBatch(long rows) {
    this.rows = rows;
  }

  /**
   * Changes a graph.
   *
   * @param rows the first size of its inputs
   */
  public static void apply(Graph graph, long rows) {
    new FreeBatch(rows).free(graph);
  }

  private void free(Graph graph) {
    for (Node node : reading(graph, graph.inputs().keySet())) {
      if (node.is("Reshape")) {
        shape(graph, node).ifPresent(sizes -> setShape(graph, node, reshaped(sizes)));
      } else if (node.is("Expand")) {
        shape(graph, node).ifPresent(sizes -> setShape(graph, node, expanded(sizes)));
      }
    }
    Map.copyOf(graph.inputs()).forEach((name, type) -> graph.addInput(name, freed(type)));
    for (Node node : graph.nodes()) {
      node.outputs().forEach(value -> forgetShape(graph, value));
    }
  }

  /** The nodes that an input leads to, in an order that follows from the graph. */
  private static Set<Node> reading(Graph graph, Collection<String> inputs) {
    Set<Node> found = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(inputs);
    while (!open.isEmpty()) {
      for (Node reader : graph.consumers(open.pop())) {
        if (found.add(reader)) {
          open.addAll(reader.outputs());
        }
      }
    }
    return found;
  }

  private static Optional<long[]> shape(Graph graph, Node node) {
    return graph.constant(node.input(1)).filter(shape -> shape.elements() > 0).map(Tensor::toLongs);
  }

  private static void setShape(Graph graph, Node node, long[] sizes) {
    String name = graph.freshName("shape");
    graph.setInitializer(name, Tensor.vector(sizes));
    graph.replaceUse(node, node.input(1), name);
  }

  /** The first size is what the others leave, or where another one is that already, as it was. */
  private long[] reshaped(long[] sizes) {
    long[] free = sizes.clone();
    boolean oneIsLeft = Arrays.stream(sizes).anyMatch(size -> size == -1);
    if (!oneIsLeft && sizes[0] > 0 && sizes[0] % rows == 0) {
      free[0] = -1;
    } else if (sizes[0] == rows) {
      free[0] = 0;
    }
    return free;
  }

  private long[] expanded(long[] sizes) {
    long[] free = sizes.clone();
    if (sizes[0] == rows) {
      free[0] = 1;
    }
    return free;
  }

  private static TensorType freed(TensorType input) {
    return input
        .shape()
        .filter(shape -> shape.rank() > 0)
        .map(
            shape -> {
              List<Dimension> sizes = new ArrayList<>(shape.dimensions());
              sizes.set(0, BATCH);
              return TensorType.of(input.elementType(), new Shape(sizes));
            })
        .orElse(input);
  }

  /** Sizes are inferred again; of an output only the first is in doubt. */
  private static void forgetShape(Graph graph, String value) {
    graph
        .type(value)
        .ifPresent(
            type ->
                graph.setType(
                    value,
                    graph.isOutput(value)
                        ? freed(type)
                        : TensorType.ofUnknownRank(type.elementType())));
  }
}
