package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TeacherMean;

/** Positions at which no answer can be are as if they were not there. */
class MaskedSpansTest {
  private static final int ROWS = 3;
  private static final int POSITIONS = 7;

  /** Of each row, in the order of its positions; the first is possible, as no answer is. */
  private static final int[] POSSIBLE = {0, 2, 3, 5};

  static Stream<ResponseLossCase> losses() {
    return ResponseLossCase.ALL.stream()
        .filter(test -> test.most() > ROWS + 1)
        .filter(test -> test.soft().map(MaskedSpansTest::suits).orElse(!test.readsVectors()));
  }

  private static boolean suits(SoftLoss loss) {
    return loss.answerForms().contains(AnswerForm.PROBABILITIES)
        && loss.largestOfTeacher().isEmpty()
        && !(loss instanceof TeacherMean);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void theLossIsThatOfThePossiblePositionsAlone(ResponseLossCase test) throws Exception {
    boolean ignores =
        test.hard()
            .map(HardLoss::ignoresImpossibleClasses)
            .orElseGet(() -> test.soft().orElseThrow().ignoresImpossibleClasses());
    if (!ignores) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> test.objective(RowForm.maskedSpans()))
          .withMessageContaining("compares all positions, those too at which no answer can be");
      return;
    }
    Map<String, Tensor> all = batch();
    try (LossGraph masked = graph(test.objective(RowForm.maskedSpans()));
        LossGraph alone = graph(test.objective(RowForm.spans()))) {
      Map<String, Tensor> ofAll = masked.run(all);
      Map<String, Tensor> ofPossible = alone.run(possible(all));

      assertThat(LossGraph.number(ofAll.get("loss")))
          .isEqualTo(LossGraph.number(ofPossible.get("loss")), within(1e-9));
      for (String output : new String[] {"start_logits_grad", "end_logits_grad"}) {
        double[] whole = doubles(ofAll.get(output));
        double[] some = doubles(ofPossible.get(output));
        for (int row = 0; row < ROWS; row++) {
          for (int i = 0; i < POSITIONS; i++) {
            int at = Arrays.binarySearch(POSSIBLE, i);
            assertThat(whole[row * POSITIONS + i])
                .isEqualTo(at < 0 ? 0 : some[row * POSSIBLE.length + at], within(1e-9));
          }
        }
      }
    }
  }

  /** Σ w loss / Σ w, of start and end each, and the mean of the two. */
  @Test
  void examplesMayHaveWeights() throws Exception {
    Map<String, Tensor> batch = batch();
    batch.put("example_weights", Tensor.of(new double[] {1, 0.5, 0.25}, ROWS));
    Objective objective =
        Objective.of(RowForm.spans().withWeights(), new CrossEntropy(), new KlDivergence());
    Objective plain = Objective.of(RowForm.spans(), new CrossEntropy(), new KlDivergence());
    double[] weights = {1, 0.5, 0.25};
    try (LossGraph weighted = graph(objective);
        LossGraph each = graph(plain)) {
      Map<String, Tensor> terms = weighted.run(batch);
      for (String term : new String[] {"hard", "soft"}) {
        double sum = 0;
        double total = 0;
        for (int row = 0; row < ROWS; row++) {
          // The last row has no answer that is known.
          double weight = term.equals("hard") && row == ROWS - 1 ? 0 : weights[row];
          sum += weight * LossGraph.number(each.run(row(batch, row)).get(term));
          total += weight;
        }
        assertThat(LossGraph.number(terms.get(term))).isEqualTo(sum / total, within(1e-9));
      }
    }
  }

  @Test
  void lossesOfTheLargestLogitsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Objective.of(RowForm.spans(), new SparseKlDivergence(2)))
        .withMessageContaining("reads the teacher's largest logits of each row");
  }

  private static LossGraph graph(Objective objective) throws Exception {
    TensorType logits =
        TensorType.of(
            ElementType.DOUBLE, Shape.of(Dimension.of("batch"), Dimension.of("positions")));
    Map<String, TensorType> outputs = new LinkedHashMap<>();
    outputs.put("start_logits", logits);
    outputs.put("end_logits", logits);
    return LossGraph.of(objective, Map.of(), outputs);
  }

  private static Map<String, Tensor> batch() {
    SplittableRandom random = new SplittableRandom(3);
    Map<String, Tensor> batch = new HashMap<>();
    for (String name :
        new String[] {"start_logits", "end_logits", "teacher_start_logits", "teacher_end_logits"}) {
      batch.put(
          name,
          Tensor.of(random.doubles((long) ROWS * POSITIONS, -3, 3).toArray(), ROWS, POSITIONS));
    }
    double[] counted = new double[ROWS * POSITIONS];
    for (int row = 0; row < ROWS; row++) {
      for (int position : POSSIBLE) {
        counted[row * POSITIONS + position] = 1;
      }
    }
    batch.put(ObjectiveInputs.COUNTED, Tensor.of(counted, ROWS, POSITIONS));
    batch.put("start_positions", Tensor.of(new long[] {2, 0, -100}, ROWS));
    batch.put("end_positions", Tensor.of(new long[] {5, 0, -100}, ROWS));
    batch.put("labelled", Tensor.of(new double[] {1, 1, 0}, ROWS));
    batch.put("alpha", Tensor.of(new double[] {.5}));
    batch.put("temperature", Tensor.of(new double[] {2}));
    batch.put("loss_scale", Tensor.of(new double[] {1}));
    return batch;
  }

  /** The same without the other positions. */
  private static Map<String, Tensor> possible(Map<String, Tensor> all) {
    Map<String, Tensor> some = new HashMap<>(all);
    all.forEach(
        (name, tensor) -> {
          if (name.endsWith("logits")) {
            double[] values = doubles(tensor);
            double[] picked = new double[ROWS * POSSIBLE.length];
            for (int row = 0; row < ROWS; row++) {
              for (int i = 0; i < POSSIBLE.length; i++) {
                picked[row * POSSIBLE.length + i] = values[row * POSITIONS + POSSIBLE[i]];
              }
            }
            some.put(name, Tensor.of(picked, ROWS, POSSIBLE.length));
          }
        });
    some.put("start_positions", Tensor.of(new long[] {1, 0, -100}, ROWS));
    some.put("end_positions", Tensor.of(new long[] {3, 0, -100}, ROWS));
    return some;
  }

  private static Map<String, Tensor> row(Map<String, Tensor> all, int row) {
    Map<String, Tensor> one = new HashMap<>(all);
    all.forEach(
        (name, tensor) -> {
          if (name.endsWith("logits")) {
            double[] values = doubles(tensor);
            one.put(
                name,
                Tensor.of(
                    Arrays.copyOfRange(values, row * POSITIONS, (row + 1) * POSITIONS),
                    1,
                    POSITIONS));
          } else if (name.endsWith("positions")) {
            one.put(name, Tensor.of(new long[] {tensor.toLongs()[row]}, 1));
          }
        });
    one.put("labelled", Tensor.of(new double[] {row == ROWS - 1 ? 0 : 1}, 1));
    return one;
  }

  private static double[] doubles(Tensor tensor) {
    double[] values = new double[(int) tensor.elements()];
    tensor.data().asDoubleBuffer().get(values);
    return values;
  }
}
