package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.teacher.internal.TextFeature;
import org.tribuo.distill.transformer.Feature.Kind;

class TextFeatureTest {
  private static final float PADDING = 99;
  private static final float LOW = -1e30f;

  /** Two rows of two positions, the second row of one token. */
  private static final Tensor STATES = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 99, 99}, 2, 2, 2);

  /** The same of two heads. */
  private static final Tensor ATTENTION =
      Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 99, 99, 99, 10, 99, 99, 99}, 2, 2, 2, 2);

  private static List<TextFeature> rows(Kind kind, Tensor padded) {
    return List.of(new TextFeature(kind, padded, 1, 1), new TextFeature(kind, padded, 0, 2));
  }

  @Test
  void statesArePaddedWithZeros() {
    assertThat(TextFeature.batch(rows(Kind.HIDDEN_STATE, STATES), 3))
        .isEqualTo(Tensor.of(new float[] {5, 6, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0}, 2, 3, 2));
  }

  @Test
  void probabilitiesArePaddedWithZeros() {
    assertThat(TextFeature.batch(rows(Kind.ATTENTION_PROBABILITIES, ATTENTION), 2))
        .isEqualTo(
            Tensor.of(new float[] {9, 0, 0, 0, 10, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2, 2));
  }

  @Test
  void scoresArePaddedWithWhatASoftmaxDoesNotSee() {
    assertThat(TextFeature.batch(rows(Kind.ATTENTION_SCORES, ATTENTION).subList(0, 1), 2))
        .isEqualTo(Tensor.of(new float[] {9, LOW, LOW, LOW, 10, LOW, LOW, LOW}, 1, 2, 2, 2));
  }

  @Test
  void aTextAloneHasNoPadding() {
    TextFeature text = new TextFeature(Kind.ATTENTION_SCORES, ATTENTION, 1, 1);

    assertThat(text.bytes()).isEqualTo(2 * 4);
    assertThat(text.alone())
        .isEqualTo(
            new TextFeature(
                Kind.ATTENTION_SCORES, Tensor.of(new float[] {9, 10}, 1, 2, 1, 1), 0, 1));
    assertThat(new TextFeature(Kind.VALUES, STATES, 1, 1).bytes()).isEqualTo(2 * 4);
  }

  @Test
  void theElementTypeStays() {
    Tensor doubles = Tensor.of(new double[] {1, PADDING, PADDING, PADDING}, 1, 1, 2, 2);

    Tensor batch =
        TextFeature.batch(List.of(new TextFeature(Kind.ATTENTION_SCORES, doubles, 0, 1)), 2);

    assertThat(batch.elementType()).isEqualTo(ElementType.DOUBLE);
    assertThat(batch.toFloats()).containsExactly(1, LOW, LOW, LOW);
  }
}
