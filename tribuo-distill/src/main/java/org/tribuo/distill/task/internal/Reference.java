package org.tribuo.distill.task.internal;

import java.util.Optional;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Tensor;

/**
 * What logits are compared with, of some examples.
 *
 * @param labels INT64 [rows...] or FLOAT [rows..., columns], as a codec encodes them; of spans
 *     INT64 [rows, 2]
 * @param weights of the rows, FLOAT [rows...]; 0 for those that have no label, and padding
 * @param scored FLOAT [rows...], 1 where a row is predicted, with a label or without; empty if all
 *     are
 * @param sources for each example the number of what it was cut from; those of one source follow
 *     each other
 */
public record Reference(Tensor labels, Tensor weights, Optional<Tensor> scored, int[] sources) {
  /** The reference of examples that are predicted each for itself. */
  public static Reference of(Tensor labels, Tensor weights) {
    return new Reference(
        labels,
        weights,
        Optional.empty(),
        IntStream.range(0, Math.toIntExact(weights.dim(0))).toArray());
  }
}
