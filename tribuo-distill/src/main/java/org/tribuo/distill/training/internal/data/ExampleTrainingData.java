package org.tribuo.distill.training.internal.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.task.internal.TensorRows;
import org.tribuo.distill.training.internal.CountedRows;
import org.tribuo.distill.training.internal.TrainingData;

/** Some rows of examples, with their labels and soft targets, in batches of similar length. */
public final class ExampleTrainingData implements TrainingData {
  private final ExampleRows rows;
  private final Optional<? extends RowInputs> softTargets;
  private final int[] chosen;
  private final int[] lengths;
  private final FedInputs<?> inputs;
  private final BatchPlan plan;
  private final long seed;

  /**
   * @param rows all of them
   * @param softTargets of all rows, if there are any
   * @param chosen which of the rows these data are
   * @param student its inputs, by name
   * @param seed of the batches
   * @throws IllegalArgumentException if one of them cannot be made of what was read
   */
  public ExampleTrainingData(
      ExampleRows rows,
      Optional<? extends RowInputs> softTargets,
      int[] chosen,
      Map<String, TensorType> student,
      BatchPlan plan,
      long seed) {
    this(
        rows,
        softTargets,
        chosen.clone(),
        FedInputs.of(rows.inputs().pick(chosen), student),
        plan,
        seed);
  }

  private ExampleTrainingData(
      ExampleRows rows,
      Optional<? extends RowInputs> softTargets,
      int[] chosen,
      FedInputs<?> inputs,
      BatchPlan plan,
      long seed) {
    this.rows = rows;
    this.softTargets = softTargets;
    this.chosen = chosen;
    this.lengths = inputs.examples().lengths();
    this.inputs = inputs;
    this.plan = plan;
    this.seed = seed;
  }

  /** The same rows with their soft targets. */
  public ExampleTrainingData with(Optional<? extends RowInputs> targets) {
    return new ExampleTrainingData(rows, targets, chosen, inputs, plan, seed);
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

  /** What the student reads of these rows. */
  public ExampleInputs<?> inputs() {
    return inputs.examples();
  }

  @Override
  public Map<String, Tensor> batch(int[] numbers) {
    int[] all = Arrays.stream(numbers).map(row -> chosen[row]).toArray();
    Map<String, Tensor> batch = new HashMap<>(inputs.batch(numbers));
    batch.putAll(rows.targets().batch(all));
    if (rows.weights().differ()) {
      batch.put(ObjectiveInputs.EXAMPLE_WEIGHTS, rows.weights().relative().pick(all));
    }
    softTargets.ifPresent(targets -> batch.putAll(targets.batch(all)));
    return batch;
  }

  @Override
  public Optional<CountedRows> counted(int[] numbers) {
    double counted = 0;
    double labelled = 0;
    for (int number : numbers) {
      int row = chosen[number];
      float weight = rows.weights().differ() ? rows.weights().of(row) : 1;
      float[] known = rows.targets().batch(ObjectiveInputs.LABELLED, row).toFloats();
      float[] counts = counts(row, known.length);
      for (int i = 0; i < known.length; i++) {
        counted += weight * counts[i];
        labelled += weight * counts[i] * known[i];
      }
    }
    return Optional.of(new CountedRows(counted, labelled));
  }

  /**
   * 1 for each that counts: an example, or a token; of an answer the marks are of something else.
   */
  private float[] counts(int row, int length) {
    Map<String, TensorRows> targets = rows.targets().inputs();
    if (targets.containsKey(ObjectiveInputs.COUNTED)
        && !targets.containsKey(ObjectiveInputs.START_POSITIONS)) {
      return rows.targets().batch(ObjectiveInputs.COUNTED, row).toFloats();
    }
    float[] all = new float[length];
    Arrays.fill(all, 1);
    return all;
  }

  @Override
  public long tokens(int[] numbers) {
    return Arrays.stream(numbers).mapToLong(row -> lengths[row]).sum();
  }

  /** Padding is there if it can be: where the row with fewest values is beside that with most. */
  @Override
  public BitSet valuesOf(String input) {
    int shortest = 0;
    int longest = 0;
    long[] counts = new long[lengths.length];
    BitSet values = new BitSet();
    for (int row = 0; row < counts.length; row++) {
      counts[row] = addValues(input, values, row);
      shortest = counts[row] < counts[shortest] ? row : shortest;
      longest = counts[row] > counts[longest] ? row : longest;
    }
    addValues(input, values, shortest, longest);
    return values;
  }

  /** Adds the values of a batch; returns how many there are. */
  private long addValues(String input, BitSet values, int... batch) {
    Tensor tensor = inputs.batch(batch).get(input);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "There is no input '%s', expected one of %s".formatted(input, inputs.feeder().names()));
    }
    for (long value : tensor.toLongs()) {
      values.set((int) value);
    }
    return tensor.elements();
  }
}
