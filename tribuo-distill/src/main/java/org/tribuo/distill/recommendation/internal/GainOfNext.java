package org.tribuo.distill.recommendation.internal;

import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.task.internal.Reference;
import org.tribuo.distill.task.internal.Score;

/**
 * NDCG of the first ten of all items, over the histories of which the next item is known, each by
 * its weight.
 */
record GainOfNext() implements Score {
  @Override
  public String metric() {
    return "ndcg@" + Gain.USUAL_PLACES;
  }

  /**
   * {@inheritDoc}
   *
   * @param logits FLOAT [rows, columns], those of the last step of each row
   * @param reference of all steps, [rows, positions]
   */
  @Override
  public double of(Tensor logits, Reference reference) {
    float[] values = logits.toFloats();
    int columns = (int) logits.dim(1);
    long[] expected = reference.labels().toLongs();
    float[] weights = reference.weights().toFloats();
    float[] steps = reference.scored().orElseThrow().toFloats();
    int positions = (int) reference.labels().dim(1);
    double gain = 0;
    double all = 0;
    for (int row = 0; row < logits.dim(0); row++) {
      int last = (row + 1) * positions - 1;
      while (steps[last] == 0) {
        last--;
      }
      if (weights[last] > 0) {
        int place = Ranking.place(values, row * columns, columns, (int) expected[last]);
        gain += weights[last] * Gain.of(place, Gain.USUAL_PLACES);
        all += weights[last];
      }
    }
    return all == 0 ? 0 : gain / all;
  }
}
