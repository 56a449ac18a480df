package org.tribuo.distill.recommendation;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tribuo.Model;
import org.tribuo.distill.recommendation.internal.RankedItems;

/**
 * Ranks items for histories, with a model of Tribuo that predicts the next item.
 *
 * <pre>{@code
 * ItemRanker ranker = ItemRanker.of(model);
 * for (NextItem item : ranker.rank(List.of("Alien", "Aliens"), 10)) {
 *   System.out.println(item.item() + " " + item.score());
 * }
 * }</pre>
 *
 * <p>Safe for many threads, if the model is.
 */
public final class ItemRanker {
  /** The most items of a ranking. */
  public static final int MOST = RankedItems.KEPT;

  private final Model<NextItem> model;
  private final Items items;

  private ItemRanker(Model<NextItem> model, Items items) {
    this.model = model;
    this.items = items;
  }

  /**
   * Ranks the items of a model.
   *
   * @throws IllegalArgumentException if the outputs of the model were made otherwise than by {@link
   *     NextItemFactory}
   */
  public static ItemRanker of(Model<NextItem> model) {
    return new ItemRanker(model, RankedItems.rankedBy(model));
  }

  /**
   * The best items that the history does not have.
   *
   * @param history the names of its items, the oldest first; of a longer one than the model reads
   *     the last count
   * @param count how many at most, from 1 to {@value #MOST}
   * @return the best first, each with its probability among all items
   * @throws IllegalArgumentException if the history is empty or has an item that the model does not
   *     know, or the count is out of its range
   */
  public List<NextItem> rank(List<String> history, int count) {
    return rank(history, count, new TreeSet<>(history));
  }

  /**
   * The best items, those of the history among them.
   *
   * @throws IllegalArgumentException as {@link #rank}
   */
  public List<NextItem> rankAll(List<String> history, int count) {
    return rank(history, count, Set.of());
  }

  /** The items that are ranked. */
  public Items items() {
    return items;
  }

  private List<NextItem> rank(List<String> history, int count, Set<String> leftOut) {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException(
          "A ranking of %d items, expected 1 to %d".formatted(count, MOST));
    }
    List<NextItem> ranked =
        RankedItems.of(model.predict(items.toExample(history, NextItem.unknown())), leftOut);
    return ranked.subList(0, Math.min(count, ranked.size()));
  }
}
