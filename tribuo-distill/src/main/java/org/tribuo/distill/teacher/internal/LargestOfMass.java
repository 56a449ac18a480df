package org.tribuo.distill.teacher.internal;

import java.util.Optional;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.task.internal.TensorRows;
import org.tribuo.distill.teacher.internal.store.SoftTargetBatch;
import org.tribuo.distill.teacher.internal.store.SoftTargets;

/**
 * How many of a teacher's largest logits have a stated part of its probability: of the counts from
 * 32 to a maximum the smallest with which it is reached, at temperature 1, on the mean over the
 * positions that count of up to 1,000 examples, evenly spaced over all; the maximum where none
 * reaches it. The same soft targets give the same count.
 *
 * @param mass the part, between 0 and 1
 * @param most the maximum
 */
record LargestOfMass(double mass, int most) {
  private static final int FEWEST = 32;
  private static final int EXAMPLES = 1000;

  /**
   * The count.
   *
   * @param softTargets of all examples, at least the largest {@code most} logits of each vector, or
   *     all if there are fewer
   * @param counted of each example 1 for each position that counts; empty where all do
   */
  int of(SoftTargets softTargets, Optional<TensorRows> counted) {
    int columns = Math.min(most, softTargets.shape().columns());
    SoftTargets largest = softTargets.largest(columns);
    double[] masses = new double[columns];
    int examples = Math.min(EXAMPLES, largest.rows());
    long positions = 0;
    for (int i = 0; i < examples; i++) {
      int row = (int) ((long) i * largest.rows() / examples);
      Optional<float[]> counts = counted.map(all -> all.pick(row).toFloats());
      positions += add(largest.batch(row), counts, masses);
    }
    double reached = 0;
    for (int count = 1; count <= columns; count++) {
      reached += masses[count - 1];
      if (count >= FEWEST && reached >= mass * positions) {
        return count;
      }
    }
    return columns;
  }

  /** Adds the probability of the largest logit, of that behind it and so on; counts positions. */
  private static long add(SoftTargetBatch batch, Optional<float[]> counts, double... masses) {
    float[] logits = batch.logits().toFloats();
    float[] tails = batch.tails().map(Tensor::toFloats).orElse(new float[0]);
    long positions = 0;
    for (int vector = 0; vector < tails.length; vector++) {
      if (counts.isPresent() && counts.get()[vector] == 0) {
        continue;
      }
      int from = vector * masses.length;
      double sum = Math.exp((double) tails[vector] - logits[from]);
      for (int i = 0; i < masses.length; i++) {
        sum += Math.exp((double) logits[from + i] - logits[from]);
      }
      for (int i = 0; i < masses.length; i++) {
        masses[i] += Math.exp((double) logits[from + i] - logits[from]) / sum;
      }
      positions++;
    }
    return positions;
  }
}
