package org.tribuo.distill.recommendation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * Histories of twelve items, "a" to "l": most of the time the next is the third behind the last,
 * around a circle, at an odd place the fifth.
 */
final class TinyHistories {
  static final Items ITEMS =
      Items.of(IntStream.range(0, 12).mapToObj(i -> String.valueOf((char) ('a' + i))).toList());

  private TinyHistories() {}

  static List<List<String>> make(int count, int fewest, int most, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<List<String>> histories = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> history = new ArrayList<>();
      int item = random.nextInt(12);
      int length = random.nextInt(fewest, most + 1);
      while (history.size() < length) {
        history.add(ITEMS.names().get(item));
        item = random.nextInt(20) == 0 ? random.nextInt(12) : (item + 3 + 2 * (item % 2)) % 12;
      }
      histories.add(history);
    }
    return histories;
  }

  /** The last item of each is the next one. */
  static List<Example<NextItem>> examples(List<List<String>> histories) {
    return histories.stream()
        .map(
            all ->
                ITEMS.toExample(
                    all.subList(0, all.size() - 1), NextItem.of(all.get(all.size() - 1))))
        .toList();
  }

  static MutableDataset<NextItem> dataset(List<Example<NextItem>> examples) {
    NextItemFactory outputs = new NextItemFactory(ITEMS);
    return new MutableDataset<>(
        examples, new SimpleDataSourceProvenance("tiny histories", outputs), outputs);
  }

  static MutableDataset<NextItem> dataset(int count, int fewest, int most, long seed) {
    return dataset(examples(make(count, fewest, most, seed)));
  }
}
