package org.tribuo.distill.generation.internal;

import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.task.internal.Reference;
import org.tribuo.distill.task.internal.Score;

/**
 * The mean of the natural logarithm of the probability of each token that is to be predicted, each
 * by the weight of its text: minus the logarithm of the perplexity.
 */
record MeanLogLikelihood() implements Score {
  @Override
  public String metric() {
    return "log-likelihood";
  }

  /** That of the label alone. */
  @Override
  public int width(int columns) {
    return 1;
  }

  @Override
  public float[] kept(float[] logits, Tensor labels) {
    long[] expected = labels.toLongs();
    int columns = logits.length / expected.length;
    float[] kept = new float[expected.length];
    for (int i = 0; i < kept.length; i++) {
      if (expected[i] >= 0) {
        int from = i * columns;
        kept[i] =
            (float)
                (logits[from + (int) expected[i]]
                    - LogProbabilities.logSumExp(logits, from, columns));
      }
    }
    return kept;
  }

  @Override
  public double of(Tensor kept, Reference reference) {
    float[] logs = kept.toFloats();
    float[] weights = reference.weights().toFloats();
    double sum = 0;
    double all = 0;
    for (int i = 0; i < logs.length; i++) {
      sum += (double) weights[i] * logs[i];
      all += weights[i];
    }
    return sum / all;
  }
}
