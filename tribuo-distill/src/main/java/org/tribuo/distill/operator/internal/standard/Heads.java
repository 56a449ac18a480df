package org.tribuo.distill.operator.internal.standard;

import java.util.List;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * The heads of an attention: [batch, positions, heads · size] and [batch, heads, positions, size].
 */
final class Heads {
  private static final long[] HEADS_AND_POSITIONS_SWAPPED = {0, 2, 1, 3};

  private Heads() {}

  /** [batch, positions, heads · size] to [batch, heads, positions, size]. */
  static Value split(Ops op, Value x, long heads) {
    return swap(op, unfold(op, x, heads));
  }

  /** [batch, positions, heads · size] to [batch, positions, heads, size]. */
  static Value unfold(Ops op, Value x, long heads) {
    boolean known = x.shape().orElseThrow().dimension(2) instanceof Dimension.Fixed;
    return op.reshape(x, 0, 0, heads, known ? fixed(x, 2) / heads : -1);
  }

  /** [batch, heads, positions, size] to [batch, positions, heads · size]. */
  static Value merge(Ops op, Value x) {
    return op.reshape(swap(op, x), 0, 0, fixed(x, 1) * fixed(x, 3));
  }

  /** Axes 1 and 2 of four in each other's place. */
  static Value swap(Ops op, Value x) {
    return op.transpose(x, HEADS_AND_POSITIONS_SWAPPED);
  }

  /** Each head several times in a row, until there are as many as needed. */
  static Value repeat(Ops op, Value x, long heads) {
    long own = fixed(x, 1);
    if (own == heads) {
      return x;
    }
    Value groups = op.expand(op.unsqueeze(x, 2), op.longs(1, 1, heads / own, 1, 1));
    return op.reshape(groups, 0, heads, -1, fixed(x, 3));
  }

  /** The positions of a past before those of the present, if there is a past. */
  static Value after(Ops op, Operation n, int past, Value x) {
    return n.hasX(past) ? op.concat(2, List.of(n.x(past), x)) : x;
  }

  /** The size of an axis that must be known when the graph is made. */
  static long fixed(Value x, int axis) {
    return x.shape()
        .map(shape -> shape.dimension(axis))
        .filter(Dimension.Fixed.class::isInstance)
        .map(dimension -> ((Dimension.Fixed) dimension).size())
        .orElseThrow(
            () ->
                new GraphException(
                    "An attention reads '%s' as %s: the size of axis %d must be known before the graph runs"
                        .formatted(x.name(), x.type(), axis)));
  }
}
