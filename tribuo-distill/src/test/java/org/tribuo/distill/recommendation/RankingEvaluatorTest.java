package org.tribuo.distill.recommendation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.student.ScratchItemStudent;

class RankingEvaluatorTest {
  private static final MutableDataset<NextItem> DATA = TinyHistories.dataset(4, 3, 5, 1);

  /** The items in this order, of a history and what came after it. */
  private static Prediction<NextItem> ranked(String items, String history, String next) {
    Example<NextItem> example =
        TinyHistories.ITEMS.toExample(
            List.of(history.split("")), next.isEmpty() ? NextItem.unknown() : NextItem.of(next));
    Map<String, NextItem> scores = new LinkedHashMap<>();
    for (String item : items.split("")) {
      scores.put(item, NextItem.of(item).withScore(1.0 / (2 + scores.size())));
    }
    return new Prediction<>(scores.get(items.substring(0, 1)), scores, 1, example, true);
  }

  private static RankingEvaluator.Evaluation evaluate(
      RankingEvaluator evaluator, List<Prediction<NextItem>> predictions) {
    try (DistilledModel<NextItem> model =
        DistillationTrainer.<NextItem>builder()
            .student(ScratchItemStudent.of(1, 4, 1))
            .epochs(1)
            .device(Device.cpu(1))
            .build()
            .train(DATA)) {
      return evaluator.evaluate(model, new ArrayList<>(predictions), DATA.getProvenance());
    }
  }

  /** Places 1, 3 and 5: what they are worth is 1, 1/2 and nothing behind the fourth. */
  @Test
  void whatComesNextIsLookedForAmongTheFirst() {
    List<Prediction<NextItem>> predictions =
        List.of(
            ranked("abcdefghijkl", "ea", "a"),
            ranked("abcdefghijkl", "aab", "c"),
            ranked("abcdefghijkl", "b", "e"));
    RankingEvaluator.Evaluation all = evaluate(RankingEvaluator.at(4), predictions);
    RankingEvaluator.Evaluation unseen =
        evaluate(RankingEvaluator.at(4).withoutSeen(), predictions);

    assertThat(all.hitRate()).isEqualTo(2 / 3.0, within(1e-12));
    assertThat(all.ndcg()).isEqualTo((1 + 0.5) / 3, within(1e-12));
    assertThat(all).hasToString("3 histories, HR@4 0.6667, NDCG@4 0.5000");
    assertThat(all.asMap()).hasSize(2).containsValue(all.ndcg());
    // Without b, e is the fourth: 1/log2(5). Without a and b, c is the first.
    assertThat(unseen.hitRate()).isEqualTo(1);
    assertThat(unseen.ndcg()).isEqualTo((1 + 1 + Math.log(2) / Math.log(5)) / 3, within(1e-12));
  }

  /** At equal scores the order of the names decides, whatever the order of the prediction. */
  @Test
  void ofEqualScoresTheNamesDecide() {
    List<Prediction<NextItem>> predictions = new ArrayList<>();
    for (String next : List.of("d", "a")) {
      Prediction<NextItem> ranked = ranked("dcba", "e", next);
      ranked.getOutputScores().replaceAll((name, item) -> item.withScore(0.25));
      predictions.add(ranked);
    }

    assertThat(evaluate(RankingEvaluator.at(3), predictions).ndcg()).isEqualTo(0.5);
  }

  @Test
  void whatAPredictionDoesNotHaveIsBehindAll() {
    assertThat(evaluate(new RankingEvaluator(), List.of(ranked("abc", "d", "e"))).hitRate())
        .isZero();
  }

  @Test
  void badInputIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RankingEvaluator.at(101))
        .withMessage("k is 101, expected 1 to 100, as many as predictions have");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluate(new RankingEvaluator(), List.of()))
        .withMessage("There are no histories to evaluate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluate(new RankingEvaluator(), List.of(ranked("abc", "d", ""))))
        .withMessageStartingWith("It is not known what came after history 0");
    Items others = Items.of(List.of("a", "b"));
    Prediction<NextItem> ofOthers =
        new Prediction<>(NextItem.of("a"), 1, others.toExample(List.of("a"), NextItem.of("b")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluate(new RankingEvaluator().withoutSeen(), List.of(ofOthers)))
        .withMessageStartingWith("Example 0 has items of the domain " + others.domain());
  }
}
