package org.tribuo.distill.teacher.internal;

import java.util.Arrays;
import java.util.List;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;

/**
 * How much each of several teachers counts in each row: its stated weight {@code w_k}, times {@code
 * exp(-H_k)} by confidence or {@code exp(-CE_k)} by correctness, divided by the sum over the
 * teachers. {@code H_k} is the entropy of teacher k's probabilities, {@code CE_k} its cross-entropy
 * with the label, both in nats, at temperature 1, and for several labels the mean over labels.
 *
 * <p>Weights by confidence and by agreement with the label are after Kwon et al. 2020 (Adaptive
 * knowledge distillation based on entropy, ICASSP) and Zhang et al. 2022 (Confidence-aware
 * multi-teacher knowledge distillation, arXiv:2201.00007); the forms here are one: {@code CE_k}
 * becomes {@code H_k} where the teacher's own answer stands for the label.
 *
 * @param stated a weight for each teacher, 0 or more, not all 0
 * @param byConfidence whether it counts how sure a teacher is, where correctness does not
 * @param byCorrectness whether it counts how right a teacher is, where there is a label
 */
public record TeacherWeights(List<Float> stated, boolean byConfidence, boolean byCorrectness) {
  /**
   * @throws IllegalArgumentException if a weight is out of its range
   */
  public TeacherWeights {
    stated = List.copyOf(stated);
    float sum = 0;
    for (float weight : stated) {
      if (!(weight >= 0)) {
        throw refused(stated);
      }
      sum += weight;
    }
    if (!(sum > 0 && Float.isFinite(sum))) {
      throw refused(stated);
    }
  }

  /** Whether nothing else counts. */
  boolean areStatedAlone() {
    return !byConfidence && !byCorrectness;
  }

  private static IllegalArgumentException refused(List<Float> stated) {
    return new IllegalArgumentException(
        "The weights of the teachers are %s, expected finite numbers of 0 or more, not all 0"
            .formatted(stated));
  }

  /**
   * The weights of each row.
   *
   * @param logits of each teacher, FLOAT [rows..., columns], columns in the order of the labels
   * @param labels INT64 [rows...], the column of the one label; or FLOAT [rows..., columns], 1 for
   *     each label that holds. For a regression only stated weights are defined
   * @param labelled FLOAT [rows...], 1 where there is a label
   * @return FLOAT [rows..., teachers], adding up to 1 in each row
   */
  public Tensor of(List<Tensor> logits, Tensor labels, Tensor labelled) {
    int teachers = stated.size();
    int rows = (int) labelled.elements();
    float[] known = labelled.toFloats();
    Answers answers = Answers.of(labels);
    double[][] logWeights = new double[rows][teachers];
    for (int k = 0; k < teachers; k++) {
      float[] all = logits.get(k).toFloats();
      int columns = all.length / rows;
      for (int row = 0; row < rows; row++) {
        logWeights[row][k] = Math.log(stated.get(k));
        if (!areStatedAlone()) {
          float[] said = Arrays.copyOfRange(all, row * columns, (row + 1) * columns);
          logWeights[row][k] -= surprise(answers, said, row, known[row] > 0);
        }
      }
    }
    float[] weights = new float[rows * teachers];
    for (int row = 0; row < rows; row++) {
      normalize(logWeights[row], weights, row * teachers);
    }
    long[] dims = Arrays.copyOf(labelled.dims(), labelled.rank() + 1);
    dims[labelled.rank()] = teachers;
    return Tensor.of(weights, dims);
  }

  private double surprise(Answers answers, float[] said, int row, boolean labelled) {
    if (labelled && byCorrectness) {
      return answers.crossEntropy(said, row);
    }
    return byConfidence ? answers.entropy(said) : 0;
  }

  private static void normalize(double[] logWeights, float[] into, int offset) {
    double largest = Arrays.stream(logWeights).max().orElseThrow();
    double sum = Arrays.stream(logWeights).map(w -> Math.exp(w - largest)).sum();
    for (int k = 0; k < logWeights.length; k++) {
      into[offset + k] = (float) (Math.exp(logWeights[k] - largest) / sum);
    }
  }

  /** What logits say, compared with what is true. */
  private sealed interface Answers {
    static Answers of(Tensor labels) {
      return labels.elementType() == ElementType.INT64
          ? new OneLabel(labels.toLongs())
          : new SeveralLabels(labels.toFloats());
    }

    double entropy(float[] said);

    double crossEntropy(float[] said, int row);
  }

  private record OneLabel(long[] labels) implements Answers {
    @Override
    public double entropy(float[] said) {
      double logSum = logSumExp(said);
      double entropy = 0;
      for (float logit : said) {
        entropy -= Math.exp(logit - logSum) * (logit - logSum);
      }
      return entropy;
    }

    @Override
    public double crossEntropy(float[] said, int row) {
      return logSumExp(said) - said[(int) labels[row]];
    }

    private static double logSumExp(float[] said) {
      double largest = said[0];
      for (float logit : said) {
        largest = Math.max(largest, logit);
      }
      double sum = 0;
      for (float logit : said) {
        sum += Math.exp(logit - largest);
      }
      return largest + Math.log(sum);
    }
  }

  private record SeveralLabels(float[] labels) implements Answers {
    @Override
    public double entropy(float[] said) {
      double entropy = 0;
      for (float logit : said) {
        double p = 1 / (1 + Math.exp(-logit));
        entropy += softplus(logit) - logit * p;
      }
      return entropy / said.length;
    }

    @Override
    public double crossEntropy(float[] said, int row) {
      double crossEntropy = 0;
      for (int i = 0; i < said.length; i++) {
        crossEntropy += softplus(said[i]) - said[i] * labels[row * said.length + i];
      }
      return crossEntropy / said.length;
    }

    private static double softplus(double x) {
      return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
  }
}
