package org.tribuo.distill.graph;

import java.util.Optional;

/** A value of a graph: its name and what is known of it before it is computed. */
public record Value(String name, TensorType type) {
  /** Stands for an optional input or output that is not there, as an empty name does in ONNX. */
  public static final Value ABSENT = new Value("", TensorType.ofUnknownRank(ElementType.FLOAT));

  public boolean isAbsent() {
    return name.isEmpty();
  }

  public ElementType elementType() {
    return type.elementType();
  }

  public Optional<Shape> shape() {
    return type.shape();
  }

  /**
   * The number of dimensions.
   *
   * @throws GraphException if it is not known
   */
  public int rank() {
    return shape()
        .map(Shape::rank)
        .orElseThrow(() -> new GraphException("The rank of '%s' is not known".formatted(name)));
  }
}
