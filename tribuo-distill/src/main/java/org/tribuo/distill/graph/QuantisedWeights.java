package org.tribuo.distill.graph;

import java.util.Map;
import java.util.Optional;

/**
 * Weights that were quantised to bytes. Such a model can be run, as a teacher is; nothing can be
 * learned through it.
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

  private static boolean isMatrixOfBytes(Tensor tensor) {
    return (tensor.elementType() == ElementType.INT8 || tensor.elementType() == ElementType.UINT8)
        && tensor.rank() >= 2;
  }
}
