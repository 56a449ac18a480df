package org.tribuo.distill.graph.pass;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/** Questions that passes ask of a graph when they look for a formula. */
final class Matcher {
  /** The two inputs of a node whose order does not matter. */
  record Operands(String first, String second) {}

  private static final double TOLERANCE = 1e-4;

  private final Graph graph;

  Matcher(Graph graph) {
    this.graph = graph;
  }

  /** The node that makes a value, if it is one of ONNX's own operators of that name. */
  Optional<Node> producer(String value, String opType) {
    return graph.producer(value).filter(node -> node.is(opType));
  }

  /** Both orders of the inputs of an addition or multiplication. */
  List<Operands> operands(Node commutative) {
    String a = commutative.input(0);
    String b = commutative.input(1);
    return List.of(new Operands(a, b), new Operands(b, a));
  }

  Optional<Tensor> constant(String value) {
    return graph.constant(value);
  }

  Optional<Shape> shape(String value) {
    return graph.type(value).flatMap(TensorType::shape);
  }

  /** The one number that a constant float holds. */
  Optional<Float> number(String value) {
    return constant(value)
        .filter(t -> t.elements() == 1 && t.elementType().isFloat())
        .map(t -> t.toFloats()[0]);
  }

  boolean isNumber(String value, double expected) {
    return number(value).filter(n -> Math.abs(n - expected) < TOLERANCE).isPresent();
  }
}
