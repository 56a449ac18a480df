package org.tribuo.distill.task.internal;

import org.tribuo.distill.graph.Tensor;

/** The harmonic mean of precision and recall over all rows and labels together. */
record MicroF1() implements Score {
  @Override
  public String metric() {
    return "micro-f1";
  }

  @Override
  public double of(Tensor logits, Reference reference) {
    float[] values = logits.toFloats();
    float[] expected = reference.labels().toFloats();
    float[] weight = reference.weights().toFloats();
    int columns = (int) logits.dim(-1);
    double both = 0;
    double either = 0;
    for (int i = 0; i < values.length; i++) {
      int said = values[i] > 0 ? 1 : 0;
      int meant = expected[i] > 0 ? 1 : 0;
      both += (double) weight[i / columns] * said * meant;
      either += (double) weight[i / columns] * (said + meant);
    }
    return either == 0 ? 1 : 2.0 * both / either;
  }
}
