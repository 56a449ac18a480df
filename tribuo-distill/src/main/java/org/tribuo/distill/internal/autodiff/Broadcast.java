package org.tribuo.distill.internal.autodiff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Undoes a broadcast: what was repeated on the way forward is summed on the way back.
 *
 * <p>Axes that inference proves equal are left alone, axes that it proves repeated are summed, and
 * only where neither is known the decision is made at run time: two symbolic sizes of different
 * names may be equal, or one of them 1.
 */
final class Broadcast {
  private Broadcast() {}

  /** Sums a gradient over the axes along which {@code x} was repeated; the result has x's shape. */
  static Value undo(Ops op, Value gradient, Value x) {
    Optional<Shape> from = gradient.shape();
    Optional<Shape> to = x.shape();
    if (from.isEmpty() || to.isEmpty()) {
      return atRunTime(op, gradient, x);
    }
    int extra = from.get().rank() - to.get().rank();
    List<Long> repeated = new ArrayList<>();
    for (int axis = 0; axis < from.get().rank(); axis++) {
      Dimension wide = from.get().dimension(axis);
      Dimension narrow = axis < extra ? Dimension.of(1) : to.get().dimension(axis - extra);
      if (narrow.is(1)) {
        if (axis < extra || !wide.is(1)) {
          repeated.add((long) axis);
        }
      } else if (!(narrow instanceof Dimension.Fixed) && !narrow.provablyEquals(wide)) {
        return atRunTime(op, gradient, x);
      }
    }
    if (repeated.isEmpty()) {
      return new Value(gradient.name(), x.type());
    }
    long[] axes = repeated.stream().mapToLong(Long::longValue).toArray();
    boolean onlyLeading = axes[axes.length - 1] < extra;
    return onlyLeading
        ? new Value(op.reduceSum(gradient, axes).name(), x.type())
        : op.reshapeLike(op.reduceSumKeep(gradient, axes), x);
  }

  private static Value atRunTime(Ops op, Value gradient, Value x) {
    Value wide = op.shapeOf(gradient);
    Value narrow = aligned(op, op.shapeOf(x), wide);
    Value one = op.longs(1);
    Value repeated = op.and(op.equal(narrow, one), op.not(op.equal(wide, one)));
    TensorType positions =
        TensorType.of(ElementType.INT64, Shape.of(Dimension.of(1), Dimension.unknown()));
    Value axes = op.reshape(op.one("NonZero", positions, repeated), -1);
    return new Value(op.reshape(op.reduceSumKeep(gradient, axes), op.shapeOf(x)).name(), x.type());
  }

  /** Sizes with ones before them until there are as many as of the other shape. */
  private static Value aligned(Ops op, Value sizes, Value others) {
    Optional<Dimension> own = sizes.shape().map(s -> s.dimension(0));
    Optional<Dimension> wanted = others.shape().map(s -> s.dimension(0));
    if (own.isPresent() && own.get().provablyEquals(wanted.orElse(Dimension.unknown()))) {
      return sizes;
    }
    Value missing = op.sub(op.shapeOf(others), op.shapeOf(sizes));
    Value ones =
        op.one(
            "ConstantOfShape",
            Attributes.NONE.with("value", Tensor.vector(1)),
            TensorType.of(ElementType.INT64, Shape.of(Dimension.unknown())),
            missing);
    return op.concat(0, List.of(ones, sizes));
  }
}
