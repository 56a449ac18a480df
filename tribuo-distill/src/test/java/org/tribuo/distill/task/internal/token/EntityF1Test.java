package org.tribuo.distill.task.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.task.internal.LabelOrder;
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
    assertThat(score.of(logits, labels, weights)).isEqualTo(2 * 3 / 8.0, within(1e-12));
    Tensor unlike = Tensor.of(new float[] {1, 1, 1, 1, 0.5f, 0.5f, 0, 0.5f}, 2, 4);
    assertThat(score.of(logits, labels, unlike)).isEqualTo(2 * 2.5 / 6, within(1e-12));
  }

  @Test
  void labelsThatAreNoTagsOfEntitiesAreScoredByAccuracy() {
    assertThat(new TokenLabels().score(LabelOrder.of("noun", "verb")).metric())
        .isEqualTo("accuracy");
  }
}
