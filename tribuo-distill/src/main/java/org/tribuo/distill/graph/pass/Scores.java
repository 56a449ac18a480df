package org.tribuo.distill.graph.pass;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/**
 * The scores of an attention, {@code scale · QKᵀ}, capped if asked for, plus what masks are added:
 * values that broadcast to [batch, heads, queries, keys].
 */
final class Scores {
  private final Ops op;
  private final Value q;
  private final Value k;
  private final List<Value> added = new ArrayList<>();
  private final float scale;
  private final float softcap;

  /**
   * @param q [batch, heads, queries, size]
   * @param k [batch, heads, keys, size]
   */
  Scores(Ops op, Operation n, Value q, Value k) {
    this.op = op;
    this.q = q;
    this.k = k;
    float given = n.attribute("scale", 0f);
    this.scale = given != 0 ? given : (float) (1 / Math.sqrt((double) Heads.fixed(q, 3)));
    this.softcap = n.attribute("softcap", 0f);
  }

  /** Adds a mask or bias that is there already, of 2 to 4 axes. */
  Scores plus(Value mask) {
    added.add(mask);
    return this;
  }

  /** Adds a number where a condition does not hold. */
  Scores where(Value allowed, float otherwise) {
    return plus(op.where(allowed, op.scalar(0, q), op.scalar(otherwise, q)));
  }

  /** Shows a query only those keys that a condition allows. */
  Scores visible(Value allowed) {
    return where(allowed, lowest());
  }

  /** Hides what comes after a query that stands behind a number of keys of the past. */
  Scores causal(Value past) {
    return visible(op.not(op.less(queryPositions(past), keyPositions())));
  }

  /** Hides keys that lie as far as a window, or farther, before the query. */
  Scores window(long size, Value past) {
    Value first = op.sub(queryPositions(past), op.constant(Tensor.scalar(size)));
    return visible(op.less(first, keyPositions()));
  }

  /** Hides keys according to a mask of ONNX Runtime, which may have one of several forms. */
  Scores masked(Operation n, int input) {
    if (!n.hasX(input)) {
      return this;
    }
    Value mask = n.x(input);
    float hidden = n.attribute("mask_filter_value", -10000f);
    return switch (mask.rank()) {
      case 1 -> where(op.less(keyPositions(), lengths(n, mask)), hidden);
      case 2 -> where(op.unsqueeze(op.cast(mask, ElementType.BOOL), 1, 2), hidden);
      case 3 -> where(op.unsqueeze(op.cast(mask, ElementType.BOOL), 1), hidden);
      default ->
          throw new GraphException(
              "%s has a mask '%s' of an unknown form: %s".formatted(n, mask.name(), mask.type()));
    };
  }

  /** The number of keys of each example, [batch] to [batch, 1, 1, 1]. */
  private Value lengths(Operation n, Value mask) {
    boolean oneEach =
        mask.shape()
            .orElseThrow()
            .dimension(0)
            .provablyEquals(q.shape().orElseThrow().dimension(0));
    if (!oneEach) {
      throw new GraphException(
          "%s has a mask '%s' of %s numbers, expected one for each example of %s"
              .formatted(n, mask.name(), mask.type(), q.type()));
    }
    return op.reshape(op.cast(mask, ElementType.INT64), -1, 1, 1, 1);
  }

  /** [queries, 1]. */
  private Value queryPositions(Value past) {
    return op.reshape(op.add(op.range(size(q)), past), -1, 1);
  }

  /** [keys]. */
  private Value keyPositions() {
    return op.range(size(k));
  }

  private Value size(Value x) {
    return op.reshape(op.sizeOf(x, 2));
  }

  /** How many keys there are more than queries. */
  Value keysBefore() {
    return op.sub(size(k), size(q));
  }

  private float lowest() {
    return q.elementType() == ElementType.FLOAT16 ? -65504 : -Float.MAX_VALUE;
  }

  /** [batch, heads, queries, keys]. */
  Value value() {
    Value scores = op.matmul(q, false, k, true, scale);
    if (softcap != 0) {
      scores = op.mul(op.tanh(op.div(scores, softcap)), softcap);
    }
    for (Value mask : added) {
      scores = op.add(scores, mask);
    }
    return scores;
  }

  /** The mean of values, weighted by the softmax of the scores: [batch, heads, queries, size]. */
  Value weigh(Value v) {
    return op.matmul(op.softmax(value(), -1), v);
  }
}
