package org.tribuo.distill.operator.internal.standard;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/**
 * The mask of keys that ONNX Runtime's attention operators read, as whole numbers in one of several
 * forms, and what it adds to the scores: 0 for a key that is seen, {@code mask_filter_value} for
 * one that is not.
 *
 * <ul>
 *   <li>[batch]: the number of keys of each example;
 *   <li>[2 · batch]: where the keys of each example end, then where they start;
 *   <li>[batch, keys], [batch, queries, keys]: above 0 for a key that is seen;
 *   <li>[batch, 1], [1, 1]: no mask.
 * </ul>
 */
final class KeyMask {
  private final Ops op;
  private final Operation n;
  private final Value mask;
  private final Scores scores;
  private final Value batch;

  private KeyMask(Ops op, Operation n, Value mask, Scores scores, Value batch) {
    this.op = op;
    this.n = n;
    this.mask = mask;
    this.scores = scores;
    this.batch = batch;
  }

  /**
   * What the mask of an Attention adds to the scores, [..., keys].
   *
   * @param like a value whose first axis is that of the examples
   */
  static Optional<Value> ofAttention(Ops op, Operation n, int input, Scores scores, Value like) {
    return of(op, n, input, scores, like).flatMap(mask -> mask.added(mask.startsToo()));
  }

  /**
   * As above, for a MultiHeadAttention: in a mask of one axis, the numbers of keys come first; how
   * the queries are packed, which may follow, changes nothing.
   */
  static Optional<Value> ofMultiHead(Ops op, Operation n, int input, Scores scores, Value like) {
    return of(op, n, input, scores, like).flatMap(mask -> mask.added(false));
  }

  private static Optional<KeyMask> of(Ops op, Operation n, int input, Scores scores, Value like) {
    return n.hasX(input)
        ? Optional.of(new KeyMask(op, n, n.x(input), scores, like))
        : Optional.empty();
  }

  private Optional<Value> added(boolean startsToo) {
    return switch (mask.rank()) {
      case 1 -> Optional.of(added(startsToo ? fromStartToEnd() : scores.among(first())));
      case 2 ->
          mask.shape().orElseThrow().dimension(1).is(1)
              ? Optional.empty()
              : Optional.of(added(op.unsqueeze(shown(), 1, 2)));
      case 3 -> Optional.of(added(op.unsqueeze(shown(), 1)));
      default ->
          throw new GraphException(
              "%s has a mask '%s' of an unknown form: %s, expected 1 to 3 axes"
                  .formatted(n, mask.name(), mask.type()));
    };
  }

  private Value added(Value seen) {
    Value like = n.x(0);
    float hidden = n.attribute("mask_filter_value", -10000f);
    return op.where(seen, op.scalar(0, like), op.scalar(hidden, like));
  }

  private Value shown() {
    return op.less(op.constant(Tensor.scalar(0L)), op.cast(mask, ElementType.INT64));
  }

  /** Whether there may be more numbers than one for each example. */
  private boolean startsToo() {
    Dimension numbers = mask.rank() == 1 ? size(mask) : Dimension.unknown();
    if (numbers instanceof Dimension.Fixed all && size(batch) instanceof Dimension.Fixed examples) {
      if (all.size() != examples.size() && all.size() != 2 * examples.size()) {
        throw new GraphException(
            "%s has a mask '%s' of %s numbers, expected one or two for each example of %s"
                .formatted(n, mask.name(), mask.type(), batch.type()));
      }
    }
    return !numbers.provablyEquals(size(batch));
  }

  private static Dimension size(Value x) {
    return x.shape().map(shape -> shape.dimension(0)).orElse(Dimension.unknown());
  }

  /** The first number of each example. */
  private Value first() {
    return size(mask).provablyEquals(size(batch))
        ? mask
        : op.slice(mask, op.longs(0), op.sizeOf(batch, 0), op.longs(0));
  }

  /** The starts are 0 where the mask has ends only, which the run may have to show. */
  private Value fromStartToEnd() {
    Value examples = op.sizeOf(batch, 0);
    Value rows =
        op.reshape(op.cast(mask, ElementType.INT64), op.concat(0, List.of(op.longs(-1), examples)));
    Value zeros = op.expand(op.constant(Tensor.scalar(0L)), examples);
    Value padded = op.concat(0, List.of(rows, op.unsqueeze(zeros, 0)));
    Value ends = op.gather(rows, op.constant(Tensor.scalar(0L)), 0);
    Value starts = op.gather(padded, op.constant(Tensor.scalar(1L)), 0);
    Value started = op.not(op.less(scores.keyPositions(), Scores.byExample(op, starts)));
    return op.and(scores.among(ends), started);
  }
}
