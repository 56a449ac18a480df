package org.tribuo.distill.operator;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/** What shape inference knows of a node: its attributes, and sizes and small integers it reads. */
public final class SizedNode {
  private final Graph graph;
  private final Node node;
  private final Function<String, Optional<List<Dimension>>> contents;

  /**
   * @param contents the numbers in a value, if they are known
   */
  public SizedNode(Graph graph, Node node, Function<String, Optional<List<Dimension>>> contents) {
    this.graph = graph;
    this.node = node;
    this.contents = contents;
  }

  /** The shape of the first input. */
  public Optional<Shape> x() {
    return x(0);
  }

  /** The shape of an input; empty if it is not known, or there is no such input. */
  public Optional<Shape> x(int index) {
    return graph.type(node.input(index)).flatMap(TensorType::shape);
  }

  public boolean hasX(int index) {
    return node.hasInput(index);
  }

  /** The shapes of all inputs; empty if one is not known or absent. */
  public Optional<List<Shape>> xs() {
    List<Optional<Shape>> shapes =
        node.inputs().stream().map(name -> graph.type(name).flatMap(TensorType::shape)).toList();
    return shapes.stream().allMatch(Optional::isPresent)
        ? Optional.of(shapes.stream().map(Optional::orElseThrow).toList())
        : Optional.empty();
  }

  /** The number of inputs, absent ones included. */
  public int inputs() {
    return node.inputs().size();
  }

  /** The number of outputs, absent ones included. */
  public int outputs() {
    return node.outputs().size();
  }

  /** The type of an input, if it is known. */
  public Optional<TensorType> type(int index) {
    return graph.type(node.input(index));
  }

  /** The type of the first output, if it is known. */
  public Optional<TensorType> outputType() {
    return graph.type(node.output());
  }

  /** The numbers in an input, symbolic sizes included; one for a scalar. */
  public Optional<List<Dimension>> contents(int index) {
    return contents.apply(node.input(index));
  }

  /** The numbers in an input, if they are known before the graph runs. */
  public Optional<Tensor> constant(int index) {
    return graph.constant(node.input(index));
  }

  /** The tensor that the node holds, if it is a constant. */
  public Optional<Tensor> held() {
    return graph.constant(node.output());
  }

  public Attributes attributes() {
    return node.attributes();
  }

  public long attribute(String name, long otherwise) {
    return node.attributes().get(name, otherwise);
  }

  /** The axis that an attribute names, counted from 0. */
  public int axis(String name, long otherwise, int rank) {
    return Math.floorMod(attribute(name, otherwise), rank);
  }

  /** The operator and the node's name, as error messages begin. */
  @Override
  public String toString() {
    return "%s at node '%s'".formatted(node.qualifiedOpType(), node.name());
  }
}
