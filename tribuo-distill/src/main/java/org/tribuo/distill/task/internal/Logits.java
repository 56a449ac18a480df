package org.tribuo.distill.task.internal;

import java.util.Arrays;

/** The logits of one example. */
final class Logits {
  private Logits() {}

  /**
   * @throws IllegalArgumentException unless there is one finite logit a column
   */
  static void check(float[] logits, LabelOrder columns) {
    if (logits.length != columns.size()) {
      throw new IllegalArgumentException(
          "There are %d logits, expected %d: one each for %s"
              .formatted(logits.length, columns.size(), columns.names()));
    }
    for (int i = 0; i < logits.length; i++) {
      if (!Float.isFinite(logits[i])) {
        throw new IllegalArgumentException(
            "The logit of '%s' is %s, expected a finite number; the model's weights may be broken"
                .formatted(columns.names().get(i), logits[i]));
      }
    }
  }

  /** exp(x) / Σ exp(x), computed from x − max so that nothing overflows. */
  static double[] softmax(float[] logits) {
    double max = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double[] probabilities = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = Math.exp(logits[i] - max);
    }
    double sum = Arrays.stream(probabilities).sum();
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] /= sum;
    }
    return probabilities;
  }

  /** 1 / (1 + exp(−x)); exp(−x) overflows to infinity where the result is 0 anyway. */
  static double sigmoid(float logit) {
    return 1 / (1 + Math.exp(-logit));
  }
}
