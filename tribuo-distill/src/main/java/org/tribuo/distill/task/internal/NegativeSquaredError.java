package org.tribuo.distill.task.internal;

import org.tribuo.distill.graph.Tensor;

/** The mean of the squared errors, negative. */
record NegativeSquaredError() implements Score {
  @Override
  public String metric() {
    return "negative-squared-error";
  }

  @Override
  public double of(Tensor logits, Reference reference) {
    float[] values = logits.toFloats();
    float[] expected = reference.labels().toFloats();
    float[] weight = reference.weights().toFloats();
    int columns = (int) logits.dim(-1);
    double sum = 0;
    double all = 0;
    for (int i = 0; i < values.length; i++) {
      double error = values[i] - expected[i];
      sum += weight[i / columns] * (error * error);
      all += weight[i / columns];
    }
    return -sum / all;
  }
}
