package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.loss.internal.RowForm;

/** A row of weight 3 is worth three rows of weight 1. */
class WeightedRowsTest {
  private static final int CLASSES = 4;
  private static final int ROWS = 5;
  private static final float[] WEIGHTS = {1, 3, 2, 1, 2};
  private static final float[] LABELLED = {1, 1, 0, 1, 0};
  private static final TensorType LOGITS =
      TensorType.of(ElementType.FLOAT, Shape.of(Dimension.of("batch"), Dimension.of(CLASSES)));

  static Stream<SoftLoss> losses() {
    return ResponseLossCase.ofOneTeacher().filter(SoftLoss::weighsRows);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void aWeightIsWorthAsManyRows(SoftLoss soft) throws Exception {
    int[] each = IntStream.range(0, ROWS).toArray();
    int[] copies =
        Arrays.stream(each)
            .flatMap(row -> IntStream.generate(() -> row).limit((long) WEIGHTS[row]))
            .toArray();
    try (LossGraph weighted =
            LossGraph.of(
                Objective.of(RowForm.weightedExamples(), new CrossEntropy(), soft), LOGITS);
        LossGraph plain =
            LossGraph.of(Objective.of(RowForm.examples(), new CrossEntropy(), soft), LOGITS)) {
      Map<String, Tensor> found = weighted.run(batch(each, 1f / 3));
      Map<String, Tensor> expected = plain.run(batch(copies, 1));

      for (String term : List.of("loss", "hard", "soft")) {
        assertThat(LossGraph.number(found.get(term)))
            .as(term)
            .isCloseTo(LossGraph.number(expected.get(term)), within(1e-5));
      }
      float[] gradient = found.get("logits_grad").toFloats();
      float[] ofCopies = expected.get("logits_grad").toFloats();
      float[] sums = new float[gradient.length];
      for (int i = 0; i < ofCopies.length; i++) {
        sums[copies[i / CLASSES] * CLASSES + i % CLASSES] += ofCopies[i];
      }
      for (int i = 0; i < sums.length; i++) {
        assertThat(gradient[i]).as("gradient %d", i).isCloseTo(sums[i], within(1e-5f));
      }
    }
  }

  @Test
  void withoutWeightsThereIsNoInputForThem() throws Exception {
    try (LossGraph graph =
        LossGraph.of(
            Objective.of(RowForm.examples(), new CrossEntropy(), new KlDivergence()), LOGITS)) {
      assertThat(graph.attached().inputs()).doesNotContainKey(ObjectiveInputs.EXAMPLE_WEIGHTS);
    }
  }

  @Test
  void aLossThatKnowsNoWeightsIsRefusedByName() {
    SoftLoss ofAProgram =
        (op, rows) -> op.reduceSum(op.square(op.sub(rows.student(), rows.teacher())));
    for (SoftLoss loss :
        List.of(
            ofAProgram,
            new LogitStandardization(ofAProgram),
            new WeightedLosses(List.of(new KlDivergence(), ofAProgram), 1.0, 1.0))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Objective.of(RowForm.weightedExamples(), loss))
          .withMessageStartingWith("The examples have weights that differ, and " + loss)
          .withMessageContaining("0 leaves an example out");
    }
    assertThat(Objective.of(RowForm.examples(), ofAProgram).soft()).contains(ofAProgram);
  }

  /** Some rows, the same whatever the others are. */
  private static Map<String, Tensor> batch(int[] rows, float scale) {
    Map<String, Tensor> batch = new HashMap<>();
    batch.put(ObjectiveInputs.ALPHA, Tensor.scalar(0.4f));
    batch.put(ObjectiveInputs.TEMPERATURE, Tensor.scalar(2f));
    batch.put(ObjectiveInputs.LOSS_SCALE, Tensor.scalar(1f));
    for (String name : List.of("logits", ObjectiveInputs.TEACHER_LOGITS)) {
      float[] values = new float[rows.length * CLASSES];
      for (int i = 0; i < values.length; i++) {
        long seed = name.length() * 100L + rows[i / CLASSES];
        values[i] =
            (float) new SplittableRandom(seed).doubles(CLASSES, -2, 2).toArray()[i % CLASSES];
      }
      batch.put(name, Tensor.of(values, rows.length, CLASSES));
    }
    long[] labels = Arrays.stream(rows).mapToLong(row -> row % CLASSES).toArray();
    batch.put(ObjectiveInputs.LABELS, Tensor.vector(labels));
    batch.put(ObjectiveInputs.LABELLED, floats(rows, LABELLED, 1));
    batch.put(ObjectiveInputs.EXAMPLE_WEIGHTS, floats(rows, WEIGHTS, scale));
    return batch;
  }

  private static Tensor floats(int[] rows, float[] ofRows, float scale) {
    float[] values = new float[rows.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = ofRows[rows[i]] * scale;
    }
    return Tensor.of(values, values.length);
  }
}
