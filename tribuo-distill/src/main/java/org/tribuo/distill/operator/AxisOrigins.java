package org.tribuo.distill.operator;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Shape;

/**
 * Where the positions along an axis of an operator's output come from, if it computes them apart
 * from each other: position p of that axis depends on position p of certain axes of its inputs, and
 * on no other position of those.
 */
@FunctionalInterface
public interface AxisOrigins {
  /**
   * @param node whose inputs and first output have types, the output a shape
   * @param axis of the first output, from 0
   * @return for the first inputs the axis that the positions come from, none for an input that is
   *     read whole for every position, as those are that follow the list; empty if positions may
   *     not be apart
   */
  Optional<List<OptionalInt>> of(Operation node, int axis);

  /** Positions of one axis of the first input. */
  static Optional<List<OptionalInt>> first(int axis) {
    return Optional.of(List.of(OptionalInt.of(axis)));
  }

  /** Operands that broadcast to the output: they have the axis, or repeat along it. */
  static Optional<List<OptionalInt>> broadcast(Operation n, int axis) {
    List<Optional<OptionalInt>> origins =
        IntStream.range(0, n.xs().size()).mapToObj(i -> ofOperand(n, i, axis)).toList();
    return origins.stream().allMatch(Optional::isPresent)
        ? Optional.of(origins.stream().map(Optional::orElseThrow).toList())
        : Optional.empty();
  }

  /**
   * The axis of one operand that broadcasts to the output: none where it repeats or is absent;
   * empty if that is not known.
   */
  static Optional<OptionalInt> ofOperand(Operation n, int input, int axis) {
    if (!n.hasX(input)) {
      return Optional.of(OptionalInt.empty());
    }
    Optional<Shape> shape = n.x(input).shape();
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    int own = axis - (n.y().rank() - shape.get().rank());
    if (own < 0 || shape.get().dimension(own).is(1)) {
      return Optional.of(OptionalInt.empty());
    }
    return shape.get().dimension(own).provablyEquals(n.y().shape().orElseThrow().dimension(axis))
        ? Optional.of(OptionalInt.of(own))
        : Optional.empty();
  }
}
