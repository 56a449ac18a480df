package org.tribuo.distill.autodiff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** What a gradient rule sees of the node that it differentiates. */
public final class ForwardNode {
  private final Graph graph;
  private final List<Value> dy;
  private final Predicate<String> wanted;
  private Node node;

  /**
   * @param dy the gradient of each output, absent where the loss does not depend on it
   * @param wanted whether an input depends on a weight
   */
  ForwardNode(Graph graph, Node node, List<Value> dy, Predicate<String> wanted) {
    this.graph = graph;
    this.node = node;
    this.dy = dy;
    this.wanted = wanted;
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

  /** Whether the gradient of an input is asked for; rules may leave out costly ones. */
  public boolean wants(int index) {
    return wanted.test(node.input(index));
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

  /** The number of outputs, absent ones included. */
  public int outputs() {
    return node.outputs().size();
  }

  /** The gradient of an output; absent if the loss does not depend on it. */
  public Value dy(int index) {
    return dy.get(index);
  }

  /**
   * An optional output that the operator computes anyway (a mean, a mask): the node is asked for it
   * if nobody did before.
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

  /** An input's numbers, if they are known before the graph runs. */
  public Optional<Tensor> constant(int index) {
    return node.hasInput(index) ? graph.constant(node.input(index)) : Optional.empty();
  }

  public ElementType elementType() {
    return x().elementType();
  }

  /** An exception that says why this node cannot be differentiated. */
  public UndifferentiableException cannot(String why) {
    return new UndifferentiableException(
        "%s at node '%s' has no gradient: %s".formatted(node.qualifiedOpType(), node.name(), why));
  }
}
