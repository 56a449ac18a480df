package org.tribuo.distill;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.TokenSequence;
import org.tribuo.distill.output.TargetKind;
import org.tribuo.distill.training.Validation;

/** Measures a student on rows that were held out, each as its example's weight says. */
final class HeldOutValidation implements Validation {
  private final StudentNetwork network;
  private final Device device;
  private final Score score;
  private final List<TokenSequence> texts;
  private final Tensor labels;
  private final Tensor weights;

  HeldOutValidation(
      StudentNetwork network, Device device, TargetKind kind, TextRows rows, int[] heldOut) {
    this.network = network;
    this.device = device;
    this.score = Score.of(kind);
    this.texts = Arrays.stream(heldOut).mapToObj(rows.texts()::get).toList();
    this.labels = RowsOfTensor.pick(rows.targets().labels(), heldOut);
    this.weights = RowsOfTensor.pick(rows.weights().relative(), heldOut);
  }

  @Override
  public Map<String, Double> measure(OnnxModel student) {
    try (NetworkRunner runner = new NetworkRunner(network.withWeightsOf(student), device)) {
      return Map.of(score.metric(), score.of(runner.logits(texts), labels, weights));
    }
  }

  @Override
  public String criterion() {
    return score.metric();
  }

  /** How well logits agree with labels; higher is better. */
  enum Score {
    /** The part of the rows whose largest logit is that of the label. */
    ACCURACY("accuracy") {
      @Override
      double of(Tensor logits, Tensor labels, Tensor weights) {
        float[] values = logits.toFloats();
        long[] expected = labels.toLongs();
        float[] weight = weights.toFloats();
        int columns = (int) logits.dim(1);
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
      double of(Tensor logits, Tensor labels, Tensor weights) {
        float[] values = logits.toFloats();
        float[] expected = labels.toFloats();
        float[] weight = weights.toFloats();
        int columns = (int) logits.dim(1);
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
      double of(Tensor logits, Tensor labels, Tensor weights) {
        float[] values = logits.toFloats();
        float[] expected = labels.toFloats();
        float[] weight = weights.toFloats();
        int columns = (int) logits.dim(1);
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

    String metric() {
      return metric;
    }

    abstract double of(Tensor logits, Tensor labels, Tensor weights);

    static Score of(TargetKind kind) {
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
}
