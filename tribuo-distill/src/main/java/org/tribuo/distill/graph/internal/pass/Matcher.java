package org.tribuo.distill.graph.internal.pass;

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

  /** The other operand of an addition or multiplication that has a number as one. */
  Optional<String> besides(Node commutative, double number) {
    return operands(commutative).stream()
        .filter(o -> isNumber(o.second(), number))
        .map(Operands::first)
        .findFirst();
  }

  /** The d of d² or d·d. */
  Optional<String> squared(String value) {
    return producer(value, "Pow")
        .filter(pow -> isNumber(pow.input(1), 2))
        .or(() -> producer(value, "Mul").filter(m -> m.input(0).equals(m.input(1))))
        .map(node -> node.input(0));
  }

  /** Whether a reduction is over the last axis alone, which stays with size 1. */
  boolean isOverLastAxis(Node reduction) {
    Optional<long[]> axes = constant(reduction.input(1)).map(Tensor::toLongs);
    Optional<Integer> rank = shape(reduction.input(0)).map(Shape::rank);
    return reduction.attributes().get("keepdims", 1L) == 1
        && axes.isPresent()
        && axes.get().length == 1
        && (axes.get()[0] == -1 || (rank.isPresent() && axes.get()[0] == rank.get() - 1));
  }

  boolean isVector(String value) {
    return shape(value).filter(shape -> shape.rank() == 1).isPresent();
  }

  private Optional<Tensor> constant(String value) {
    return graph.constant(value);
  }

  private Optional<Shape> shape(String value) {
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
