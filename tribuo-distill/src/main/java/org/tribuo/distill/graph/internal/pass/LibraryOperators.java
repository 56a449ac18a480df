package org.tribuo.distill.graph.internal.pass;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.DistillDomain;

/**
 * Puts the operators of {@link DistillDomain} in place of those that it has too: matrix products,
 * as {@link ShortProducts} says, Gelu with the error function, and LayerNormalization of the last
 * axis with a bias. All are of float32.
 */
public final class LibraryOperators {
  private final Graph graph;

  private LibraryOperators(Graph graph) {
    this.graph = graph;
  }

  /**
   * Changes a graph in place.
   *
   * @param graph normalised, with inferred types
   * @param outputs the values of a network, not those of a loss on it: what they are computed from
   *     changes
   */
  public static void apply(Graph graph, Collection<String> outputs) {
    ShortProducts.apply(graph, outputs);
    LibraryOperators pass = new LibraryOperators(graph);
    graph.ancestors(outputs).forEach(pass::replace);
  }

  /**
   * Lets products that read the same factor read it rounded, as {@link SharedRoundings} says.
   *
   * @param graph with the gradients, if there are some
   * @param changing the initializers that are not the same in each run
   */
  public static void shareRoundings(Graph graph, Collection<String> changing) {
    SharedRoundings.apply(graph, changing);
  }

  private void replace(Node node) {
    if (node.is("Gelu")
        && node.attributes().get("approximate", "none").equals("none")
        && floats(node.input(0)).isPresent()) {
      graph.replace(node, DistillDomain.NAME, DistillDomain.GELU, Attributes.NONE, node.inputs());
    } else if (node.is("LayerNormalization")) {
      shape(node.input(0))
          .filter(shape -> isOfLastAxis(node, shape))
          .ifPresent(shape -> normalization(node, shape));
    }
  }

  private boolean isOfLastAxis(Node node, Shape shape) {
    long axis = node.attributes().get("axis", -1L);
    return (axis == -1 || axis == shape.rank() - 1)
        && shape.rank() > 1
        && isOfWidth(node.input(1), shape.dimension(shape.rank() - 1))
        && isOfWidth(node.input(2), shape.dimension(shape.rank() - 1))
        && node.outputs().stream().skip(1).allMatch(this::isUnread);
  }

  /** Whether there is a number for each column; one for all may stand there too. */
  private boolean isOfWidth(String vector, Dimension width) {
    Dimension one = Dimension.of(1);
    return shape(vector)
        .filter(shape -> shape.rank() == 1)
        .filter(shape -> !shape.dimension(0).equals(one) || width.equals(one))
        .isPresent();
  }

  private boolean isUnread(String output) {
    return output.isEmpty() || graph.consumers(output).isEmpty() && !graph.isOutput(output);
  }

  private void normalization(Node node, Shape shape) {
    Map<String, TensorType> outputs = new LinkedHashMap<>();
    outputs.put(node.output(0), TensorType.of(ElementType.FLOAT, shape));
    TensorType statistic = TensorType.ofRank(ElementType.FLOAT, shape.rank());
    outputs.put(graph.freshName(node.output(0) + "_mean"), statistic);
    outputs.put(graph.freshName(node.output(0) + "_variance"), statistic);
    graph.replace(
        node,
        DistillDomain.NAME,
        DistillDomain.LAYER_NORMALIZATION,
        Attributes.NONE.with("epsilon", node.attributes().get("epsilon", 1e-5f)),
        node.inputs(),
        List.copyOf(outputs.keySet()));
    outputs.forEach(graph::setType);
  }

  private Optional<Shape> shape(String value) {
    return floats(value).flatMap(TensorType::shape);
  }

  private Optional<TensorType> floats(String value) {
    return graph.type(value).filter(type -> type.elementType() == ElementType.FLOAT);
  }
}
