package org.tribuo.distill;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.TokenSequence;
import org.tribuo.distill.output.TargetKind;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.training.Validation;

/** Measures a student on rows that were held out. */
final class HeldOutValidation implements Validation {
  private final StudentNetwork network;
  private final SessionSettings session;
  private final Score score;
  private final List<TokenSequence> texts;
  private final Tensor labels;

  HeldOutValidation(
      StudentNetwork network,
      SessionSettings session,
      TargetKind kind,
      TextRows rows,
      int[] heldOut) {
    this.network = network;
    this.session = session;
    this.score = Score.of(kind);
    this.texts = Arrays.stream(heldOut).mapToObj(rows.texts()::get).toList();
    this.labels = RowsOfTensor.pick(rows.targets().labels(), heldOut);
  }

  @Override
  public Map<String, Double> measure(OnnxModel student) {
    try (NetworkRunner runner = new NetworkRunner(network.withWeightsOf(student), session)) {
      return Map.of(score.metric(), score.of(runner.logits(texts), labels));
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
      double of(Tensor logits, Tensor labels) {
        float[] values = logits.toFloats();
        long[] expected = labels.toLongs();
        int columns = (int) logits.dim(1);
        int right = 0;
        for (int row = 0; row < expected.length; row++) {
          right += largest(values, row * columns, columns) == expected[row] ? 1 : 0;
        }
        return (double) right / expected.length;
      }
    },

    /** The harmonic mean of precision and recall over all rows and labels together. */
    MICRO_F1("micro-f1") {
      @Override
      double of(Tensor logits, Tensor labels) {
        float[] values = logits.toFloats();
        float[] expected = labels.toFloats();
        int both = 0;
        int either = 0;
        for (int i = 0; i < values.length; i++) {
          int said = values[i] > 0 ? 1 : 0;
          int meant = expected[i] > 0 ? 1 : 0;
          both += said * meant;
          either += said + meant;
        }
        return either == 0 ? 1 : 2.0 * both / either;
      }
    },

    /** The mean of the squared errors, negative. */
    NEGATIVE_SQUARED_ERROR("negative-squared-error") {
      @Override
      double of(Tensor logits, Tensor labels) {
        float[] values = logits.toFloats();
        float[] expected = labels.toFloats();
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
          double error = values[i] - expected[i];
          sum += error * error;
        }
        return -sum / values.length;
      }
    };

    private final String metric;

    Score(String metric) {
      this.metric = metric;
    }

    String metric() {
      return metric;
    }

    abstract double of(Tensor logits, Tensor labels);

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
