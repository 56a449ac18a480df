package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.Trait.REDUCES;
import static org.tribuo.distill.operator.Operator.Trait.WITHIN_NORMALIZATION;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.AxisOrigins;
import org.tribuo.distill.operator.SizedNode;

/**
 * Reductions over axes; in all of them {@code y} and {@code dy} are first given those axes back.
 */
final class Reductions {
  private Reductions() {}

  /**
   * @param version the opset in which its axes became an input
   */
  private static Operator reduction(String name, long version) {
    return operator(name)
        .with(REDUCES)
        .shape(Reductions::reduced)
        .origins(Reductions::origins)
        .lift(version, Lifts::axes);
  }

  static final List<Operator> ALL =
      List.of(
          reduction("ReduceSum", 13)
              .gradient((op, n, dy) -> grads(op.expandLike(restored(op, n, dy), n.x()))),
          reduction("ReduceMean", 18).with(WITHIN_NORMALIZATION).gradient(Reductions::mean),
          reduction("ReduceMax", 18).gradient(Reductions::extremum),
          reduction("ReduceMin", 18).gradient(Reductions::extremum),
          reduction("ReduceProd", 18).gradient(Reductions::product),
          // x/y, 0 where y is 0
          reduction("ReduceL2", 18).gradient(Reductions::l2),
          reduction("ReduceL1", 18)
              .gradient((op, n, dy) -> grads(op.mul(restored(op, n, dy), op.sign(n.x())))),
          reduction("ReduceSumSquare", 18)
              .gradient((op, n, dy) -> grads(op.mul(restored(op, n, dy), op.mul(n.x(), 2)))),
          // 1/Σx = exp(-y)
          reduction("ReduceLogSum", 18)
              .gradient(
                  (op, n, dy) -> {
                    Value dSum =
                        op.mul(restored(op, n, dy), op.exp(op.neg(restored(op, n, n.y()))));
                    return grads(op.expandLike(dSum, n.x()));
                  }),
          reduction("ReduceLogSumExp", 18).gradient(Reductions::logSumExp));

  /** exp(x - y), 0 where nothing is summed but exponentials of -∞. */
  private static List<Value> logSumExp(Ops op, ForwardNode n, Value dy) {
    Value y = restored(op, n, n.y());
    Value nothing = op.equal(y, op.scalar(Double.NEGATIVE_INFINITY, y));
    Value sum = op.where(nothing, op.scalar(0, y), y);
    return grads(op.mul(restored(op, n, dy), op.exp(op.sub(n.x(), sum))));
  }

  private static List<Value> mean(Ops op, ForwardNode n, Value dy) {
    return grads(op.expandLike(op.div(restored(op, n, dy), counted(op, n.x(), n.y())), n.x()));
  }

  /** How many elements of x went into each element of y, as a float like x. */
  static Value counted(Ops op, Value x, Value y) {
    return op.div(elements(op, x, x), elements(op, y, x));
  }

  private static Value elements(Ops op, Value x, Value like) {
    Value size = op.one("Size", TensorType.of(ElementType.INT64), x);
    return op.cast(size, like.elementType());
  }

  private static List<Value> l2(Ops op, ForwardNode n, Value dy) {
    Value norm = restored(op, n, n.y());
    Value zero = op.scalar(0, norm);
    Value safe = op.where(op.equal(norm, zero), op.scalar(1, norm), norm);
    return grads(op.mul(n.x(), op.div(restored(op, n, dy), safe)));
  }

  /** To the elements that reach the extremum, in equal parts. */
  private static List<Value> extremum(Ops op, ForwardNode n, Value dy) {
    Value reached = op.cast(op.equal(n.x(), restored(op, n, n.y())), dy.elementType());
    Value ties = again(op, n, "ReduceSum", reached);
    return grads(op.mul(op.div(restored(op, n, dy), ties), reached));
  }

  /**
   * The product of the others: y/x; for the only factor that is 0 the product of the rest, and 0 if
   * there is another factor that is 0.
   */
  private static List<Value> product(Ops op, ForwardNode n, Value dy) {
    Value one = op.scalar(1, dy);
    Value zero = op.scalar(0, dy);
    Value isZero = op.equal(n.x(), zero);
    Value safe = op.where(isZero, one, n.x());
    Value rest = again(op, n, "ReduceProd", safe);
    Value otherZeros =
        op.sub(
            again(op, n, "ReduceSum", op.cast(isZero, dy.elementType())),
            op.cast(isZero, dy.elementType()));
    Value others = op.where(op.equal(otherZeros, zero), op.div(rest, safe), zero);
    return grads(op.mul(restored(op, n, dy), others));
  }

  /** Another reduction over the same axes, which stay with size 1. */
  private static Value again(Ops op, ForwardNode n, String opType, Value x) {
    Attributes attributes =
        Attributes.NONE
            .with("keepdims", 1L)
            .with("noop_with_empty_axes", n.attribute("noop_with_empty_axes", 0L));
    TensorType type = TensorType.ofUnknownRank(x.elementType());
    return n.hasX(1)
        ? op.one(opType, attributes, type, x, n.x(1))
        : op.one(opType, attributes, type, x);
  }

  /** The reduced axes with size 1, where the node dropped them. */
  private static Value restored(Ops op, ForwardNode n, Value y) {
    return n.attribute("keepdims", 1L) != 0 || !n.hasX(1) ? y : op.unsqueeze(y, n.x(1));
  }

  // ---- shapes

  private static Optional<Shape> reduced(SizedNode n) {
    Optional<Shape> x = n.x();
    boolean keep = n.attributes().get("keepdims", 1L) != 0;
    boolean given = n.hasX(1) || n.attributes().has("axes");
    Optional<long[]> axes = Axes.named(n);
    boolean named = axes.filter(a -> a.length > 0).isPresent();
    boolean all = !named && (!given || axes.isPresent());
    if (all && n.attributes().get("noop_with_empty_axes", 0L) != 0) {
      return x;
    }
    if (x.isEmpty()) {
      return all && !keep ? Optional.of(Shape.SCALAR) : Optional.empty();
    }
    if (!all && !named) {
      return keep ? Optional.of(Shape.ofRank(x.get().rank())) : Optional.empty();
    }
    return Optional.of(x.get().reduced(keep, axes.orElse(new long[0])));
  }

  // ---- positions

  private static Optional<List<OptionalInt>> origins(Operation n, int axis) {
    Optional<Shape> x = n.x().shape();
    Optional<long[]> axes = Axes.named(n).filter(a -> a.length > 0);
    if (x.isEmpty() || axes.isEmpty()) {
      return Optional.empty();
    }
    List<Integer> left = Axes.others(x.get().rank(), axes.get());
    if (n.attribute("keepdims", 1L) == 0) {
      return AxisOrigins.first(left.get(axis));
    }
    return left.contains(axis) ? AxisOrigins.first(axis) : Optional.empty();
  }
}
