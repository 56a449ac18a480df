package org.tribuo.distill.operator.internal.standard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/**
 * The scores of an attention, {@code scale · QKᵀ}, capped where requested, plus biases, where the
 * query sees the key: biases and conditions broadcast to [batch, heads, queries, keys].
 */
final class Scores {
  private final Ops op;
  private final Value q;
  private final Value k;
  private final List<Value> biases = new ArrayList<>();
  private final List<Value> conditions = new ArrayList<>();
  private final float scale;
  private final float softcap;
  private boolean blindQueries;
  private boolean absorbingBiases;

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

  /** Adds a bias that is there already, of 2 to 4 axes. */
  Scores plus(Value bias) {
    biases.add(bias);
    return this;
  }

  /** Shows a query only those keys that a condition allows. */
  Scores visible(Value allowed) {
    conditions.add(allowed);
    return this;
  }

  /** States that a query may see no key at all: its result is 0. */
  Scores withBlindQueries() {
    blindQueries = true;
    return this;
  }

  /**
   * States that a bias may be so low that nothing is left of the score: where a query sees no other
   * keys, the score has no influence.
   */
  Scores withAbsorbingBiases() {
    absorbingBiases = true;
    return this;
  }

  /** Whether a key stands at the position of the query or before: [..., queries, keys]. */
  Value upTo(Value queryPositions) {
    return op.not(op.less(queryPositions, keyPositions()));
  }

  /** Whether a key stands fewer positions than a window before the query. */
  Value within(long window, Value queryPositions) {
    Value first = op.sub(queryPositions, op.constant(Tensor.scalar(window)));
    return op.less(first, keyPositions());
  }

  /** Whether a key is among the first of its example: [batch, 1, 1, keys]. */
  Value among(Value lengths) {
    return op.less(keyPositions(), byExample(op, lengths));
  }

  /** One number for each example, [batch], so that it broadcasts to the scores. */
  static Value byExample(Ops op, Value perExample) {
    return op.reshape(op.cast(perExample, ElementType.INT64), -1, 1, 1, 1);
  }

  /** The positions of the queries behind those of a past, [..., queries, 1]. */
  Value queryPositions(Value past) {
    return op.add(op.unsqueeze(op.range(queries()), 1), past);
  }

  /** The position of each key, [keys]. */
  Value keyPositions() {
    return op.range(keys());
  }

  /** The number of queries, a scalar. */
  Value queries() {
    return op.reshape(op.sizeOf(q, 2));
  }

  /** The number of keys, a scalar. */
  Value keys() {
    return op.reshape(op.sizeOf(k, 2));
  }

  /** [batch, heads, queries, keys], and where a query sees no key that it sees all. */
  Value value() {
    Value scores = op.matmul(q, false, k, true, scale);
    if (softcap != 0) {
      scores = op.mul(op.tanh(op.div(scores, softcap)), softcap);
    }
    Optional<Value> added = added();
    if (added.isEmpty()) {
      return scores;
    }
    Value sum = op.add(scores, added.get());
    return absorbingBiases ? op.where(op.less(lowest(op, q), added.get()), sum, added.get()) : sum;
  }

  /** The lowest number. */
  static Value lowest(Ops op, Value like) {
    return op.scalar(like.elementType() == ElementType.FLOAT16 ? -65504 : -Float.MAX_VALUE, like);
  }

  private Optional<Value> added() {
    Optional<Value> bias = biases.stream().reduce(op::add);
    return visible()
        .map(seen -> blindQueries ? op.or(seen, op.not(seesAny(seen))) : seen)
        .map(
            seen ->
                op.where(
                    seen,
                    bias.orElseGet(() -> op.scalar(0, q)),
                    op.scalar(Double.NEGATIVE_INFINITY, q)))
        .or(() -> bias);
  }

  private Optional<Value> visible() {
    return conditions.stream().reduce(op::and);
  }

  /** Whether a query sees a key, [..., queries, 1]. */
  private Value seesAny(Value visible) {
    Value most = op.reduceMaxKeep(op.cast(visible, ElementType.FLOAT), -1);
    return op.cast(most, ElementType.BOOL);
  }

  /** The mean of values, weighted by the softmax of the scores: [batch, heads, queries, size]. */
  Value weigh(Value v) {
    Value y = op.matmul(op.softmax(value(), -1), v);
    return blindQueries
        ? visible().map(seen -> op.where(seesAny(seen), y, op.scalar(0, y))).orElse(y)
        : y;
  }
}
