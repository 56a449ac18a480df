package org.tribuo.distill.transformer.internal.cut;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Parameters that a file holds twice. Where a model reads one parameter in two places, as a
 * language model does that uses its table of embeddings to predict words too, exporters often write
 * a copy of it for each place, one of them transposed. Trained apart the copies would drift apart.
 *
 * @param copies what is a copy of what
 */
public record TiedWeights(List<Copy> copies) {
  /**
   * Two initializers of the same numbers.
   *
   * @param initializer the copy
   * @param original what it is a copy of
   * @param transposed whether it is the transpose of that matrix
   */
  public record Copy(String initializer, String original, boolean transposed) {}

  public TiedWeights {
    copies = List.copyOf(copies);
  }

  /**
   * The tables of embeddings that a graph also holds as a matrix to multiply by. Other matrices of
   * equal numbers may be layers that were started alike: they are not looked at.
   */
  public static TiedWeights find(Graph graph) {
    Map<Fingerprint, String> tables = new HashMap<>();
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (isMatrix(tensor) && isLookedUp(graph, name)) {
                tables.putIfAbsent(Fingerprint.of(tensor), name);
              }
            });
    List<Copy> copies = new ArrayList<>();
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (isMatrix(tensor) && isMultiplied(graph, name)) {
                Optional.ofNullable(tables.get(Fingerprint.of(tensor)))
                    .filter(table -> !table.equals(name))
                    .flatMap(table -> copy(graph, name, table))
                    .ifPresent(copies::add);
              }
            });
    return new TiedWeights(copies);
  }

  /**
   * Initializers of which it is known that they hold one parameter.
   *
   * @param initializers the first is the original
   * @throws GraphException if another is neither equal to the first nor its transpose
   */
  public static TiedWeights of(Graph graph, List<String> initializers) {
    String original = initializers.get(0);
    return new TiedWeights(
        initializers.stream()
            .skip(1)
            .map(
                name ->
                    copy(graph, name, original)
                        .orElseThrow(
                            () ->
                                new GraphException(
                                    "'%s' is neither equal to '%s' nor its transpose: %s"
                                        .formatted(
                                            name,
                                            original,
                                            difference(
                                                value(graph, name), value(graph, original))))))
            .toList());
  }

  /** The copies of one initializer. */
  TiedWeights of(String original) {
    return new TiedWeights(
        copies.stream().filter(copy -> copy.original().equals(original)).toList());
  }

  /** These copies and others. */
  public TiedWeights and(TiedWeights others) {
    List<Copy> all = new ArrayList<>(copies);
    all.addAll(others.copies);
    return new TiedWeights(all);
  }

  /** Some initializers, and whatever else holds a parameter of theirs. */
  public Set<String> closure(Set<String> initializers) {
    Set<String> all = new LinkedHashSet<>(initializers);
    copies.stream()
        .filter(copy -> initializers.contains(copy.initializer()))
        .forEach(copy -> all.add(copy.original()));
    copies.stream()
        .filter(copy -> all.contains(copy.original()))
        .forEach(copy -> all.add(copy.initializer()));
    return all;
  }

  private static Optional<Copy> copy(Graph graph, String name, String original) {
    Tensor copy = value(graph, name);
    Tensor numbers = value(graph, original);
    if (copy.equals(numbers)) {
      return Optional.of(new Copy(name, original, false));
    }
    return numbers.rank() == 2 && copy.equals(transposed(numbers))
        ? Optional.of(new Copy(name, original, true))
        : Optional.empty();
  }

  /** Where the copy is not what it is said to be, in whichever form fits better. */
  private static String difference(Tensor copy, Tensor original) {
    return Stream.of(original, original.rank() == 2 ? transposed(original) : original)
        .filter(expected -> expected.type().equals(copy.type()))
        .map(expected -> Difference.between(copy, expected))
        .min(Comparator.comparingLong(Difference::count))
        .map(Difference::toString)
        .orElse("it is %s, the other %s".formatted(copy, original));
  }

  /** How many numbers of two tensors of one type differ, and where the first one is. */
  private record Difference(long count, long first, long elements) {
    static Difference between(Tensor one, Tensor other) {
      int size = one.elementType().bytes();
      ByteBuffer numbers = one.data();
      ByteBuffer others = other.data();
      long count = 0;
      long first = -1;
      for (int i = 0; i < one.elements(); i++) {
        if (!numbers.slice(i * size, size).equals(others.slice(i * size, size))) {
          first = count == 0 ? i : first;
          count++;
        }
      }
      return new Difference(count, first, one.elements());
    }

    @Override
    public String toString() {
      return "%,d of %,d numbers differ, the first at %,d".formatted(count, elements, first);
    }
  }

  private static Tensor value(Graph graph, String name) {
    Tensor tensor = graph.initializers().get(name);
    if (tensor == null) {
      throw new GraphException("The graph has no initializer '%s'".formatted(name));
    }
    return tensor;
  }

  private static boolean isMatrix(Tensor tensor) {
    return tensor.rank() == 2 && tensor.elementType().isFloat() && tensor.elements() > 1;
  }

  private static boolean isLookedUp(Graph graph, String name) {
    return graph.consumers(name).stream()
        .anyMatch(node -> StandardOperators.has(node, Operator.Trait.LOOKS_UP));
  }

  private static boolean isMultiplied(Graph graph, String name) {
    return graph.consumers(name).stream()
        .anyMatch(node -> StandardOperators.has(node, Operator.Trait.MATRIX_PRODUCT));
  }

  /** Lets whatever reads a copy read the original, so that one parameter is trained. */
  public void merge(Graph graph) {
    for (Copy copy : copies) {
      graph.replaceUses(
          copy.initializer(), copy.transposed() ? transposed(graph, copy) : copy.original());
      graph.removeInitializer(copy.initializer());
    }
  }

  private static String transposed(Graph graph, Copy copy) {
    String transposed = graph.freshName(copy.initializer());
    graph.add(
        Node.ONNX,
        "Transpose",
        Attributes.NONE.with("perm", new long[] {1, 0}),
        List.of(copy.original()),
        Map.of(transposed, graph.value(copy.initializer()).type()));
    return transposed;
  }

  /**
   * Weights, or gradients, with those of the copies.
   *
   * @param values at least those of the originals, by initializer
   */
  public Map<String, Tensor> restore(Map<String, Tensor> values) {
    Map<String, Tensor> all = new LinkedHashMap<>(values);
    for (Copy copy : copies) {
      Tensor original = values.get(copy.original());
      if (original != null) {
        all.put(copy.initializer(), copy.transposed() ? transposed(original) : original);
      }
    }
    return all;
  }

  private static Tensor transposed(Tensor matrix) {
    int rows = Math.toIntExact(matrix.dim(0));
    int columns = Math.toIntExact(matrix.dim(1));
    int size = matrix.elementType().bytes();
    ByteBuffer from = matrix.data();
    ByteBuffer to = ByteBuffer.allocate(from.remaining());
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        to.put((column * rows + row) * size, from, (row * columns + column) * size, size);
      }
    }
    return Tensor.of(matrix.elementType(), new long[] {columns, rows}, to);
  }

  /** Equal for equal matrices and for transposes of each other. */
  private record Fingerprint(long elements, long sumOfBytes) {
    static Fingerprint of(Tensor tensor) {
      int size = tensor.elementType().bytes();
      ByteBuffer data = tensor.data();
      long sum = 0;
      while (data.hasRemaining()) {
        sum += size == 4 ? data.getInt() : data.get();
      }
      return new Fingerprint(tensor.elements(), sum);
    }
  }
}
