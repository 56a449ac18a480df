package org.tribuo.distill.recommendation.internal;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.Prediction;
import org.tribuo.distill.recommendation.Items;
import org.tribuo.distill.recommendation.NextItem;

/** The best items of a prediction. */
public final class RankedItems {
  /** How many items a prediction has beside those of the history. */
  public static final int KEPT = NextItemCodec.KEPT;

  private RankedItems() {}

  /**
   * The items by their scores, the best first, of equal ones that with the lower number.
   *
   * @param leftOut the names of items that are not wanted
   */
  public static List<NextItem> of(Prediction<NextItem> prediction, Set<String> leftOut) {
    return prediction.getOutputScores().values().stream()
        .filter(next -> !leftOut.contains(next.item()))
        .sorted(
            Comparator.comparingDouble(NextItem::score).reversed().thenComparing(NextItem::item))
        .toList();
  }

  /**
   * The items that a model ranks.
   *
   * @throws IllegalArgumentException if its outputs were made otherwise than by NextItemFactory
   */
  public static Items rankedBy(Model<NextItem> model) {
    if (model.getOutputIDInfo() instanceof NextItemInfo info) {
      return info.items();
    }
    throw new IllegalArgumentException(
        "The outputs of the model are %s, expected those of NextItemFactory"
            .formatted(model.getOutputIDInfo().getClass().getSimpleName()));
  }

  /**
   * The names of the items of a history.
   *
   * @param number of the example
   * @throws IllegalArgumentException if the example has other items
   */
  public static Set<String> seen(Example<NextItem> example, int number, Items items) {
    Set<String> seen = new TreeSet<>();
    for (int item : NextItemCodec.history(example, number, items).numbers()) {
      seen.add(items.names().get(item - 1));
    }
    return seen;
  }
}
