package org.tribuo.distill.generation.internal;

/** Natural logarithms of probabilities that are the softmax of logits, in double precision. */
public final class LogProbabilities {
  private LogProbabilities() {}

  /**
   * The logarithm of the sum of the powers of e.
   *
   * @param logits one vector after the other
   * @param from where the vector begins
   * @param count of the logits of a vector
   */
  public static double logSumExp(float[] logits, int from, int count) {
    double largest = logits[from + argMax(logits, from, count)];
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += Math.exp(logits[i] - largest);
    }
    return largest + Math.log(sum);
  }

  /** The place of the largest, from 0; of equal ones the first. */
  public static int argMax(float[] logits, int from, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (logits[from + i] > logits[from + best]) {
        best = i;
      }
    }
    return best;
  }
}
