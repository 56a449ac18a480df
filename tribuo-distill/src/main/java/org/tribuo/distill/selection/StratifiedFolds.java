package org.tribuo.distill.selection;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.dataset.DatasetView;
import org.tribuo.distill.input.internal.ExampleOrigin;

/**
 * The labelled examples of a dataset, dealt out to folds so that each fold has each output as often
 * as any other, give or take one. Examples of one origin, as copies of an image, are dealt out
 * together, by the output of the first. Examples without an output belong to no fold: every
 * training has them, as a teacher may.
 */
final class StratifiedFolds<T extends Output<T>> {
  /** The part of an example that no fold has. */
  private static final int UNLABELLED = -1;

  private final Dataset<T> examples;
  private final int[] foldOf;
  private final int folds;

  private StratifiedFolds(Dataset<T> examples, int[] foldOf, int folds) {
    this.examples = examples;
    this.foldOf = foldOf;
    this.folds = folds;
  }

  /**
   * Deals out the examples.
   *
   * @throws IllegalArgumentException if there are fewer labelled examples than folds, or origins of
   *     such
   */
  static <T extends Output<T>> StratifiedFolds<T> of(
      Dataset<T> examples, int folds, SplittableRandom random) {
    T unknown = examples.getOutputFactory().getUnknownOutput();
    Map<String, BitSet> byOutput = new TreeMap<>();
    Map<Integer, Integer> firstOf = new LinkedHashMap<>();
    Map<Object, Integer> known = new HashMap<>();
    for (int i = 0; i < examples.size(); i++) {
      Example<T> example = examples.getExample(i);
      T output = example.getOutput();
      if (!output.equals(unknown)) {
        int own = i;
        int first =
            ExampleOrigin.of(example)
                .map(each -> known.computeIfAbsent(each, any -> own))
                .orElse(own);
        firstOf.put(i, first);
        if (first == i) {
          byOutput.computeIfAbsent(output.getSerializableForm(false), any -> new BitSet()).set(i);
        }
      }
    }
    int labelled = byOutput.values().stream().mapToInt(BitSet::cardinality).sum();
    if (labelled < folds) {
      throw new IllegalArgumentException(
          "%d of %d examples have a label, and there are %d folds; label more, or hold out larger parts (fewer folds)"
              .formatted(labelled, examples.size(), folds));
    }
    int[] foldOf = new int[examples.size()];
    Arrays.fill(foldOf, UNLABELLED);
    int dealt = 0;
    List<BitSet> groups = List.copyOf(byOutput.values());
    // Where each output occurs once, as numbers do, it is the order of the outputs that is random.
    for (int group : shuffled(IntStream.range(0, groups.size()).toArray(), random)) {
      for (int example : shuffled(groups.get(group).stream().toArray(), random)) {
        foldOf[example] = dealt % folds;
        dealt++;
      }
    }
    firstOf.forEach((example, first) -> foldOf[example] = foldOf[first]);
    return new StratifiedFolds<>(examples, foldOf, folds);
  }

  private static int[] shuffled(int[] numbers, SplittableRandom random) {
    for (int i = numbers.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int number = numbers[i];
      numbers[i] = numbers[j];
      numbers[j] = number;
    }
    return numbers;
  }

  /** All examples but those of a fold. */
  Dataset<T> training(int fold) {
    return view(IntStream.range(0, foldOf.length).filter(i -> foldOf[i] != fold), fold, "training");
  }

  /** The examples of a fold. */
  Dataset<T> heldOut(int fold) {
    return view(IntStream.range(0, foldOf.length).filter(i -> foldOf[i] == fold), fold, "held-out");
  }

  private Dataset<T> view(IntStream rows, int fold, String part) {
    return new DatasetView<>(
        examples, rows.toArray(), "%s, fold %d of %d".formatted(part, fold + 1, folds));
  }
}
