package org.tribuo.distill.graph.internal.pass;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.DistillDomain;

/**
 * Puts {@link DistillDomain#PRODUCT}, whose factors are of bfloat16, in place of a network's matrix
 * products of float32. A vector that is added to the rows of a product becomes its bias.
 *
 * <p>A product stays as it is where the ranks of its factors are not known or one of them is a
 * vector, and a Gemm also where what it adds is no vector over its columns.
 */
final class ShortProducts {
  private static final Attributes PLAIN =
      Attributes.NONE.with("transA", 0L).with("transB", 0L).with("alpha", 1f);

  private final Graph graph;

  private ShortProducts(Graph graph) {
    this.graph = graph;
  }

  /**
   * Changes a graph in place.
   *
   * @param graph with inferred types
   * @param outputs the values of which the products are wanted: those of a network, not those of a
   *     loss on it
   */
  static void apply(Graph graph, Collection<String> outputs) {
    ShortProducts pass = new ShortProducts(graph);
    graph.ancestors(outputs).forEach(pass::replace);
  }

  private void replace(Node node) {
    if (!isMatrix(node.input(0)) || !isMatrix(node.input(1))) {
      return;
    }
    if (node.is("MatMul")) {
      withBias(node, PLAIN);
    } else if (node.isMicrosoft("FusedMatMul") && !transposesStack(node)) {
      withBias(node, attributes(node));
    } else if (node.is("Gemm") && (!node.hasInput(2) || addsBias(node))) {
      product(node, attributes(node), node.inputs(), node.output());
    }
  }

  /** The product of a node, and of the sum with a vector after it. */
  private void withBias(Node node, Attributes attributes) {
    Optional<Node> sum = sumWithBias(node).filter(any -> attributes.get("alpha", 1f) == 1);
    if (sum.isPresent()) {
      List<String> inputs = new ArrayList<>(node.inputs());
      inputs.add(besides(sum.get(), node.output()));
      graph.remove(node);
      product(sum.get(), attributes, inputs, sum.get().output());
    } else {
      product(node, attributes, node.inputs(), node.output());
    }
  }

  private void product(Node old, Attributes attributes, List<String> inputs, String output) {
    graph.replace(
        old, DistillDomain.NAME, DistillDomain.PRODUCT, attributes, inputs, List.of(output));
  }

  private static Attributes attributes(Node node) {
    return Attributes.NONE
        .with("transA", node.attributes().get("transA", 0L))
        .with("transB", node.attributes().get("transB", 0L))
        .with("alpha", node.attributes().get("alpha", 1f));
  }

  private static boolean transposesStack(Node node) {
    return node.attributes().get("transBatchA", 0L) != 0
        || node.attributes().get("transBatchB", 0L) != 0;
  }

  private boolean addsBias(Node gemm) {
    return isBias(gemm.input(2), columns(gemm))
        && gemm.attributes().get("beta", 1f) == 1
        && gemm.attributes().get("alpha", 1f) == 1;
  }

  /** The sum with a vector over the columns, if nothing else reads the product. */
  private Optional<Node> sumWithBias(Node node) {
    Set<Node> readers = graph.consumers(node.output());
    if (readers.size() != 1 || graph.isOutput(node.output())) {
      return Optional.empty();
    }
    return Optional.of(readers.iterator().next())
        .filter(reader -> reader.is("Add"))
        .filter(sum -> isBias(besides(sum, node.output()), columns(node)));
  }

  private static String besides(Node sum, String summand) {
    return sum.input(0).equals(summand) ? sum.input(1) : sum.input(0);
  }

  /** Whether a value is a vector with one number for each column. */
  private boolean isBias(String value, Optional<Long> columns) {
    return columns.isPresent()
        && floats(value)
            .flatMap(TensorType::shape)
            .flatMap(shape -> shape.fixed())
            .filter(sizes -> sizes.length == 1 && sizes[0] == columns.get())
            .isPresent();
  }

  /** The columns of a product, if they are known. */
  private Optional<Long> columns(Node node) {
    int axis = node.attributes().get("transB", 0L) != 0 ? -2 : -1;
    return floats(node.input(1))
        .flatMap(TensorType::shape)
        .map(shape -> shape.dimension(axis))
        .filter(Dimension.Fixed.class::isInstance)
        .map(dimension -> ((Dimension.Fixed) dimension).size());
  }

  private boolean isMatrix(String value) {
    return floats(value).flatMap(TensorType::shape).filter(shape -> shape.rank() > 1).isPresent();
  }

  private Optional<TensorType> floats(String value) {
    return graph.type(value).filter(type -> type.elementType() == ElementType.FLOAT);
  }
}
