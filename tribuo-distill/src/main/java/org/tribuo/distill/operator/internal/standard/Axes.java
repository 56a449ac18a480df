package org.tribuo.distill.operator.internal.standard;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.SizedNode;

/** Axes that a node names, in an attribute or, since later opsets, in its second input. */
final class Axes {
  private Axes() {}

  static Optional<long[]> named(SizedNode n) {
    return n.attributes().longs("axes").or(() -> n.constant(1).map(Tensor::toLongs));
  }

  static Optional<long[]> named(Operation n) {
    return n.attributes().longs("axes").or(() -> n.constant(1).map(Tensor::toLongs));
  }

  /** The axes that are not named, of a number of axes. */
  static List<Integer> others(int rank, long... named) {
    return IntStream.range(0, rank)
        .filter(axis -> Arrays.stream(named).noneMatch(a -> Math.floorMod(a, rank) == axis))
        .boxed()
        .toList();
  }
}
