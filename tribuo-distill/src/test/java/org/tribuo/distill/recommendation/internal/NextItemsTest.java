package org.tribuo.distill.recommendation.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Example;
import org.tribuo.Prediction;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.item.ItemHistory;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.recommendation.Items;
import org.tribuo.distill.recommendation.NextItem;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Reference;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.distill.task.internal.Targets;

class NextItemsTest {
  private static final NextItems TASK = new NextItems();
  private static final Items ITEMS = Items.of(List.of("a", "b", "c", "d"));
  private static final TargetCodec<NextItem> CODEC = TASK.codec(new LabelOrder(ITEMS.names()));

  private static Example<NextItem> example(String history, String next) {
    return ITEMS.toExample(
        List.of(history.split("")), next.isEmpty() ? NextItem.unknown() : NextItem.of(next));
  }

  @Test
  void eachStepIsOfTheItemThatFollows() {
    Targets targets =
        CODEC.encode(List.of(example("abd", "c"), example("d", ""), example("ca", "")));

    assertThat(targets.batch(0, 1, 2).get(ObjectiveInputs.LABELS).toLongs())
        .containsExactly(1, 3, 2, -100, -100, -100, 0, -100, -100);
    assertThat(targets.batch(0, 1, 2).get(ObjectiveInputs.COUNTED).toFloats())
        .containsExactly(1, 1, 1, 1, 0, 0, 1, 1, 0);
    assertThat(CODEC.isLabelled(example("ca", ""))).isTrue();
    assertThat(CODEC.isLabelled(example("c", "a"))).isTrue();
    assertThat(CODEC.isLabelled(example("c", ""))).isFalse();
  }

  /** What follows each item is known in exactly one part. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 10, 11})
  void partsTakeAHistoryTurnByTurn(int maxLength) {
    Example<NextItem> whole = example("abcdabcdabc", "d");
    whole.setWeight(.5f);
    List<Example<NextItem>> parts = TASK.rows(whole, maxLength);
    List<Long> following = new ArrayList<>();
    for (Example<NextItem> part : parts) {
      assertThat(part.getWeight()).isEqualTo(.5f);
      assertThat(part.size()).isLessThanOrEqualTo(maxLength);
      Targets targets = CODEC.encode(List.of(part));
      Arrays.stream(targets.batch(0).get(ObjectiveInputs.LABELS).toLongs())
          .filter(label -> label >= 0)
          .forEach(following::add);
    }

    assertThat(following).containsExactly(1L, 2L, 3L, 0L, 1L, 2L, 3L, 0L, 1L, 2L, 3L);
    Example<NextItem> last = parts.get(parts.size() - 1);
    assertThat(last.size()).isEqualTo(maxLength);
    assertThat(last.getOutput()).isEqualTo(NextItem.of("d"));
    assertThat(ItemHistory.of(TASK.rowsToPredict(whole, maxLength).get(0)))
        .isEqualTo(ItemHistory.of(last));
  }

  @Test
  void aModelOfOneItemLearnsFromTheLast() {
    List<Example<NextItem>> parts = TASK.rows(example("abc", "d"), 1);

    assertThat(parts).hasSize(1);
    assertThat(ItemHistory.of(parts.get(0)).numbers()).containsExactly(3);
  }

  @Test
  void thePlaceOfTheLastStepsItemIsMeasured() {
    Targets targets =
        CODEC.encode(List.of(example("abd", "c"), example("d", "a"), example("ca", "")));
    int[] rows = {0, 1, 2};
    float[] weights = targets.batch(rows).get(ObjectiveInputs.LABELLED).toFloats();
    weights[0] = 0;
    Tensor logits = Tensor.of(new float[] {1, 4, 3, 2, 5, 5, 5, 6, 1, 2, 3, 4}, 3, 4);
    double score =
        TASK.score(CODEC.columns())
            .of(
                logits,
                new Reference(
                    targets.labels(rows),
                    Tensor.of(weights, 3, 3),
                    Optional.of(targets.batch(rows).get(ObjectiveInputs.COUNTED)),
                    rows));

    // c is the second; a is the second too, as of b and c, which are as good, it is the first.
    assertThat(score).isEqualTo(Math.log(2) / Math.log(3), within(1e-9));
  }

  @Test
  void aPredictionHasTheBestItemsAndAsManyMoreAsTheHistoryHas() {
    List<String> names = IntStream.range(1000, 1300).mapToObj(Integer::toString).toList();
    Items many = Items.of(names);
    TargetCodec<NextItem> codec = TASK.codec(new LabelOrder(names));
    float[] logits = new float[300];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (i * 7) % 300 / 50f;
    }
    Example<NextItem> example = many.toExample(List.of("1001", "1002", "1001"), NextItem.unknown());
    Prediction<NextItem> prediction = codec.decode(logits, 3, example);
    double sum = IntStream.range(0, 300).mapToDouble(i -> Math.exp(logits[i])).sum();

    assertThat(prediction.getOutputScores()).hasSize(102);
    assertThat(prediction.getOutput().item()).isEqualTo("1257");
    assertThat(prediction.getOutput().score()).isEqualTo(Math.exp(299 / 50f) / sum, within(1e-9));
    assertThat(RankedItems.of(prediction, RankedItems.seen(example, 0, many)))
        .hasSizeBetween(100, 102)
        .extracting(NextItem::item)
        .startsWith("1257", "1214", "1171");
  }

  @Test
  void columnsAreTheItemsInOrder() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TASK.codec(LabelOrder.of("b", "a")))
        .withMessage(
            "The columns of the logits are [b, a], expected the names of the items in order, [a, b], as the model reads their numbers");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CODEC.decode(new float[] {1, 2, Float.NaN, 4}, 1, example("a", "")))
        .withMessageStartingWith("The logit of 'c' is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CODEC.decode(new float[3], 1, example("a", "")))
        .withMessage("There are 3 logits, expected one for each of 4 items");
  }
}
