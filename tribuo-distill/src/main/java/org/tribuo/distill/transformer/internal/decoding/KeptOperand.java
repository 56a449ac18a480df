package org.tribuo.distill.transformer.internal.decoding;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Keys or values that a product reads, in the form in which exporters keep them: FLOAT [rows,
 * heads, positions, width].
 *
 * @param kept where they are read
 * @param number of those of their kind, from 0
 * @param rows of a batch
 * @param heads how many, which are an axis of their own here
 * @param width of one head
 */
record KeptOperand(CachedKeys.Kept kept, int number, Dimension rows, int heads, long width) {
  /** The axis of positions. */
  static final int POSITIONS = 2;

  /**
   * What {@link CachedKeys} found.
   *
   * @param graph that was searched
   * @throws GraphException if heads or width are not fixed
   */
  static List<KeptOperand> of(List<CachedKeys.Kept> found, Graph graph, Dimension rows) {
    List<KeptOperand> operands = new ArrayList<>();
    int keys = 0;
    int values = 0;
    for (CachedKeys.Kept kept : found) {
      Shape shape = graph.type(kept.value()).flatMap(TensorType::shape).orElseThrow();
      boolean last = kept.axis() == shape.rank() - 1;
      Dimension heads =
          shape.rank() == 4 ? shape.dimension(1) : shape.dimension(0).dividedBy(List.of(rows));
      Dimension width = shape.dimension(last ? -2 : -1);
      if (shape.rank() < 3
          || shape.rank() > 4
          || !(heads instanceof Dimension.Fixed number)
          || !(width instanceof Dimension.Fixed size)) {
        throw new GraphException(
            "'%s' is %s, expected keys or values of fixed heads and width"
                .formatted(kept.value(), shape));
      }
      operands.add(
          new KeptOperand(
              kept,
              kept.isKey() ? keys++ : values++,
              rows,
              Math.toIntExact(number.size()),
              size.size()));
    }
    return operands;
  }

  /** A name such as {@code present.0.key}. */
  String name(String before) {
    return "%s.%d.%s".formatted(before, number, kept.isKey() ? "key" : "value");
  }

  /**
   * The type of the form in which they are kept.
   *
   * @param positions their name
   */
  TensorType type(String positions) {
    return TensorType.of(
        ElementType.FLOAT,
        Shape.of(rows, Dimension.of(heads), Dimension.of(positions), Dimension.of(width)));
  }

  /** What the product reads as [rows, heads, positions, width]. */
  Value inHeads(Ops op) {
    Value read = upright(op, op.graph().value(kept.value()));
    return isFolded(read) ? op.reshape(read, sizes(op, read, 1, -1, heads)) : read;
  }

  /**
   * Lets the product read others.
   *
   * @param all [rows, heads, positions, width]
   */
  void replace(Ops op, Value all) {
    Value read = op.graph().value(kept.value());
    Value like = upright(op, read);
    Value folded = isFolded(read) ? op.reshape(all, sizes(op, all, POSITIONS, -1)) : all;
    Value own = upright(op, new Value(folded.name(), like.type()));
    op.graph().replaceUse(kept.node(), kept.value(), own.name());
  }

  private static boolean isFolded(Value value) {
    return value.shape().orElseThrow().rank() == 3;
  }

  /** With positions before the width, or back. */
  private Value upright(Ops op, Value value) {
    boolean turned = kept.axis() == value.shape().orElseThrow().rank() - 1;
    return turned ? op.swapLastTwo(value) : value;
  }

  /** Some sizes, as many positions as a value has along an axis, and the width. */
  private Value sizes(Ops op, Value of, int axis, long... first) {
    Value positions = op.slice(op.shapeOf(of), 0, axis, axis + 1);
    return op.concat(0, List.of(op.longs(first), positions, op.longs(width)));
  }
}
