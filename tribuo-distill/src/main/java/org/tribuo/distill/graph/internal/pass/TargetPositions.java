package org.tribuo.distill.graph.internal.pass;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;

/**
 * Gives the positions that a decoder reads a name of their own, where a file has one for them and
 * for those of the source: some exporters are told so. ONNX Runtime would take buffers of the one
 * for the other, and fails where the lengths differ. What the file says of other values with that
 * name is dropped, and has to be inferred.
 */
final class TargetPositions implements Pass {
  /** What the names of a decoder's inputs begin with, and those of their sizes here. */
  private static final String OF_DECODER = "decoder_";

  /** The axis of positions; that of rows is before it. */
  private static final int POSITIONS = 1;

  @Override
  public void apply(Graph graph) {
    Set<Dimension> shared = positions(graph, TargetPositions::isOfDecoder);
    shared.retainAll(positions(graph, input -> !isOfDecoder(input)));
    if (shared.isEmpty()) {
      return;
    }
    new LinkedHashMap<>(graph.inputs())
        .forEach(
            (input, type) -> {
              if (isOfDecoder(input)) {
                graph.addInput(
                    input, with(type, shared::contains, old -> Dimension.of(OF_DECODER + old)));
              }
            });
    forgetSizes(graph);
    graph.changeBodies(TargetPositions::forgetSizes);
  }

  private static boolean isOfDecoder(String input) {
    return input.startsWith(OF_DECODER);
  }

  private static Set<Dimension> positions(Graph graph, Predicate<String> which) {
    return graph.inputs().entrySet().stream()
        .filter(input -> which.test(input.getKey()))
        .map(Map.Entry::getValue)
        .map(TensorType::shape)
        .flatMap(Optional::stream)
        .filter(shape -> shape.rank() > POSITIONS)
        .map(shape -> shape.dimension(POSITIONS))
        .filter(Dimension.Symbolic.class::isInstance)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static void forgetSizes(Graph graph) {
    for (Node node : List.copyOf(graph.nodes())) {
      for (String output : node.outputs()) {
        graph
            .type(output)
            .map(type -> with(type, Dimension::isSymbolic, old -> Dimension.unknown()))
            .ifPresent(type -> graph.setType(output, type));
      }
    }
  }

  /** A type, with other dimensions in place of some. */
  private static TensorType with(
      TensorType type, Predicate<Dimension> some, UnaryOperator<Dimension> other) {
    Optional<Shape> shape =
        type.shape()
            .map(Shape::dimensions)
            .map(sizes -> sizes.stream().map(s -> some.test(s) ? other.apply(s) : s).toList())
            .map(Shape::new);
    return new TensorType(type.elementType(), shape);
  }
}
