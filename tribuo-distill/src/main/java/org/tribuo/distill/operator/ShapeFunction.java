package org.tribuo.distill.operator;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Shape;

/** The shapes of an operator's outputs. */
@FunctionalInterface
public interface ShapeFunction {
  /**
   * @return the shape of each output, in their order; empty where it is not known, as it is of
   *     those that follow the list
   * @throws IndexOutOfBoundsException if attributes do not fit the inputs; ArithmeticException and
   *     NegativeArraySizeException are understood too
   */
  List<Optional<Shape>> shapes(SizedNode node);
}
