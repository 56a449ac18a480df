package org.tribuo.distill.graph.internal;

import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;

/**
 * Weights that were quantised to bytes. Such a model can be run, as a teacher is; its layers are
 * not found, as their products are those of integers.
 */
public final class QuantisedWeights {
  private QuantisedWeights() {}

  /** The name of a matrix of bytes among a graph's initializers, if there is one. */
  public static Optional<String> in(Graph graph) {
    return graph.initializers().entrySet().stream()
        .filter(tensor -> isMatrixOfBytes(tensor.getValue()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /**
   * Whether what is multiplied with weights is rounded to bytes when the model runs, with a scale
   * that depends on all positions and rows, so that what is computed of one depends on the others.
   */
  public static boolean areFactorsRoundedAtRun(Graph graph) {
    return graph.nodes().stream().anyMatch(node -> node.opType().startsWith("DynamicQuantize"));
  }

  /** The numbers in all of a graph's matrices of bytes. */
  public static long elements(Graph graph) {
    return graph.initializers().values().stream()
        .filter(QuantisedWeights::isMatrixOfBytes)
        .mapToLong(Tensor::elements)
        .sum();
  }

  /**
   * Refuses a model of which layers are to be cut out.
   *
   * @param model how the message names it
   * @throws GraphException if its weights are quantised
   */
  public static void checkCanBeCut(Graph graph, String model) {
    Optional<String> quantised = in(graph);
    if (quantised.isPresent()) {
      throw new GraphException(
          "%s has quantised weights, the first is '%s': no layers can be cut out of it. Cut them out of the model as it was before it was quantised; the quantised one can be the teacher"
              .formatted(model, quantised.get()));
    }
  }

  private static boolean isMatrixOfBytes(Tensor tensor) {
    return (tensor.elementType() == ElementType.INT8 || tensor.elementType() == ElementType.UINT8)
        && tensor.rank() >= 2;
  }
}
