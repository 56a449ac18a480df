package org.tribuo.distill.task.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Tensor;

class TargetsTest {
  @Test
  void oneTargetAnExampleIsPickedInTheOrderThatIsAskedFor() {
    Targets targets =
        Targets.of(
            Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2), Tensor.of(new float[] {1, 0, 1}, 3));
    assertThat(targets.batch(2, 0, 2))
        .containsOnlyKeys("labels", "labelled")
        .containsEntry("labels", Tensor.of(new float[] {5, 6, 1, 2, 5, 6}, 3, 2))
        .containsEntry("labelled", Tensor.of(new float[] {1, 1, 1}, 3));
  }

  @Test
  void classesOfTokensArePaddedAsUnlabelled() {
    Targets targets =
        Targets.perToken(List.of(new long[] {4, -100, 2}, new long[] {7}, new long[] {0, 1}));
    assertThat(targets.batch(1, 0).get("labels"))
        .isEqualTo(Tensor.of(new long[] {7, -100, -100, 4, -100, 2}, 2, 3));
    assertThat(targets.batch(1, 0).get("labelled"))
        .isEqualTo(Tensor.of(new float[] {1, 0, 0, 1, 0, 1}, 2, 3));
    assertThat(targets.batch(1).get("labels")).isEqualTo(Tensor.of(new long[] {7}, 1, 1));
  }

  @Test
  void aSpanHasTwoPositions() {
    Targets targets = Targets.spans(new long[] {3, -100}, new long[] {5, -100});
    assertThat(targets.batch(1, 0))
        .containsOnlyKeys("start_positions", "end_positions", "labelled")
        .containsEntry("start_positions", Tensor.vector(-100, 3))
        .containsEntry("end_positions", Tensor.vector(-100, 5))
        .containsEntry("labelled", Tensor.of(new float[] {0, 1}, 2));
  }

  @Test
  void vectorsOfTokensArePaddedBehindTheirEnd() {
    TensorRows rows =
        TensorRows.ragged(
            List.of(Tensor.of(new float[] {1, 2}, 1, 2), Tensor.of(new float[] {3, 4, 5, 6}, 2, 2)),
            Tensor.scalar(-1f));
    assertThat(rows.count()).isEqualTo(2);
    assertThat(rows.pick(0, 1))
        .isEqualTo(Tensor.of(new float[] {1, 2, -1, -1, 3, 4, 5, 6}, 2, 2, 2));
  }

  @Test
  void rowsThatDifferInMoreThanTheirLengthAreRefused() {
    Tensor two = Tensor.of(new float[] {1, 2}, 1, 2);
    for (Tensor other :
        List.of(Tensor.of(new float[3], 1, 3), Tensor.vector(1), Tensor.of(new long[2], 1, 2))) {
      assertThatThrownBy(() -> TensorRows.ragged(List.of(two, other), Tensor.scalar(0f)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "expected one element type and the same dimensions but for the first");
    }
  }
}
