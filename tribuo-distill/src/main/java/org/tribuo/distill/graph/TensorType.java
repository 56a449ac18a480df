package org.tribuo.distill.graph;

import java.util.Collections;
import java.util.Optional;

/**
 * What is known of a value before it is computed: its element type, and its shape if the rank is
 * known.
 */
public record TensorType(ElementType elementType, Optional<Shape> shape) {
  public static TensorType of(ElementType elementType, Shape shape) {
    return new TensorType(elementType, Optional.of(shape));
  }

  public static TensorType of(ElementType elementType, long... sizes) {
    return of(elementType, Shape.of(sizes));
  }

  /** A type of which the number of axes is known, but no size. */
  public static TensorType ofRank(ElementType elementType, int rank) {
    return of(elementType, new Shape(Collections.nCopies(rank, Dimension.unknown())));
  }

  public static TensorType ofUnknownRank(ElementType elementType) {
    return new TensorType(elementType, Optional.empty());
  }

  @Override
  public String toString() {
    return elementType + shape.map(Shape::toString).orElse("[...]");
  }
}
