package org.tribuo.distill.teacher.internal.store;

import java.util.Optional;
import org.tribuo.distill.graph.Tensor;

/**
 * What the teacher's logits of some examples are. Where rows differ in length, all are padded with
 * 0 to the longest.
 *
 * @param logits FLOAT [examples, shape of a row]
 * @param classes the columns that the logits are of, INT64 of the same dimensions, where only the
 *     largest are there
 * @param tails the logarithms of the sums of the exponentials of all other logits, FLOAT of the
 *     same dimensions but for the last, which is 1, where only the largest are there
 */
public record SoftTargetBatch(Tensor logits, Optional<Tensor> classes, Optional<Tensor> tails) {
  /** The logit of a position that an example does not have. */
  static final float NO_POSITION = -10_000;

  /**
   * The logits of one column, where columns come first.
   *
   * @return FLOAT [examples, positions] of logits [examples, columns, positions]
   */
  public Tensor ofColumn(int column) {
    int columns = (int) logits.dim(1);
    int positions = (int) logits.dim(2);
    float[] all = logits.toFloats();
    float[] picked = new float[all.length / columns];
    for (int row = 0; row < picked.length / positions; row++) {
      int from = (row * columns + column) * positions;
      System.arraycopy(all, from, picked, row * positions, positions);
    }
    return Tensor.of(picked, logits.dim(0), positions);
  }
}
