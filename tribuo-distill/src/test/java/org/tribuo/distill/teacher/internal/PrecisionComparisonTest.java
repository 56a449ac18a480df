package org.tribuo.distill.teacher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.task.internal.TensorRows;
import org.tribuo.distill.teacher.internal.PrecisionComparison.Difference;
import org.tribuo.distill.teacher.internal.store.SoftTargetKey;
import org.tribuo.distill.teacher.internal.store.SoftTargetSpec;
import org.tribuo.distill.teacher.internal.store.SoftTargetStore;
import org.tribuo.distill.teacher.internal.store.SoftTargetWriter;
import org.tribuo.distill.teacher.internal.store.SoftTargets;

class PrecisionComparisonTest {
  @TempDir Path folder;
  private SoftTargetStore store;

  @BeforeEach
  void open() {
    store = SoftTargetStore.in(folder.resolve("store"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private SoftTargets kept(Precision precision, RowShape shape, float[]... rows) {
    SoftTargetKey key =
        new SoftTargetKey(
            Sha256.ofParts(List.of("teacher")),
            "logits",
            ExecutionProvider.CPU,
            precision,
            Sha256.ofParts(List.of("inputs")),
            OptionalInt.empty());
    List<String> columns = IntStream.range(0, shape.columns()).mapToObj(Integer::toString).toList();
    SoftTargetSpec spec = new SoftTargetSpec(key, columns, rows.length, shape);
    try (SoftTargetWriter writer = store.writer(spec, "")) {
      for (int i = 0; i < rows.length; i++) {
        writer.put(i, shape.isRagged() ? rows[i].length / shape.columns() : 1, rows[i]);
      }
      return writer.finish();
    }
  }

  private Difference difference(
      AnswerForm form, RowShape shape, float[][] expected, float[][] actual) {
    return difference(form, shape, Optional.empty(), expected, actual);
  }

  private Difference difference(
      AnswerForm form,
      RowShape shape,
      Optional<TensorRows> counted,
      float[][] expected,
      float[][] actual) {
    try (SoftTargets exact = kept(Precision.FLOAT32, shape, expected);
        SoftTargets rounded = kept(Precision.INT8_PRODUCTS, shape, actual)) {
      return new PrecisionComparison(form, counted)
          .between(exact, rounded, IntStream.range(0, expected.length).toArray());
    }
  }

  /** softmax([0, ln 3]) = [1/4, 3/4]: KL to [1/2, 1/2] is ln 2 - (2 ln 2 - 3/4 ln 3). */
  @Test
  void classesAreComparedBySoftmaxAndTheMostProbable() {
    float[][] expected = {{0, (float) Math.log(3)}, {5, 2}};
    float[][] actual = {{1, 1}, {6, 3}};
    Difference difference = difference(AnswerForm.PROBABILITIES, RowShape.of(2), expected, actual);
    assertThat(difference.divergence())
        .isCloseTo((.75 * Math.log(3) - Math.log(2)) / 2, within(1e-7));
    assertThat(difference.agreement()).hasValue(.5);
  }

  @Test
  void tokensCountEach() {
    float[][] expected = {{0, (float) Math.log(3), 1, 0}, {2, 2 - (float) Math.log(3)}};
    float[][] actual = {{1, 1, 1, 0}, {0, 0}};
    Difference difference =
        difference(AnswerForm.PROBABILITIES, RowShape.perToken(2), expected, actual);
    assertThat(difference.divergence())
        .isCloseTo(2 * (.75 * Math.log(3) - Math.log(2)) / 3, within(1e-7));
    assertThat(difference.agreement().orElseThrow()).isCloseTo(2 / 3d, within(1e-9));
  }

  /** The second token is special, or a further piece of a word. */
  @Test
  void tokensThatAreNotScoredDoNotCount() {
    float[][] expected = {{0, (float) Math.log(3), 1, 0}, {2, 2 - (float) Math.log(3)}};
    float[][] actual = {{1, 1, 0, 9}, {0, 0}};
    TensorRows counted =
        TensorRows.ragged(
            List.of(Tensor.of(new float[] {1, 0}, 2), Tensor.of(new float[] {1}, 1)),
            Tensor.scalar(0f));
    Difference difference =
        difference(
            AnswerForm.PROBABILITIES, RowShape.perToken(2), Optional.of(counted), expected, actual);
    assertThat(difference.divergence()).isCloseTo(.75 * Math.log(3) - Math.log(2), within(1e-7));
    assertThat(difference.agreement()).hasValue(.5);
  }

  /** The third position is one of the question. */
  @Test
  void noAnswerIsWhereNoneCanBe() {
    float[][] expected = {{0, (float) Math.log(3), 99, 0, 0, 99}};
    float[][] actual = {{1, 1, -99, 0, 0, 9}};
    TensorRows possible = TensorRows.of(Tensor.of(new float[] {1, 1, 0}, 1, 3));
    Difference difference =
        difference(
            AnswerForm.PROBABILITIES,
            RowShape.ofPositions(2),
            Optional.of(possible),
            expected,
            actual);
    assertThat(difference.divergence())
        .isCloseTo((.75 * Math.log(3) - Math.log(2)) / 2, within(1e-7));
    assertThat(difference.agreement()).hasValue(.5);
  }

  @Test
  void positionsOfASpanAreComparedAlongTheText() {
    float[][] expected = {{0, 0, 9, 9, 0, 0}};
    float[][] actual = {{1, 1, 10, 0, 9, 0}};
    Difference difference =
        difference(AnswerForm.PROBABILITIES, RowShape.ofPositions(2), expected, actual);
    assertThat(difference.divergence()).isBetween(4., 5.);
    assertThat(difference.agreement()).hasValue(.5);
  }

  /** σ(ln 3) = 3/4 against 1/2, and 1/4 against 1/4. */
  @Test
  void labelsThatMayHoldTogetherAreComparedEach() {
    float third = (float) Math.log(3);
    Difference difference =
        difference(
            AnswerForm.LABEL_PROBABILITIES,
            RowShape.of(2),
            new float[][] {{third, -third}},
            new float[][] {{0, -third}});
    assertThat(difference.divergence()).isCloseTo(.75 * Math.log(3) - Math.log(2), within(1e-7));
    assertThat(difference.agreement()).hasValue(.5);
  }

  @Test
  void valuesHaveADistanceAndNothingToAgreeOn() {
    Difference difference =
        difference(
            AnswerForm.LOGITS,
            RowShape.of(2),
            new float[][] {{1, 2}, {3, 4}},
            new float[][] {{1, 4}, {2, 4}});
    assertThat(difference.divergence()).isEqualTo((2 + .5) / 2);
    assertThat(difference.agreement()).isEmpty();
  }
}
