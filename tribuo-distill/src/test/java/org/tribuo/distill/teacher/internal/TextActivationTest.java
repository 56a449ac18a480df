package org.tribuo.distill.teacher.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.transformer.Activation.Kind;

class TextActivationTest {
  private static final float PADDING = 99;
  private static final float LOW = -1e30f;

  /** Two rows of two positions, the second row of one token. */
  private static final Tensor STATES = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 99, 99}, 2, 2, 2);

  /** The same of two heads. */
  private static final Tensor ATTENTION =
      Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 99, 99, 99, 10, 99, 99, 99}, 2, 2, 2, 2);

  private static List<TextActivation> rows(Kind kind, Tensor padded) {
    return List.of(
        new TextActivation(kind, padded, 1, 1, 1), new TextActivation(kind, padded, 0, 2, 2));
  }

  @Test
  void statesArePaddedWithZeros() {
    assertThat(TextActivation.batch(rows(Kind.HIDDEN_STATE, STATES), 3, 3))
        .isEqualTo(Tensor.of(new float[] {5, 6, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0}, 2, 3, 2));
  }

  @Test
  void probabilitiesArePaddedWithZeros() {
    assertThat(TextActivation.batch(rows(Kind.ATTENTION_PROBABILITIES, ATTENTION), 2, 2))
        .isEqualTo(
            Tensor.of(new float[] {9, 0, 0, 0, 10, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2, 2));
  }

  @Test
  void scoresArePaddedWithWhatASoftmaxDoesNotSee() {
    assertThat(TextActivation.batch(rows(Kind.ATTENTION_SCORES, ATTENTION).subList(0, 1), 2, 2))
        .isEqualTo(Tensor.of(new float[] {9, LOW, LOW, LOW, 10, LOW, LOW, LOW}, 1, 2, 2, 2));
  }

  /** Of a target of one token that attends to a source of two, among those of two and three. */
  @Test
  void attentionToAnotherTextHasItsLength() {
    TextActivation text =
        new TextActivation(Kind.ATTENTION_PROBABILITIES, ATTENTION, 0, 1, 2).alone();

    assertThat(text.bytes()).isEqualTo(2 * 2 * 4);
    assertThat(TextActivation.batch(List.of(text), 2, 3))
        .isEqualTo(Tensor.of(new float[] {1, 2, 0, 0, 0, 0, 5, 6, 0, 0, 0, 0}, 1, 2, 2, 3));
  }

  @Test
  void aTextAloneHasNoPadding() {
    TextActivation text = new TextActivation(Kind.ATTENTION_SCORES, ATTENTION, 1, 1, 1);

    assertThat(text.bytes()).isEqualTo(2 * 4);
    assertThat(text.alone())
        .isEqualTo(
            new TextActivation(
                Kind.ATTENTION_SCORES, Tensor.of(new float[] {9, 10}, 1, 2, 1, 1), 0, 1, 1));
    assertThat(new TextActivation(Kind.VALUES, STATES, 1, 1, 1).bytes()).isEqualTo(2 * 4);
  }

  @Test
  void theElementTypeStays() {
    Tensor doubles = Tensor.of(new double[] {1, PADDING, PADDING, PADDING}, 1, 1, 2, 2);

    Tensor batch =
        TextActivation.batch(
            List.of(new TextActivation(Kind.ATTENTION_SCORES, doubles, 0, 1, 1)), 2, 2);

    assertThat(batch.elementType()).isEqualTo(ElementType.DOUBLE);
    assertThat(batch.toFloats()).containsExactly(1, LOW, LOW, LOW);
  }
}
