package org.tribuo.distill.transformer.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.QuantisedWeights;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.layer.Dependants;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;
import org.tribuo.distill.transformer.internal.layer.Weights;

/**
 * What a model weighs, and what it computes.
 *
 * @param parameters the numbers in its weights; of quantised ones those of the scales too
 * @param bytes of all that its file holds beside the graph
 * @param layers of all its stacks; empty where none are found
 * @param operations a token: two, a multiplication and an addition, for each number of the matrices
 *     by which vectors are multiplied (Kaplan et al. 2020, arXiv:2001.08361, section 2.1). Products
 *     of activations with each other, as in attention, depend on the length of a text and are not
 *     among them, nor are convolutions.
 */
public record ModelSize(long parameters, long bytes, OptionalInt layers, long operations) {
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
        parameters + QuantisedWeights.elements(normalized),
        model.model().bytesOfInitializers(),
        layers(normalized),
        operations(normalized));
  }

  private static OptionalInt layers(Graph normalized) {
    try {
      return OptionalInt.of(
          TransformerLayers.stacks(normalized, normalized).stream()
              .mapToInt(TransformerLayers::count)
              .sum());
    } catch (GraphException e) {
      return OptionalInt.empty();
    }
  }

  private static long operations(Graph normalized) {
    Set<String> dependent = new HashSet<>(normalized.inputs().keySet());
    normalized
        .inputs()
        .keySet()
        .forEach(input -> dependent.addAll(Dependants.of(normalized, input)));
    return 2
        * normalized.nodes().stream()
            .mapToLong(node -> elementsOfMatrix(normalized, node, dependent))
            .sum();
  }

  /**
   * None of a product of two activations, or of two matrices.
   *
   * @param dependent the values that depend on what the model reads
   */
  private static long elementsOfMatrix(Graph graph, Node node, Set<String> dependent) {
    List<Long> matrices =
        factors(graph, node)
            .filter(factor -> !dependent.contains(factor))
            .flatMap(factor -> elements(graph, factor).stream())
            .toList();
    return matrices.size() == 1 ? matrices.get(0) : 0;
  }

  /** What is multiplied as matrices; of integers, whatever is a matrix: zeros are not. */
  private static Stream<String> factors(Graph graph, Node node) {
    Operator operator = StandardOperators.of(node);
    if (operator.has(Operator.Trait.MATRIX_PRODUCT)) {
      return Stream.of(node.input(0), node.input(1));
    }
    return operator.has(Operator.Trait.QUANTIZED)
            && !operator.has(Operator.Trait.CONVERTS_QUANTIZED)
        ? node.inputs().stream().filter(input -> isMatrix(graph, input))
        : Stream.empty();
  }

  private static boolean isMatrix(Graph graph, String value) {
    return graph
        .type(value)
        .flatMap(TensorType::shape)
        .filter(shape -> shape.rank() == 2)
        .isPresent();
  }

  /** Of what the file holds, or of what is computed of that, as a head whose rows have length 1. */
  private static Optional<Long> elements(Graph graph, String matrix) {
    return graph
        .type(matrix)
        .flatMap(TensorType::shape)
        .flatMap(Shape::fixed)
        .map(sizes -> LongStream.of(sizes).reduce(1, Math::multiplyExact));
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
