package org.tribuo.distill.training.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.BatchPlan;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.input.TokenSequence;
import org.tribuo.distill.loss.ObjectiveInputs;
import org.tribuo.distill.training.TrainingData;

/** Some rows of texts, with their labels and soft targets, in batches of similar length. */
public final class TextTrainingData implements TrainingData {
  private final TextRows texts;
  private final Optional<? extends RowInputs> softTargets;
  private final int[] chosen;
  private final int[] lengths;
  private final TokenInputs inputs;
  private final BatchPlan plan;
  private final long seed;

  /**
   * @param softTargets of all rows, if there are any
   * @param chosen which of the rows these data are
   * @param seed of the batches
   */
  public TextTrainingData(
      TextRows texts,
      Optional<? extends RowInputs> softTargets,
      int[] chosen,
      TokenInputs inputs,
      BatchPlan plan,
      long seed) {
    this.texts = texts;
    this.softTargets = softTargets;
    this.chosen = chosen.clone();
    this.lengths = Arrays.stream(chosen).map(row -> texts.texts().get(row).length()).toArray();
    this.inputs = inputs;
    this.plan = plan;
    this.seed = seed;
  }

  /** The same rows with their soft targets. */
  public TextTrainingData with(Optional<? extends RowInputs> targets) {
    return new TextTrainingData(texts, targets, chosen, inputs, plan, seed);
  }

  /** The rows of each batch in some epochs. */
  public IntStream batchSizes(int epochs) {
    return IntStream.range(0, epochs)
        .mapToObj(this::epoch)
        .flatMap(List::stream)
        .mapToInt(batch -> batch.length);
  }

  /** The seed of the batches. */
  public long seed() {
    return seed;
  }

  @Override
  public int rows() {
    return chosen.length;
  }

  @Override
  public List<int[]> epoch(int epoch) {
    SplittableRandom random = new SplittableRandom(seed);
    SplittableRandom ofEpoch = random.split();
    for (int i = 0; i < epoch; i++) {
      ofEpoch = random.split();
    }
    return plan.training(lengths, ofEpoch);
  }

  @Override
  public Map<String, Tensor> batch(int[] rows) {
    int[] all = Arrays.stream(rows).map(row -> chosen[row]).toArray();
    Map<String, Tensor> batch = new HashMap<>(inputs.batch(pick(all)));
    batch.putAll(texts.targets().batch(all));
    if (texts.weights().differ()) {
      batch.put(ObjectiveInputs.EXAMPLE_WEIGHTS, texts.weights().relative().pick(all));
    }
    softTargets.ifPresent(targets -> batch.putAll(targets.batch(all)));
    return batch;
  }

  @Override
  public long tokens(int[] rows) {
    return Arrays.stream(rows).mapToLong(row -> lengths[row]).sum();
  }

  /** Each text is looked at beside the longest one, so that padding is there if it can be. */
  @Override
  public BitSet valuesOf(String input) {
    int longest = chosen[0];
    for (int row : chosen) {
      if (texts.texts().get(row).length() > texts.texts().get(longest).length()) {
        longest = row;
      }
    }
    BitSet values = new BitSet();
    for (int row : chosen) {
      Tensor tensor = inputs.batch(pick(new int[] {row, longest})).get(input);
      if (tensor == null) {
        throw new IllegalArgumentException(
            "There is no input '%s', expected one of %s".formatted(input, inputs.names()));
      }
      for (long value : tensor.toLongs()) {
        values.set((int) value);
      }
    }
    return values;
  }

  /** The tokens of a batch as another model reads them. */
  public Map<String, Tensor> tokens(int[] rows, TokenInputs ofOther) {
    return ofOther.batch(pick(Arrays.stream(rows).map(row -> chosen[row]).toArray()));
  }

  private List<TokenSequence> pick(int[] rows) {
    return Arrays.stream(rows).mapToObj(texts.texts()::get).toList();
  }
}
