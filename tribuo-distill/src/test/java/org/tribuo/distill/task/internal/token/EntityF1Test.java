package org.tribuo.distill.task.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Reference;
import org.tribuo.distill.task.internal.Score;

class EntityF1Test {
  private static final LabelOrder COLUMNS = LabelOrder.of("O", "B-a", "I-a");

  /** Logits of which the column is the largest. */
  private static float[] logits(int... columns) {
    float[] logits = new float[3 * columns.length];
    for (int i = 0; i < columns.length; i++) {
      logits[3 * i + columns[i]] = 1;
    }
    return logits;
  }

  @Test
  void onlyExactSpansOfLabelledTokensAreRight() {
    Score score = new TokenLabels().score(COLUMNS);
    assertThat(score.metric()).isEqualTo("entity-f1");
    // B I O B against B I O B (2 of 2), and B O - B against B I - B (1 of 2); "-" is not scored.
    Tensor logits = Tensor.of(logits(1, 2, 0, 1, 1, 0, 2, 1), 2, 4, 3);
    Tensor labels = Tensor.of(new long[] {1, 2, 0, 1, 1, 2, -100, 1}, 2, 4);
    Tensor weights = Tensor.of(new float[] {1, 1, 1, 1, 1, 1, 0, 1}, 2, 4);
    assertThat(score.of(logits, Reference.of(labels, weights)))
        .isEqualTo(2 * 3 / 8.0, within(1e-12));
    Tensor unlike = Tensor.of(new float[] {1, 1, 1, 1, 0.5f, 0.5f, 0, 0.5f}, 2, 4);
    assertThat(score.of(logits, Reference.of(labels, unlike)))
        .isEqualTo(2 * 2.5 / 6, within(1e-12));
  }

  /** B I ? I: an entity of two words, one that ends nowhere known, and one that begins anew. */
  @Test
  void anEntityDoesNotGoOnBehindAWordWithoutALabel() {
    Score score = new TokenLabels().score(COLUMNS);
    Tensor labels = Tensor.of(new long[] {-100, 1, 2, -100, 2, -100}, 1, 6);
    Tensor weights = Tensor.of(new float[] {0, 1, 1, 0, 1, 0}, 1, 6);
    Tensor words = Tensor.of(new float[] {0, 1, 1, 1, 1, 0}, 1, 6);
    Tensor pieces = Tensor.of(new float[] {0, 1, 1, 0, 1, 0}, 1, 6);
    // B I O B: the second entity is right only where it begins anew.
    Tensor logits = Tensor.of(logits(0, 1, 2, 0, 1, 0), 1, 6, 3);
    assertThat(score.of(logits, reference(labels, weights, words, 0))).isEqualTo(1);
    assertThat(score.of(logits, reference(labels, weights, pieces, 0))).isEqualTo(0);
    // What is predicted for the word itself does not count.
    Tensor over = Tensor.of(logits(0, 1, 2, 2, 2, 0), 1, 6, 3);
    assertThat(score.of(over, reference(labels, weights, words, 0))).isEqualTo(1);
  }

  @Test
  void aTextThatWasCutIsPutTogether() {
    Score score = new TokenLabels().score(COLUMNS);
    Tensor labels = Tensor.of(new long[] {0, 1, 2, 0}, 2, 2);
    Tensor weights = Tensor.of(new float[] {1, 1, 1, 1}, 2, 2);
    // O B O O: half of an entity is none, but of two texts it is one of two.
    Tensor logits = Tensor.of(logits(0, 1, 0, 0), 2, 2, 3);
    assertThat(score.of(logits, reference(labels, weights, weights, 4, 4))).isEqualTo(0);
    assertThat(score.of(logits, reference(labels, weights, weights, 4, 5)))
        .isEqualTo(2 / 3.0, within(1e-12));
  }

  private static Reference reference(Tensor labels, Tensor weights, Tensor words, int... sources) {
    return new Reference(labels, weights, Optional.of(words), sources);
  }

  @Test
  void labelsThatAreNoTagsOfEntitiesAreScoredByAccuracy() {
    assertThat(new TokenLabels().score(LabelOrder.of("noun", "verb")).metric())
        .isEqualTo("accuracy");
  }
}
