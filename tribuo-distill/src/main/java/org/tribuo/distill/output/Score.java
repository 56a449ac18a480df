package org.tribuo.distill.output;

import org.tribuo.distill.graph.Tensor;

/** How well logits agree with labels; higher is better. */
public enum Score {
  /** The part of the rows whose largest logit is that of the label. */
  ACCURACY("accuracy") {
    @Override
    public double of(Tensor logits, Tensor labels, Tensor weights) {
      float[] values = logits.toFloats();
      long[] expected = labels.toLongs();
      float[] weight = weights.toFloats();
      int columns = (int) logits.dim(-1);
      double right = 0;
      double all = 0;
      for (int row = 0; row < expected.length; row++) {
        right += largest(values, row * columns, columns) == expected[row] ? weight[row] : 0;
        all += weight[row];
      }
      return right / all;
    }
  },

  /** The harmonic mean of precision and recall over all rows and labels together. */
  MICRO_F1("micro-f1") {
    @Override
    public double of(Tensor logits, Tensor labels, Tensor weights) {
      float[] values = logits.toFloats();
      float[] expected = labels.toFloats();
      float[] weight = weights.toFloats();
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
  },

  /** The mean of the squared errors, negative. */
  NEGATIVE_SQUARED_ERROR("negative-squared-error") {
    @Override
    public double of(Tensor logits, Tensor labels, Tensor weights) {
      float[] values = logits.toFloats();
      float[] expected = labels.toFloats();
      float[] weight = weights.toFloats();
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
  };

  private final String metric;

  Score(String metric) {
    this.metric = metric;
  }

  /** The name of the metric. */
  public String metric() {
    return metric;
  }

  /**
   * The score of some rows.
   *
   * @param logits FLOAT [rows..., columns], where a row is an example or a token
   * @param labels INT64 [rows...] or FLOAT [rows..., columns], as a codec encodes them
   * @param weights of the rows, FLOAT [rows...]; 0 for those that have no label, and padding
   */
  public abstract double of(Tensor logits, Tensor labels, Tensor weights);

  /** The score of outputs of a kind. */
  public static Score of(TargetKind kind) {
    return switch (kind) {
      case MULTICLASS -> ACCURACY;
      case MULTILABEL -> MICRO_F1;
      case REGRESSION -> NEGATIVE_SQUARED_ERROR;
    };
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
