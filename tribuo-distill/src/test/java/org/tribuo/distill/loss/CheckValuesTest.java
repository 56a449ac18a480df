package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.loss.internal.BinaryCrossEntropy;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.SquaredError;

/**
 * Each loss on two rows of three classes, at temperature 2, against values that were computed from
 * the formulas in NumPy or are worked out here.
 */
class CheckValuesTest {
  private static final double[] STUDENT = {2, 1, 0, 0, 1, -1};
  private static final double[] TEACHER = {3, 0, -1, 1, 2, -2};
  private static final double T_SQUARED = 4;
  private static final Offset<Double> CLOSE = within(1e-5);

  static Stream<ResponseLossCase> cases() {
    return ResponseLossCase.ALL.stream().filter(test -> test.value().isPresent());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theValueIsTheOneComputedElsewhere(ResponseLossCase test) throws Exception {
    double value = test.value().orElseThrow();
    assertThat(term("loss", test.objective(RowForm.examples()), Map.of()))
        .isEqualTo(value, within(1e-5 * Math.max(1, value)));
  }

  @Test
  void crossEntropyWithSmoothingAndWeights() throws Exception {
    double[][] q = {softmax(2, 1, 0), softmax(0, 1, -1)};
    double[] w = {0.5, 2, 1};
    int[] y = {0, 1};
    double expected = 0;
    for (int row = 0; row < 2; row++) {
      expected -= 0.9 * w[y[row]] * Math.log(q[row][y[row]]) / 2;
      for (int c = 0; c < 3; c++) {
        expected -= 0.1 / 3 * w[c] * Math.log(q[row][c]) / 2;
      }
    }
    assertThat(
            hard(
                new CrossEntropy(0.1f, Map.of("a", 0.5f, "b", 2f))
                    .forLabels(List.of("a", "b", "c"))))
        .isEqualTo(expected, CLOSE);
  }

  @Test
  void binaryCrossEntropy() throws Exception {
    double expected = 0;
    double[] labels = {1, 0, 1, 0, 1, 0};
    for (int i = 0; i < 6; i++) {
      expected -= Math.log(sigmoid(labels[i] == 1 ? STUDENT[i] : -STUDENT[i])) / 6;
    }
    assertThat(term("hard", Objective.of(RowForm.examples(), new BinaryCrossEntropy()), labels))
        .isEqualTo(expected, CLOSE);
  }

  @Test
  void squaredError() throws Exception {
    double[] labels = {1, 1, 1, 1, 1, 1};
    assertThat(term("hard", Objective.of(RowForm.examples(), new SquaredError()), labels))
        .isEqualTo((1 + 0 + 1 + 1 + 0 + 4) / 6.0, CLOSE);
  }

  @Test
  void theEndsOfJensenShannonAreTheForwardAndTheReverseDivergence() throws Exception {
    assertThat(soft(new JensenShannon(0))).isEqualTo(.315312, CLOSE);
    assertThat(soft(new JensenShannon(1))).isEqualTo(.361233, CLOSE);
    assertThat(soft(new JensenShannon(1e-9))).isEqualTo(.315312, CLOSE);
    assertThat(soft(new JensenShannon(1 - 1e-9))).isEqualTo(.361233, CLOSE);
  }

  @Test
  void binarySoftTargets() throws Exception {
    double expected = 0;
    for (int i = 0; i < 6; i++) {
      double p = sigmoid(TEACHER[i] / 2);
      double q = sigmoid(STUDENT[i] / 2);
      expected -= (p * Math.log(q) + (1 - p) * Math.log(1 - q)) / 6;
    }
    assertThat(soft(new BinarySoftTargets())).isEqualTo(expected * T_SQUARED, CLOSE);
  }

  @Test
  void sparseTeacherWithAllClassesIsTheTeacher() throws Exception {
    Map<String, Tensor> batch = new HashMap<>();
    batch.put("teacher_logits", Tensor.of(new double[] {0, 3, -1, 1, 2, -2}, 2, 3));
    batch.put("teacher_logits_indices", Tensor.of(new long[] {1, 0, 2, 0, 1, 2}, 2, 3));
    assertThat(term("soft", Objective.of(RowForm.examples(), new SparseKlDivergence(3)), batch))
        .isEqualTo(.315312, CLOSE);
  }

  @Test
  void sparseTeacherIsRenormalisedAndTheStudentIsNot() throws Exception {
    Map<String, Tensor> batch = new HashMap<>();
    batch.put("teacher_logits", Tensor.of(new double[] {3, 0, 2, 1}, 2, 2));
    batch.put("teacher_logits_indices", Tensor.of(new long[] {0, 1, 1, 0}, 2, 2));
    double[][] p = {softmax(1.5, 0), softmax(1, 0.5)};
    double[][] q = {softmax(1, 0.5, 0), softmax(0.5, 0, -0.5)};
    double expected = 0;
    for (int row = 0; row < 2; row++) {
      for (int i = 0; i < 2; i++) {
        expected += p[row][i] * Math.log(p[row][i] / q[row][i]) / 2;
      }
    }
    assertThat(term("soft", Objective.of(RowForm.examples(), new SparseKlDivergence(2)), batch))
        .isEqualTo(expected * T_SQUARED, CLOSE);
  }

  /** At T = 2 the tail is softened as one class, whose logit is that of the sum. */
  @Test
  void theRestIsOneClassOfBoth() throws Exception {
    double[][] teacher = {{3, 0, -1}, {1, 2, -2}};
    double[][] student = {{2, 1, 0}, {0, 1, -1}};
    Map<String, Tensor> batch = new HashMap<>();
    batch.put("teacher_logits", Tensor.of(new double[] {3, 2}, 2, 1));
    batch.put("teacher_logits_indices", Tensor.of(new long[] {0, 1}, 2, 1));
    double[] tails = {Math.log(Math.exp(0) + Math.exp(-1)), Math.log(Math.exp(1) + Math.exp(-2))};
    batch.put("teacher_logits_tail", Tensor.of(tails, 2, 1));
    int[] classes = {0, 1};
    double expected = 0;
    for (int row = 0; row < 2; row++) {
      double[] p = softmax(teacher[row][classes[row]] / 2, tails[row] / 2);
      double rest = 0;
      for (int i = 0; i < 3; i++) {
        rest += i == classes[row] ? 0 : Math.exp(student[row][i]);
      }
      double[] q = softmax(student[row][classes[row]] / 2, Math.log(rest) / 2);
      for (int i = 0; i < 2; i++) {
        expected += p[i] * Math.log(p[i] / q[i]) / 2;
      }
    }
    SoftLoss loss = new SparseKlDivergence(1, SparseKlDivergence.Tail.REST_CLASS);
    assertThat(term("soft", Objective.of(RowForm.examples(), loss), batch))
        .isEqualTo(expected * T_SQUARED, CLOSE);
  }

  @Test
  void theObjectiveBlendsBoth() throws Exception {
    Objective both = Objective.of(RowForm.examples(), new CrossEntropy(), new KlDivergence());
    assertThat(term("loss", both, Map.of())).isEqualTo(.3 * .407606 + .7 * .315312, CLOSE);
  }

  private static double hard(HardLoss loss) throws Exception {
    return term("hard", Objective.of(RowForm.examples(), loss), Map.of());
  }

  private static double soft(SoftLoss loss) throws Exception {
    return term("soft", Objective.of(RowForm.examples(), loss), Map.of());
  }

  private static double term(String name, Objective objective, double[] labels) throws Exception {
    return term(name, objective, Map.of("labels", Tensor.of(labels, 2, 3)));
  }

  private static double term(String name, Objective objective, Map<String, Tensor> instead)
      throws Exception {
    TensorType logits =
        TensorType.of(ElementType.DOUBLE, Shape.of(Dimension.of("batch"), Dimension.of(3)));
    Map<String, Tensor> batch = new HashMap<>();
    batch.put("logits", Tensor.of(STUDENT, 2, 3));
    batch.put("teacher_logits", Tensor.of(TEACHER, 2, 3));
    batch.put("labels", Tensor.vector(0, 1));
    batch.put("labelled", Tensor.of(new double[] {1, 1}, 2));
    batch.put("alpha", Tensor.of(new double[] {.7}));
    batch.put("temperature", Tensor.of(new double[] {2}));
    batch.put("loss_scale", Tensor.of(new double[] {1}));
    batch.putAll(instead);
    try (LossGraph graph = LossGraph.of(objective, logits)) {
      return LossGraph.number(graph.run(batch).get(name));
    }
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double[] softmax(double... x) {
    double sum = 0;
    for (double v : x) {
      sum += Math.exp(v);
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = Math.exp(x[i]) / sum;
    }
    return y;
  }
}
