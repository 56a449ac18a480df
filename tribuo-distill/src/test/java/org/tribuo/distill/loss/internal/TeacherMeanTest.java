package org.tribuo.distill.loss.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.loss.BinarySoftTargets;
import org.tribuo.distill.loss.CosineDistance;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.JensenShannon;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LogitStandardization;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.loss.LossGraph;
import org.tribuo.distill.loss.ReverseKl;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.loss.WeightedLosses;

/** Two teachers of two rows and three classes, against the mean worked out here. */
class TeacherMeanTest {
  private static final double[] STUDENT = {2, 1, 0, 0, 1, -1};
  private static final double[] FIRST = {3, 0, -1, 1, 2, -2};
  private static final double[] SECOND = {0, 1, 1, -3, 0, 4};
  private static final double[] WEIGHTS = {.25, .75, 1, 0};
  private static final int CLASSES = 3;

  @Test
  void softenedProbabilitiesAreAveragedAtTheTemperatureOfTheStep() throws Exception {
    for (double temperature : new double[] {1, 2, 7}) {
      double[] mean = mean(softmax(FIRST, temperature), softmax(SECOND, temperature));
      double[] logits = map(mean, p -> temperature * Math.log(p));
      for (SoftLoss loss :
          List.of(new KlDivergence(), new ReverseKl(), new Dist(1, 1), new JensenShannon(.2))) {
        assertThat(ofMean(loss, HardLoss.AnswerForm.PROBABILITIES, temperature))
            .as("%s at %s", loss, temperature)
            .isEqualTo(ofOne(loss, logits, temperature), within(1e-6));
      }
    }
  }

  @Test
  void probabilitiesOfLabelsAreAveragedOneByOne() throws Exception {
    double temperature = 3;
    DoubleUnaryOperator sigmoid = x -> 1 / (1 + Math.exp(-x / temperature));
    double[] mean = mean(map(FIRST, sigmoid), map(SECOND, sigmoid));
    double[] logits = map(mean, p -> temperature * Math.log(p / (1 - p)));
    assertThat(
            ofMean(new BinarySoftTargets(), HardLoss.AnswerForm.LABEL_PROBABILITIES, temperature))
        .isEqualTo(ofOne(new BinarySoftTargets(), logits, temperature), within(1e-6));
  }

  @Test
  void logitsAreAveraged() throws Exception {
    double[] logits = mean(FIRST, SECOND);
    for (SoftLoss loss : List.of(new LogitsMse(), new KlDivergence())) {
      assertThat(ofMean(loss, HardLoss.AnswerForm.LOGITS, 2))
          .isEqualTo(ofOne(loss, logits, 2), within(1e-9));
    }
  }

  @Test
  void teachersFarApartGiveNoInfinity() throws Exception {
    double[] sure = {900, -900, 0, 900, 0, -900};
    double[] ofOther = {-900, 900, 0, -900, 900, 0};
    TeacherMean loss = new TeacherMean(new KlDivergence(), 2, HardLoss.AnswerForm.PROBABILITIES);
    Map<String, Tensor> batch = batch(1);
    batch.put("teacher_logits_1", rows(sure));
    batch.put("teacher_logits_2", rows(ofOther));
    assertThat(loss(loss, batch)).isFinite();
  }

  @Test
  void aMeanOfProbabilitiesLeavesOpenWhatLogitsAre() {
    for (SoftLoss loss :
        List.of(
            new LogitsMse(),
            new CosineDistance(),
            new WeightedLosses(List.of(new KlDivergence(), new LogitsMse()), 1., 1.))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new TeacherMean(loss, 2, HardLoss.AnswerForm.PROBABILITIES))
          .withMessageContaining("LOGITS")
          .withMessageContaining("averaged as PROBABILITIES, which leave open what their logits")
          .withMessageContaining("set the mean of SeveralTeachers to LOGITS");
      new TeacherMean(loss, 2, HardLoss.AnswerForm.LOGITS);
    }
    // Standardised, logits that differ by a constant are the same.
    new TeacherMean(
        new LogitStandardization(new LogitsMse()), 2, HardLoss.AnswerForm.PROBABILITIES);
  }

  @Test
  void theLargestLogitsAloneAreNotAveraged() {
    assertThatThrownBy(
            () -> ofMean(new SparseKlDivergence(2), HardLoss.AnswerForm.PROBABILITIES, 1))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("2 largest logits alone are neither averaged over several teachers");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TeacherMean(new KlDivergence(), 0, HardLoss.AnswerForm.LOGITS))
        .withMessageContaining("A mean of 0 teachers");
  }

  private static double ofMean(SoftLoss loss, HardLoss.AnswerForm of, double temperature)
      throws Exception {
    Map<String, Tensor> batch = batch(temperature);
    batch.put("teacher_logits_1", rows(FIRST));
    batch.put("teacher_logits_2", rows(SECOND));
    return loss(new TeacherMean(loss, 2, of), batch);
  }

  private static double ofOne(SoftLoss loss, double[] teacher, double temperature)
      throws Exception {
    Map<String, Tensor> batch = batch(temperature);
    batch.put("teacher_logits", rows(teacher));
    return loss(loss, batch);
  }

  private static Map<String, Tensor> batch(double temperature) {
    Map<String, Tensor> batch = new HashMap<>();
    batch.put("logits", rows(STUDENT));
    batch.put("teacher_weights", Tensor.of(WEIGHTS, 2, 2));
    batch.put("temperature", Tensor.of(new double[] {temperature}));
    batch.put("loss_scale", Tensor.of(new double[] {1}));
    return batch;
  }

  private static double loss(SoftLoss loss, Map<String, Tensor> batch) throws Exception {
    TensorType logits =
        TensorType.of(ElementType.DOUBLE, Shape.of(Dimension.of("batch"), Dimension.of(CLASSES)));
    try (LossGraph graph = LossGraph.of(Objective.of(RowForm.examples(), loss), logits)) {
      return LossGraph.number(graph.run(batch).get("loss"));
    }
  }

  private static Tensor rows(double[] values) {
    return Tensor.of(values, 2, CLASSES);
  }

  private static double[] mean(double[] first, double[] second) {
    double[] mean = new double[first.length];
    for (int i = 0; i < mean.length; i++) {
      int row = i / CLASSES;
      mean[i] = WEIGHTS[2 * row] * first[i] + WEIGHTS[2 * row + 1] * second[i];
    }
    return mean;
  }

  private static double[] map(double[] values, DoubleUnaryOperator change) {
    return java.util.Arrays.stream(values).map(change).toArray();
  }

  private static double[] softmax(double[] logits, double temperature) {
    double[] p = map(logits, x -> Math.exp(x / temperature));
    for (int row = 0; row < 2; row++) {
      double sum = p[3 * row] + p[3 * row + 1] + p[3 * row + 2];
      for (int c = 0; c < CLASSES; c++) {
        p[3 * row + c] /= sum;
      }
    }
    return p;
  }
}
