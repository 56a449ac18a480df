package org.tribuo.distill.recommendation.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.Prediction;
import org.tribuo.distill.input.internal.item.ItemHistory;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.recommendation.Items;
import org.tribuo.distill.recommendation.NextItem;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.distill.task.internal.Targets;

/** A column for each item, in the order of their numbers. */
final class NextItemCodec implements TargetCodec<NextItem> {
  /** How many items a prediction has beside those of the history. */
  static final int KEPT = 100;

  private final LabelOrder columns;
  private final Items items;

  /**
   * @throws IllegalArgumentException if the names are not in order, as their numbers are
   */
  NextItemCodec(LabelOrder columns) {
    this.columns = columns;
    this.items = Items.of(columns.names());
    if (!items.names().equals(columns.names())) {
      throw new IllegalArgumentException(
          "The columns of the logits are %s, expected the names of the items in order, %s, as the model reads their numbers"
              .formatted(LabelOrder.listed(columns.names()), LabelOrder.listed(items.names())));
    }
  }

  @Override
  public LabelOrder columns() {
    return columns;
  }

  @Override
  public boolean isLabelled(NextItem output) {
    return output.isKnown();
  }

  /** Items of a history come after one another, so two are enough. */
  @Override
  public boolean isLabelled(Example<NextItem> example) {
    return example.size() > 1 || isLabelled(example.getOutput());
  }

  /** What comes after each item of a history. */
  @Override
  public Targets encode(List<? extends Example<NextItem>> examples) {
    List<long[]> next = new ArrayList<>();
    List<float[]> steps = new ArrayList<>();
    for (Example<NextItem> example : examples) {
      int row = next.size();
      ItemHistory history = history(example, row, items);
      long[] ofSteps = new long[history.length()];
      for (int i = 0; i + 1 < ofSteps.length; i++) {
        ofSteps[i] = history.number(i + 1) - 1L;
      }
      NextItem output = example.getOutput();
      ofSteps[ofSteps.length - 1] =
          output.isKnown() ? columns.column(output.item(), row) : Targets.UNLABELLED;
      next.add(ofSteps);
      float[] all = new float[ofSteps.length];
      Arrays.fill(all, 1);
      steps.add(all);
    }
    return Targets.perToken(next).counting(steps);
  }

  /**
   * The history of an example.
   *
   * @param row the number of the example
   * @throws IllegalArgumentException if it has other items
   */
  static ItemHistory history(Example<NextItem> example, int row, Items items) {
    ItemHistory history = ItemHistory.of(example);
    if (!history.domain().equals(items.domain())) {
      throw new ExampleException(
          row,
          "has items of the domain %s, but the model ranks %d of the domain %s; make the examples with the items of its own dataset, as ItemRanker does"
              .formatted(history.domain(), items.size(), items.domain()));
    }
    return history;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Its scores are the best items, the best first: {@value #KEPT}, and as many more as the
   * history has.
   */
  @Override
  public Prediction<NextItem> decode(float[] logits, int used, Example<NextItem> example) {
    check(logits);
    ItemHistory history = history(example, 0, items);
    int seen = (int) IntStream.of(history.numbers()).distinct().count();
    int[] best = Ranking.largest(logits, Math.min(logits.length, KEPT + seen));
    double largest = logits[best[0]];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    Map<String, NextItem> scores = new LinkedHashMap<>();
    for (int column : best) {
      String name = columns.names().get(column);
      scores.put(name, NextItem.of(name).withScore(Math.exp(logits[column] - largest) / sum));
    }
    NextItem first = scores.values().iterator().next();
    return new Prediction<>(first, scores, used, example, true);
  }

  private void check(float[] logits) {
    if (logits.length != columns.size()) {
      throw new IllegalArgumentException(
          "There are %d logits, expected one for each of %d items"
              .formatted(logits.length, columns.size()));
    }
    for (int i = 0; i < logits.length; i++) {
      if (!Float.isFinite(logits[i])) {
        throw new IllegalArgumentException(
            "The logit of '%s' is %s, expected a finite number; the model's weights may be broken"
                .formatted(columns.names().get(i), logits[i]));
      }
    }
  }

  @Override
  public String toString() {
    return "NextItemCodec" + items;
  }
}
