package org.tribuo.distill.transformer.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.ActivationValue.HeadLayout;
import org.tribuo.distill.transformer.internal.layer.Dependants;
import org.tribuo.distill.transformer.internal.layer.Layer;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

/**
 * Finds the attention of a layer: a softmax between two matrix products of what the layer computes
 * from its hidden state, or of that and what an encoder has made. The first product is that of
 * queries and keys, the second that of probabilities and values.
 *
 * <p>Products with a weight, or with what all layers share, as relative positions are, do not
 * count. From an operand the search goes back over transposes, reshapes and scales to the value
 * with all heads side by side, before it was scaled; where something else is in the way (rotary
 * positions, repeated heads), it stays at the operand without its scale.
 */
final class AttentionSearch {
  private static final Set<String> SCALES = Set.of("Mul", "Div");

  private final Graph graph;
  private final long width;
  private final int heads;

  /** What the layer computes from its hidden state. */
  private final Set<String> inside;

  /** What is attended to: the same, or what an encoder has made. */
  private final Set<String> read;

  private AttentionSearch(
      Graph graph, long width, int heads, Set<String> inside, Set<String> read) {
    this.graph = graph;
    this.width = width;
    this.heads = heads;
    this.inside = inside;
    this.read = read;
  }

  /**
   * What was found of a layer's attention to what it reads itself; empty where there is none of the
   * usual form.
   */
  static Map<Kind, ActivationValue> in(Graph normalized, TransformerLayers layers, Layer layer) {
    Set<String> inside = Dependants.ofContent(normalized, layer.start(), layer.end());
    return first(normalized, layers, inside, inside);
  }

  /**
   * As {@link #in}, of the attention of a decoder's layer to what an encoder has made.
   *
   * @param state the encoder's last
   */
  static Map<Kind, ActivationValue> across(
      Graph normalized, TransformerLayers decoder, Layer layer, String state) {
    Set<String> inside = Dependants.ofContent(normalized, layer.start(), layer.end());
    Set<String> encoded = Dependants.ofContent(normalized, state, state);
    encoded.removeAll(inside);
    return first(normalized, decoder, inside, encoded);
  }

  private static Map<Kind, ActivationValue> first(
      Graph normalized, TransformerLayers layers, Set<String> inside, Set<String> read) {
    if (layers.heads().isEmpty()) {
      return Map.of();
    }
    AttentionSearch search =
        new AttentionSearch(normalized, layers.width(), layers.heads().getAsInt(), inside, read);
    return normalized.topological().stream()
        .filter(
            node ->
                StandardOperators.has(node, Operator.Trait.ATTENDS)
                    && inside.contains(node.output()))
        .flatMap(node -> search.attention(node).stream())
        .findFirst()
        .orElse(Map.of());
  }

  /** A matrix product and the one of its operands through which it was reached, if any. */
  private record Product(Node node, String reachedBy) {
    boolean transposes(String attribute) {
      return node.attributes().get(attribute, 0L) == 1;
    }
  }

  private Optional<Map<Kind, ActivationValue>> attention(Node softmax) {
    Optional<Product> scores = before(softmax.input(0));
    Optional<Product> context =
        after(softmax.output())
            .filter(product -> product.node().input(0).equals(product.reachedBy()))
            .filter(product -> !product.transposes("transA"));
    Optional<HeadLayout> layout =
        shape(softmax.output())
            .filter(shape -> shape.rank() == 3 || shape.rank() == 4)
            .filter(shape -> isLast(softmax.attributes().get("axis", -1L), shape))
            .map(shape -> HeadLayout.ofHeads(shape.rank(), false));
    if (scores.isEmpty() || context.isEmpty() || layout.isEmpty()) {
      return Optional.empty();
    }
    Node qk = scores.get().node();
    Node pv = context.get().node();
    Optional<ActivationValue> queries =
        vectors(qk.input(0), scores.get().transposes("transA"), inside);
    Optional<ActivationValue> keys = vectors(qk.input(1), !scores.get().transposes("transB"), read);
    Optional<ActivationValue> values =
        vectors(pv.input(1), context.get().transposes("transB"), read);
    if (queries.isEmpty() || keys.isEmpty() || values.isEmpty()) {
      return Optional.empty();
    }
    int ofScores = queries.get().heads();
    Map<Kind, ActivationValue> found = new EnumMap<>(Kind.class);
    found.put(
        Kind.ATTENTION_SCORES, new ActivationValue(softmax.input(0), layout.get(), ofScores, 0));
    found.put(
        Kind.ATTENTION_PROBABILITIES,
        new ActivationValue(softmax.output(), layout.get(), ofScores, 0));
    found.put(Kind.QUERIES, queries.get());
    found.put(Kind.KEYS, keys.get());
    found.put(Kind.VALUES, values.get());
    return Optional.of(found);
  }

  private static boolean isLast(long axis, Shape shape) {
    return axis == -1 || axis == shape.rank() - 1;
  }

  // ---- the two products

  /** The nearest product of two values of the layer from which a value comes. */
  private Optional<Product> before(String value) {
    Deque<String> waiting = new ArrayDeque<>(List.of(value));
    Set<String> seen = new HashSet<>(waiting);
    while (!waiting.isEmpty()) {
      String current = waiting.poll();
      Optional<Node> producer =
          inside.contains(current) ? graph.producer(current) : Optional.empty();
      if (producer.isEmpty()) {
        continue;
      }
      Node node = producer.get();
      if (isProductOfTwo(node)) {
        return Optional.of(new Product(node, ""));
      }
      if (!isProduct(node)) {
        node.inputs().stream().filter(seen::add).forEach(waiting::add);
      }
    }
    return Optional.empty();
  }

  /** The nearest product of two values of the layer that is made from a value. */
  private Optional<Product> after(String value) {
    Deque<String> waiting = new ArrayDeque<>(List.of(value));
    Set<String> seen = new HashSet<>(waiting);
    while (!waiting.isEmpty()) {
      String current = waiting.poll();
      for (Node reader : graph.consumers(current)) {
        if (isProductOfTwo(reader)) {
          return Optional.of(new Product(reader, current));
        }
        if (!isProduct(reader)) {
          reader.outputs().stream()
              .filter(inside::contains)
              .filter(seen::add)
              .forEach(waiting::add);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isProduct(Node node) {
    return StandardOperators.has(node, Operator.Trait.MATRIX_PRODUCT);
  }

  private boolean isProductOfTwo(Node node) {
    return isProduct(node) && inside.contains(node.input(0)) && read.contains(node.input(1));
  }

  // ---- from an operand to the vectors of all heads

  private Optional<ActivationValue> vectors(
      String operand, boolean transposed, Set<String> within) {
    Optional<Shape> shape = shape(operand).filter(s -> s.rank() == 3 || s.rank() == 4);
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    HeadLayout layout = HeadLayout.ofHeads(shape.get().rank(), transposed);
    int number = layout.rank() == 4 ? (int) fixedOr(shape.get().dimension(1), heads) : heads;
    long size = fixedOr(shape.get().dimension(transposed ? -2 : -1), width / heads);
    return Optional.of(
        sideBySide(operand, number, size, within)
            .map(value -> new ActivationValue(value, HeadLayout.MERGED, number, size))
            .orElseGet(() -> new ActivationValue(unscaled(operand, within), layout, number, size)));
  }

  /** The value [batch, positions, heads · size] of which an operand is another arrangement. */
  private Optional<String> sideBySide(String operand, int number, long size, Set<String> within) {
    String value = unscaled(operand, within);
    Optional<Node> producer = graph.producer(value);
    while (producer.isPresent()
        && StandardOperators.has(producer.get(), Operator.Trait.REARRANGES)) {
      String source = producer.get().input(0);
      if (producer.get().is("Reshape") && splits(value, source, number, size)) {
        return Optional.of(unscaled(source, within));
      }
      value = unscaled(source, within);
      producer = within.contains(value) ? graph.producer(value) : Optional.empty();
    }
    return Optional.empty();
  }

  /** Whether one value is the other with an axis of its own for the heads. */
  private boolean splits(String split, String whole, int number, long size) {
    Optional<Shape> after = shape(split).filter(s -> s.rank() == 4);
    Optional<Shape> before = shape(whole).filter(s -> s.rank() == 3);
    return before.filter(s -> s.dimension(2).is(number * size)).isPresent()
        && after.filter(s -> s.dimension(2).is(number) && s.dimension(3).is(size)).isPresent();
  }

  /** What a value was before it was multiplied or divided by one number. */
  private String unscaled(String value, Set<String> within) {
    Optional<Node> scale =
        graph
            .producer(value)
            .filter(node -> within.contains(value))
            .filter(node -> node.domain().equals(Node.ONNX) && SCALES.contains(node.opType()));
    if (scale.isPresent()) {
      Node node = scale.get();
      if (isOneNumber(node.input(1), within)) {
        return unscaled(node.input(0), within);
      }
      if (node.is("Mul") && isOneNumber(node.input(0), within)) {
        return unscaled(node.input(1), within);
      }
    }
    return value;
  }

  private boolean isOneNumber(String value, Set<String> within) {
    return !within.contains(value)
        && shape(value)
            .filter(s -> s.dimensions().stream().allMatch(dimension -> dimension.is(1)))
            .isPresent();
  }

  private Optional<Shape> shape(String value) {
    return graph.type(value).flatMap(TensorType::shape);
  }

  private static long fixedOr(Dimension dimension, long otherwise) {
    return dimension instanceof Dimension.Fixed fixed ? fixed.size() : otherwise;
  }
}
