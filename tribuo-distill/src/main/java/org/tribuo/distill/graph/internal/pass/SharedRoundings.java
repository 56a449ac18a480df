package org.tribuo.distill.graph.internal.pass;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.DistillDomain;

/**
 * Rounds what several products have as a factor once, by {@link DistillDomain#ROUNDING}: a weight
 * for the result and for the gradient of its input, an input for the weights that read it and for
 * their gradients, and the gradient of a result. What is only rounded takes half of the memory.
 *
 * <p>That is for products with one matrix on the right that is not small, and for those of their
 * factors; others may be left to ONNX Runtime, which multiplies float32. Weights that are the same
 * in each run are rounded when a session is opened.
 */
final class SharedRoundings {
  /** The numbers of a matrix by which oneDNN multiplies even 8 rows faster than ONNX Runtime. */
  private static final long SMALLEST = 1 << 15;

  private final Graph graph;
  private final Collection<String> changing;

  /** By the name of the value. */
  private final Map<String, String> rounded = new HashMap<>();

  private SharedRoundings(Graph graph, Collection<String> changing) {
    this.graph = graph;
    this.changing = changing;
  }

  /**
   * Changes a graph in place.
   *
   * @param changing the initializers that are not the same in each run
   */
  static void apply(Graph graph, Collection<String> changing) {
    SharedRoundings pass = new SharedRoundings(graph, changing);
    List<Node> products =
        graph.topological().stream()
            .filter(node -> node.domain().equals(DistillDomain.NAME))
            .filter(node -> node.opType().equals(DistillDomain.PRODUCT))
            .toList();
    Set<String> factors = new HashSet<>();
    products.stream()
        .filter(pass::isLarge)
        .forEach(node -> factors.addAll(pass.changingFactors(node)));
    List<Node> taking = products.stream().filter(node -> pass.takes(node, factors)).toList();
    Map<String, Long> uses = new HashMap<>();
    taking.forEach(
        node -> pass.changingFactors(node).forEach(factor -> uses.merge(factor, 1L, Long::sum)));
    for (Node node : taking) {
      for (String input : new LinkedHashSet<>(node.inputs().subList(0, 2))) {
        if (uses.getOrDefault(pass.origin(input), 0L) > 1) {
          graph.replaceUse(node, input, pass.rounded(input));
        }
      }
    }
  }

  /** Whether a product is by one matrix of many numbers. */
  private boolean isLarge(Node product) {
    return !transposesLeft(product)
        && graph
            .type(product.input(1))
            .flatMap(TensorType::shape)
            .flatMap(Shape::fixed)
            .filter(sizes -> sizes.length == 2 && sizes[0] * sizes[1] >= SMALLEST)
            .isPresent();
  }

  /** Large ones, and sums over the rows of one of their factors, as the gradient of a weight is. */
  private boolean takes(Node product, Set<String> factors) {
    return isLarge(product)
        || transposesLeft(product) && changingFactors(product).stream().anyMatch(factors::contains);
  }

  private static boolean transposesLeft(Node product) {
    return product.attributes().get("transA", 0L) != 0;
  }

  /** What the factors are computed from, but for weights that are the same in each run. */
  private List<String> changingFactors(Node product) {
    return product.inputs().subList(0, 2).stream()
        .map(this::origin)
        .filter(value -> !graph.isInitializer(value) || changing.contains(value))
        .toList();
  }

  /** What a value was before it was reshaped. */
  private String origin(String value) {
    return reshape(value).map(node -> origin(node.input(0))).orElse(value);
  }

  private Optional<Node> reshape(String value) {
    return graph.producer(value).filter(node -> node.is("Reshape"));
  }

  private String rounded(String value) {
    String known = rounded.get(value);
    if (known == null) {
      known = round(value);
      rounded.put(value, known);
    }
    return known;
  }

  private String round(String value) {
    TensorType type = type(value);
    String name = graph.freshName(value + "_rounded");
    Map<String, TensorType> output = Map.of(name, type);
    Optional<Node> reshape = reshape(value);
    if (reshape.isPresent()) {
      Node old = reshape.get();
      List<String> inputs = List.of(rounded(old.input(0)), old.input(1));
      graph.add(old.domain(), old.opType(), old.attributes(), inputs, output);
    } else {
      graph.add(
          DistillDomain.NAME, DistillDomain.ROUNDING, Attributes.NONE, List.of(value), output);
    }
    return name;
  }

  private TensorType type(String value) {
    Value full = graph.value(value);
    return full.shape()
        .map(shape -> TensorType.of(ElementType.BFLOAT16, shape))
        .orElse(TensorType.ofUnknownRank(ElementType.BFLOAT16));
  }
}
