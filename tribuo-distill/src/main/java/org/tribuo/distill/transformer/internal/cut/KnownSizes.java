package org.tribuo.distill.transformer.internal.cut;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.Normalization;

/**
 * Sizes that inference leaves open, because a graph computes them in some roundabout way, found by
 * inferring again with numbers in place of batch and length: primes that divide no size of the
 * graph, so that of 4·batch the 4 can be told from the batch.
 */
final class KnownSizes {
  /** Short enough for tables of positions, or long enough for the windows of convolutions. */
  private static final List<List<Integer>> PRIMES =
      List.of(
          List.of(11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61),
          List.of(4001, 4003, 4007, 4013, 4019, 4021, 4027));

  private final Graph graph;
  private final Map<Dimension, Integer> numbers;

  private KnownSizes(Graph graph, Map<Dimension, Integer> numbers) {
    this.graph = graph;
    this.numbers = numbers;
  }

  /**
   * States them in a graph, as far as they are found.
   *
   * @param normalized is changed
   * @return the numbers that stood for the symbols of its inputs; none if nothing was found
   */
  static Map<Dimension, Integer> state(Graph normalized) {
    for (List<Integer> primes : PRIMES) {
      KnownSizes sizes = new KnownSizes(normalized, new LinkedHashMap<>());
      if (sizes.choose(primes) && sizes.state()) {
        return sizes.numbers;
      }
    }
    return Map.of();
  }

  /**
   * As {@link #state(Graph)}, with the numbers that stood for the symbols of another graph, so that
   * the sizes of both can be compared.
   */
  static void state(Graph normalized, Map<Dimension, Integer> numbers) {
    new KnownSizes(normalized, numbers).state();
  }

  private boolean state() {
    Optional<Graph> inferred = infer();
    inferred.ifPresent(this::complete);
    return inferred.isPresent();
  }

  /** A prime for each symbol of the inputs, if there are enough. */
  private boolean choose(List<Integer> primes) {
    Set<Long> taken = new HashSet<>();
    values().forEach(value -> fixedSizes(value, taken));
    List<Integer> free =
        primes.stream()
            .filter(prime -> taken.stream().noneMatch(size -> size > 0 && size % prime == 0))
            .toList();
    for (TensorType type : graph.inputs().values()) {
      for (Dimension size : type.shape().map(Shape::dimensions).orElse(List.of())) {
        if (size instanceof Dimension.Symbolic && !numbers.containsKey(size)) {
          if (numbers.size() == free.size()) {
            return false;
          }
          numbers.put(size, free.get(numbers.size()));
        }
      }
    }
    return true;
  }

  private List<String> values() {
    List<String> values = new ArrayList<>(graph.initializers().keySet());
    graph.nodes().forEach(node -> values.addAll(node.outputs()));
    return values;
  }

  private void fixedSizes(String value, Set<Long> into) {
    shape(graph, value).stream()
        .flatMap(shape -> shape.dimensions().stream())
        .forEach(
            size -> {
              if (size instanceof Dimension.Fixed fixed) {
                into.add(fixed.size());
              }
            });
  }

  private static Optional<Shape> shape(Graph graph, String value) {
    return graph.type(value).flatMap(TensorType::shape);
  }

  private Optional<Graph> infer() {
    Graph copy = graph.copy();
    Map.copyOf(copy.inputs()).forEach((name, type) -> copy.addInput(name, withNumbers(type)));
    for (Node node : copy.nodes()) {
      for (String value : node.outputs()) {
        copy.type(value)
            .ifPresent(type -> copy.setType(value, TensorType.ofUnknownRank(type.elementType())));
      }
    }
    List.copyOf(copy.nodes()).forEach(node -> followPieces(copy, node));
    try {
      Normalization.apply(copy);
    } catch (GraphException e) {
      return Optional.empty();
    }
    return values().stream()
            .flatMap(value -> shape(copy, value).stream())
            .flatMap(shape -> shape.dimensions().stream())
            .anyMatch(size -> size instanceof Dimension.Fixed fixed && fixed.size() < 0)
        ? Optional.empty()
        : Optional.of(copy);
  }

  /** Inference knows the numbers in a part of a list of sizes, not those in its pieces. */
  private static void followPieces(Graph copy, Node node) {
    Optional<long[]> sizes =
        node.is("Split") && node.hasInput(1)
            ? copy.constant(node.input(1)).map(Tensor::toLongs)
            : Optional.empty();
    if (sizes.isPresent() && Channels.isInteger(copy, node.output())) {
      copy.remove(node);
      long from = 0;
      for (int i = 0; i < node.outputs().size(); i++) {
        String start = copy.freshName(node.output(i));
        copy.setInitializer(start, Tensor.vector(from));
        from += sizes.get()[i];
        String end = copy.freshName(node.output(i));
        copy.setInitializer(end, Tensor.vector(from));
        copy.add(
            Node.ONNX,
            "Slice",
            Attributes.NONE,
            List.of(node.input(0), start, end),
            Map.of(node.output(i), TensorType.ofUnknownRank(ElementType.INT64)));
      }
    }
  }

  private TensorType withNumbers(TensorType type) {
    return type.shape()
        .map(
            shape ->
                TensorType.of(
                    type.elementType(),
                    new Shape(
                        shape.dimensions().stream()
                            .map(
                                size ->
                                    numbers.containsKey(size)
                                        ? Dimension.of(numbers.getOrDefault(size, 1))
                                        : size)
                            .toList())))
        .orElse(type);
  }

  private void complete(Graph inferred) {
    for (Node node : graph.nodes()) {
      for (String value : node.outputs()) {
        Optional<Shape> known = shape(inferred, value);
        Optional<TensorType> type = graph.type(value);
        if (known.isPresent() && type.isPresent()) {
          graph.setType(
              value,
              TensorType.of(
                  type.get().elementType(),
                  completed(type.get().shape().orElse(known.get()), known.get())));
        }
      }
    }
  }

  private Shape completed(Shape stated, Shape known) {
    if (stated.rank() != known.rank()) {
      return stated;
    }
    List<Dimension> sizes = new ArrayList<>();
    for (int axis = 0; axis < stated.rank(); axis++) {
      Dimension own = stated.dimension(axis);
      boolean open = own instanceof Dimension.Unknown || stated == known;
      sizes.add(
          open && known.dimension(axis) instanceof Dimension.Fixed fixed
              ? factors(fixed.size())
              : own);
    }
    return new Shape(sizes);
  }

  /** A number as a product of symbols and what is left. */
  private Dimension factors(long number) {
    List<Dimension> factors = new ArrayList<>();
    long rest = number;
    for (Map.Entry<Dimension, Integer> symbol : numbers.entrySet()) {
      while (rest > 1 && rest % symbol.getValue() == 0) {
        factors.add(symbol.getKey());
        rest /= symbol.getValue();
      }
    }
    factors.add(Dimension.of(rest));
    return Dimension.product(factors);
  }
}
