package org.tribuo.distill.task.internal;

import org.tribuo.distill.graph.Tensor;

/** The fraction of the rows whose largest logit is that of the label. */
record Accuracy() implements Score {
  @Override
  public String metric() {
    return "accuracy";
  }

  @Override
  public double of(Tensor logits, Reference reference) {
    float[] values = logits.toFloats();
    long[] expected = reference.labels().toLongs();
    float[] weight = reference.weights().toFloats();
    int columns = (int) logits.dim(-1);
    double right = 0;
    double all = 0;
    for (int row = 0; row < expected.length; row++) {
      right += largest(values, row * columns, columns) == expected[row] ? weight[row] : 0;
      all += weight[row];
    }
    return right / all;
  }

  private static int largest(float[] values, int from, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (values[from + i] > values[from + best]) {
        best = i;
      }
    }
    return best;
  }
}
