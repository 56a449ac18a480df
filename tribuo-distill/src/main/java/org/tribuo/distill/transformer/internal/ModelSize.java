package org.tribuo.distill.transformer.internal;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;
import org.tribuo.distill.transformer.internal.layer.Weights;

/**
 * What a model weighs, and what it computes.
 *
 * @param parameters the numbers in its weights
 * @param bytes of all that its file holds beside the graph
 * @param layers of all its stacks; empty where none are found
 * @param operations a token: two, a multiplication and an addition, for each number of the matrices
 *     by which vectors are multiplied (Kaplan et al. 2020, arXiv:2001.08361, section 2.1). Products
 *     of activations with each other, as in attention, depend on the length of a text and are not
 *     among them, nor are convolutions.
 */
public record ModelSize(long parameters, long bytes, OptionalInt layers, long operations) {
  private static final Set<Operator.Trait> PASSES_ON =
      Set.of(Operator.Trait.VIEW, Operator.Trait.REARRANGES, Operator.Trait.CONVERTS_QUANTIZED);

  /**
   * Measures a model.
   *
   * @throws GraphException if its graph cannot be normalised
   */
  public static ModelSize of(Transformer model) {
    Graph normalized = model.normalized();
    long parameters =
        Weights.trainable(normalized).stream()
            .mapToLong(weight -> normalized.initializer(weight.initializer()).elements())
            .sum();
    return new ModelSize(
        parameters,
        model.model().bytesOfInitializers(),
        layers(model, normalized),
        operations(normalized));
  }

  private static OptionalInt layers(Transformer model, Graph normalized) {
    try {
      return OptionalInt.of(
          TransformerLayers.stacks(model.graph(), normalized).stream()
              .mapToInt(TransformerLayers::count)
              .sum());
    } catch (GraphException e) {
      return OptionalInt.empty();
    }
  }

  private static long operations(Graph normalized) {
    return 2
        * normalized.nodes().stream()
            .filter(node -> StandardOperators.has(node, Operator.Trait.MATRIX_PRODUCT))
            .mapToLong(node -> elementsOfMatrix(normalized, node))
            .sum();
  }

  /** None of a product of two activations, or of two matrices. */
  private static long elementsOfMatrix(Graph graph, Node product) {
    List<Tensor> matrices =
        Stream.of(product.input(0), product.input(1))
            .flatMap(factor -> stored(graph, factor).stream())
            .toList();
    return matrices.size() == 1 ? matrices.get(0).elements() : 0;
  }

  /** What the file holds, perhaps transposed or as integers. */
  private static Optional<Tensor> stored(Graph graph, String factor) {
    return graph.isInitializer(factor)
        ? Optional.of(graph.initializer(factor))
        : graph
            .producer(factor)
            .filter(node -> PASSES_ON.stream().anyMatch(StandardOperators.of(node)::has))
            .flatMap(node -> stored(graph, node.input(0)));
  }

  /** What it has, in words. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d parameters in %.1f MB%s and %,d operations a token",
        parameters,
        bytes / 1e6,
        layers.isPresent()
            ? ", %d %s".formatted(layers.getAsInt(), layers.getAsInt() == 1 ? "layer" : "layers")
            : "",
        operations);
  }
}
