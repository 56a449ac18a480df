package org.tribuo.distill.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One node of a graph, its inputs and outputs as values. */
public class Operation {
  private final Graph graph;
  private Node node;

  public Operation(Graph graph, Node node) {
    this.graph = graph;
    this.node = node;
  }

  /** The first input. */
  public Value x() {
    return x(0);
  }

  /** An input; absent if the node has none there. */
  public Value x(int index) {
    return node.hasInput(index) ? graph.value(node.input(index)) : Value.ABSENT;
  }

  public boolean hasX(int index) {
    return node.hasInput(index);
  }

  /** All inputs, absent ones included. */
  public List<Value> xs() {
    List<Value> xs = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      xs.add(x(i));
    }
    return xs;
  }

  /** The first output. */
  public Value y() {
    return y(0);
  }

  public Value y(int index) {
    return graph.value(node.output(index));
  }

  public boolean hasY(int index) {
    return node.hasOutput(index);
  }

  /** The number of outputs, absent ones included. */
  public int outputs() {
    return node.outputs().size();
  }

  /**
   * An optional output that the operator computes anyway (a mean, a mask): the node gets it if it
   * did not have it before.
   */
  public Value optionalY(int index, TensorType type) {
    if (!node.hasOutput(index)) {
      List<String> outputs = new ArrayList<>(node.outputs());
      while (outputs.size() <= index) {
        outputs.add("");
      }
      outputs.set(index, graph.freshName(node.output(0) + "_" + index));
      node =
          graph.replace(
              node, node.domain(), node.opType(), node.attributes(), node.inputs(), outputs);
      graph.setType(node.output(index), type);
    }
    return y(index);
  }

  /** The same operator on another first input. */
  public Value appliedTo(Ops op, Value other) {
    List<Value> inputs = xs();
    inputs.set(0, other);
    TensorType type = new TensorType(other.elementType(), y().shape());
    return op.call(node.domain(), node.opType(), node.attributes(), inputs, type).get(0);
  }

  public Attributes attributes() {
    return node.attributes();
  }

  public long attribute(String name, long otherwise) {
    return node.attributes().get(name, otherwise);
  }

  public float attribute(String name, float otherwise) {
    return node.attributes().get(name, otherwise);
  }

  public String attribute(String name, String otherwise) {
    return node.attributes().get(name, otherwise);
  }

  /** Whether an attribute that is a number used as a boolean is true. */
  public boolean flag(String name) {
    return attribute(name, 0L) != 0;
  }

  /** An input's numbers, if they are known before the graph runs. */
  public Optional<Tensor> constant(int index) {
    return node.hasInput(index) ? graph.constant(node.input(index)) : Optional.empty();
  }

  public ElementType elementType() {
    return x().elementType();
  }

  protected final Node node() {
    return node;
  }

  /** The operator and the node's name, as error messages begin. */
  @Override
  public String toString() {
    return "%s at node '%s'".formatted(node.qualifiedOpType(), node.name());
  }
}
