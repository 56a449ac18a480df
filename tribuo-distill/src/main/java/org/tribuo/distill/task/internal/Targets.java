package org.tribuo.distill.task.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.internal.ObjectiveInputs;

/**
 * The hard targets of some examples: inputs of the objective, by the names in {@link
 * ObjectiveInputs}, each with a row for each example. Immutable and safe for many threads.
 *
 * @param inputs of the same examples
 */
public record Targets(Map<String, TensorRows> inputs) {
  /** The target of an unlabelled row of a multi-class batch, which the hard loss ignores. */
  public static final long UNLABELLED = ObjectiveInputs.IGNORED_LABEL;

  public Targets {
    inputs = Map.copyOf(inputs);
  }

  /**
   * One target an example.
   *
   * @param labels for multi-class INT64 [examples], the column of the label, or {@link
   *     #UNLABELLED}; for multi-label FLOAT [examples, columns] of 0 and 1; for regression FLOAT
   *     [examples, columns], the values. Unlabelled rows of the last two are 0
   * @param labelled FLOAT [examples]: 1 where the example has a hard target, 0 where it has none
   */
  public static Targets of(Tensor labels, Tensor labelled) {
    return new Targets(
        Map.of(
            ObjectiveInputs.LABELS,
            TensorRows.of(labels),
            ObjectiveInputs.LABELLED,
            TensorRows.of(labelled)));
  }

  /**
   * A class for each token.
   *
   * @param classes of each example the column of each token's label, or {@link #UNLABELLED}, as
   *     padding is too
   */
  public static Targets perToken(List<long[]> classes) {
    List<Tensor> labels = new ArrayList<>();
    List<Tensor> labelled = new ArrayList<>();
    for (long[] each : classes) {
      labels.add(Tensor.vector(each));
      float[] known = new float[each.length];
      for (int i = 0; i < known.length; i++) {
        known[i] = each[i] == UNLABELLED ? 0 : 1;
      }
      labelled.add(Tensor.of(known, known.length));
    }
    return new Targets(
        Map.of(
            ObjectiveInputs.LABELS,
            TensorRows.ragged(labels, Tensor.scalar(UNLABELLED)),
            ObjectiveInputs.LABELLED,
            TensorRows.ragged(labelled, Tensor.scalar(0f))));
  }

  /**
   * The same, where some of the tokens count.
   *
   * @param counted of each example 1 for each token that counts, labelled or not
   */
  public Targets counting(List<float[]> counted) {
    List<Tensor> tensors = counted.stream().map(each -> Tensor.of(each, each.length)).toList();
    Map<String, TensorRows> all = new LinkedHashMap<>(inputs);
    all.put(ObjectiveInputs.COUNTED, TensorRows.ragged(tensors, Tensor.scalar(0f)));
    return new Targets(all);
  }

  /**
   * The first and the last token of an answer in each example.
   *
   * @param first the position, or {@link #UNLABELLED} where no answer is known
   * @param last as the first
   */
  public static Targets spans(long[] first, long[] last) {
    float[] labelled = new float[first.length];
    for (int i = 0; i < first.length; i++) {
      labelled[i] = first[i] == UNLABELLED ? 0 : 1;
    }
    return new Targets(
        Map.of(
            ObjectiveInputs.START_POSITIONS,
            TensorRows.of(Tensor.vector(first)),
            ObjectiveInputs.END_POSITIONS,
            TensorRows.of(Tensor.vector(last)),
            ObjectiveInputs.LABELLED,
            TensorRows.of(Tensor.of(labelled, labelled.length))));
  }

  /**
   * The targets of a batch.
   *
   * @param rows the numbers of its examples
   * @return by the names of the objective's inputs, [rows, ...] each
   */
  public Map<String, Tensor> batch(int... rows) {
    Map<String, Tensor> batch = new LinkedHashMap<>();
    inputs.forEach((name, all) -> batch.put(name, all.pick(rows)));
    return batch;
  }

  /**
   * The labels of a batch.
   *
   * @return [rows...] or [rows..., columns]; of spans INT64 [rows, 2], their first and last tokens
   */
  public Tensor labels(int... rows) {
    if (inputs.containsKey(ObjectiveInputs.LABELS)) {
      return batch(ObjectiveInputs.LABELS, rows);
    }
    long[] first = batch(ObjectiveInputs.START_POSITIONS, rows).toLongs();
    long[] last = batch(ObjectiveInputs.END_POSITIONS, rows).toLongs();
    long[] both = new long[2 * rows.length];
    for (int i = 0; i < rows.length; i++) {
      both[2 * i] = first[i];
      both[2 * i + 1] = last[i];
    }
    return Tensor.of(both, rows.length, 2);
  }

  /**
   * One of the targets of a batch.
   *
   * @throws NullPointerException if there is none of this name
   */
  public Tensor batch(String input, int... rows) {
    return Objects.requireNonNull(inputs.get(input), input).pick(rows);
  }
}
