package org.tribuo.distill.teacher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Tensor;

/** Two teachers, of which the first is sure of the first class and the second knows nothing. */
class TeacherWeightsTest {
  private static final Tensor SURE = Tensor.of(new float[] {9, 0, 0, 9, 0, 0}, 2, 3);
  private static final Tensor IGNORANT = Tensor.of(new float[6], 2, 3);
  private static final Tensor SECOND_CLASS_AND_NONE = Tensor.of(new long[] {1, -100}, 2);
  private static final Tensor FIRST_ROW = Tensor.of(new float[] {1, 0}, 2);

  private static float[] weights(boolean byConfidence, boolean byCorrectness, float... stated) {
    return new TeacherWeights(List.of(stated[0], stated[1]), byConfidence, byCorrectness)
        .of(List.of(SURE, IGNORANT), SECOND_CLASS_AND_NONE, FIRST_ROW)
        .toFloats();
  }

  @Test
  void statedWeightsAreThoseOfEachRow() {
    assertThat(weights(false, false, 1, 3)).containsExactly(.25f, .75f, .25f, .75f);
    assertThat(weights(false, false, 0, 2)).containsExactly(0, 1, 0, 1);
  }

  @Test
  void confidenceIsTheInverseOfTheClassesThatATeacherHesitatesBetween() {
    double sure = Math.exp(-entropy(Math.exp(9), 1, 1));
    float expected = (float) (sure / (sure + 1.0 / 3));
    float[] weights = weights(true, false, 1, 1);
    assertThat(weights).hasSize(4);
    assertThat(weights[0]).isEqualTo(expected, within(1e-6f)).isEqualTo(weights[2]);
    assertThat(weights[0] + weights[1]).isEqualTo(1, within(1e-6f));
  }

  @Test
  void correctnessIsTheProbabilityOfTheLabelWhereThereIsOne() {
    double right = 1 / (Math.exp(9) + 2);
    float[] weights = weights(false, true, 1, 2);
    assertThat(weights[0]).isEqualTo((float) (right / (right + 2.0 / 3)), within(1e-7f));
    assertThat(weights[2]).isEqualTo(1f / 3, within(1e-6f));
  }

  @Test
  void confidenceStandsInForCorrectnessWhereThereIsNoLabel() {
    float[] both = weights(true, true, 1, 1);
    assertThat(both[0]).isEqualTo(weights(false, true, 1, 1)[0]);
    assertThat(both[2]).isEqualTo(weights(true, false, 1, 1)[2]);
  }

  @Test
  void ofSeveralLabelsTheMeanOverLabelsCounts() {
    Tensor labels = Tensor.of(new float[] {1, 0, 0, 0, 0, 0}, 2, 3);
    float[] weights =
        new TeacherWeights(List.of(1f, 1f), true, true)
            .of(List.of(SURE, IGNORANT), labels, FIRST_ROW)
            .toFloats();
    double yes = 1 / (1 + Math.exp(-9));
    double right = Math.exp((Math.log(yes) + 2 * Math.log(.5)) / 3);
    assertThat(weights[0]).isEqualTo((float) (right / (right + .5)), within(1e-6f));
    double sure =
        Math.exp((yes * Math.log(yes) + (1 - yes) * Math.log(1 - yes)) / 3 + 2 * Math.log(.5) / 3);
    assertThat(weights[2]).isEqualTo((float) (sure / (sure + .5)), within(1e-6f));
  }

  @Test
  void aTeacherThatIsCertainlyWrongStillLeavesNumbers() {
    Tensor certain = Tensor.of(new float[] {5000, 0, 0, 5000, 0, 0}, 2, 3);
    float[] weights =
        new TeacherWeights(List.of(1f, 1f), false, true)
            .of(List.of(certain, certain), SECOND_CLASS_AND_NONE, FIRST_ROW)
            .toFloats();
    assertThat(weights).containsExactly(.5f, .5f, .5f, .5f);
  }

  @Test
  void weightsOutOfRangeAreRefused() {
    for (List<Float> stated :
        List.of(List.of(0f, 0f), List.of(1f, -1f), List.of(Float.NaN), List.<Float>of())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new TeacherWeights(stated, false, false))
          .withMessageContaining("expected finite numbers of 0 or more, not all 0");
    }
  }

  private static double entropy(double... parts) {
    double sum = java.util.Arrays.stream(parts).sum();
    return -java.util.Arrays.stream(parts).map(p -> p / sum * Math.log(p / sum)).sum();
  }
}
