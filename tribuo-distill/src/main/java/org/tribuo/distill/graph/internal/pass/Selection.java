package org.tribuo.distill.graph.internal.pass;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * A few positions of one axis, which are all that is read of it.
 *
 * @param axis from 0
 * @param positions different from each other; all from the axis' start (0 or more) or all from its
 *     end (less than 0)
 */
record Selection(int axis, List<Long> positions) {
  /** The end of a Slice that goes as far as the axis. */
  private static final long END = Long.MAX_VALUE;

  /**
   * What a node selects of its first input: a Gather by constants, or a Slice of one axis by
   * constants that determine how many positions it keeps.
   *
   * @return empty also if the node may keep more than half of the axis
   */
  static Optional<Selection> of(Graph graph, Node node) {
    Optional<Shape> shape = graph.type(node.input(0)).flatMap(TensorType::shape);
    if (shape.isEmpty() || shape.get().rank() == 0) {
      return Optional.empty();
    }
    Optional<Selection> found =
        node.is("Gather")
            ? gathered(graph, node, shape.get())
            : node.is("Slice") ? sliced(graph, node, shape.get()) : Optional.empty();
    return found.filter(selection -> selection.isSmallPartOf(shape.get()));
  }

  private static Optional<Selection> gathered(Graph graph, Node gather, Shape shape) {
    int axis = Math.floorMod(gather.attributes().get("axis", 0L), shape.rank());
    return graph
        .constant(gather.input(1))
        .filter(indices -> indices.rank() <= 1)
        .map(indices -> new Selection(axis, listed(indices)))
        .filter(Selection::isPlain);
  }

  private static Optional<Selection> sliced(Graph graph, Node slice, Shape shape) {
    Optional<Long> start = number(graph, slice.input(1));
    Optional<Long> end = number(graph, slice.input(2));
    Optional<Long> axis = slice.hasInput(3) ? number(graph, slice.input(3)) : Optional.of(0L);
    Optional<Long> step = slice.hasInput(4) ? number(graph, slice.input(4)) : Optional.of(1L);
    if (start.isEmpty() || end.isEmpty() || axis.isEmpty() || step.filter(s -> s == 1).isEmpty()) {
      return Optional.empty();
    }
    int along = Math.floorMod(axis.get(), shape.rank());
    return positions(start.get(), end.get(), shape.dimension(along))
        .map(positions -> new Selection(along, positions));
  }

  /** Of an axis that may have any size only the first and the last position are surely there. */
  private static Optional<List<Long>> positions(long start, long end, Dimension size) {
    if (size instanceof Dimension.Fixed fixed) {
      long from = Math.min(start < 0 ? Math.max(0, start + fixed.size()) : start, fixed.size());
      long to = Math.min(end < 0 ? end + fixed.size() : end, fixed.size());
      return from < to
          ? Optional.of(LongStream.range(from, to).boxed().toList())
          : Optional.empty();
    }
    boolean first = start == 0 && end == 1;
    boolean last = start == -1 && end >= Integer.MAX_VALUE;
    return first || last ? Optional.of(List.of(start)) : Optional.empty();
  }

  private static Optional<Long> number(Graph graph, String value) {
    return graph.constant(value).filter(t -> t.elements() == 1).map(t -> t.toLongs()[0]);
  }

  private static List<Long> listed(Tensor indices) {
    return Arrays.stream(indices.toLongs()).boxed().toList();
  }

  private boolean isPlain() {
    boolean fromStart = positions.stream().allMatch(position -> position >= 0);
    boolean fromEnd = positions.stream().allMatch(position -> position < 0);
    boolean different = new HashSet<>(positions).size() == positions.size();
    return !positions.isEmpty() && different && (fromStart || fromEnd);
  }

  private boolean isSmallPartOf(Shape shape) {
    return shape.dimension(axis) instanceof Dimension.Fixed fixed
        ? 2L * positions.size() <= fixed.size()
        : shape.dimension(axis).isSymbolic();
  }

  /** The same positions of another axis. */
  Selection on(int otherAxis) {
    return new Selection(otherAxis, positions);
  }

  /** What is left of a type. */
  TensorType of(TensorType type) {
    return new TensorType(
        type.elementType(),
        type.shape().map(shape -> shape.with(axis, Dimension.of(positions.size()))));
  }

  /** Selects these positions of a value, or takes what some node has selected already. */
  Value of(Ops op, Value x) {
    for (Node reader : op.graph().consumers(x.name())) {
      if (reader.input(0).equals(x.name())
          && !dropsAxis(op.graph(), reader)
          && of(op.graph(), reader).filter(this::equals).isPresent()) {
        return op.graph().value(reader.output());
      }
    }
    long first = positions.get(0);
    long end = first + positions.size();
    return isRange()
        ? op.one(
            "Slice",
            of(x.type()),
            x,
            op.longs(first),
            op.longs(end == 0 ? END : end),
            op.longs(axis))
        : op.one(
            "Gather",
            Attributes.NONE.with("axis", (long) axis),
            of(x.type()),
            x,
            op.longs(positions.stream().mapToLong(Long::longValue).toArray()));
  }

  /** Whether a selecting node drops the axis, as the Gather of a scalar index does. */
  static boolean dropsAxis(Graph graph, Node node) {
    return node.is("Gather")
        && graph.constant(node.input(1)).filter(indices -> indices.rank() == 0).isPresent();
  }

  /** The gradient of a Slice is much faster than that of a Gather. */
  private boolean isRange() {
    long first = positions.get(0);
    return positions.equals(LongStream.range(first, first + positions.size()).boxed().toList());
  }
}
