package org.tribuo.distill.training.internal.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.ExampleOrigin;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.distill.task.internal.Targets;

/**
 * The examples of a dataset as a student reads them, one row each, in the order of the dataset.
 *
 * @param inputs what the student reads
 * @param targets the labels
 * @param labelled whether there is one
 * @param answered whether the output is one, by which a prediction can be measured
 * @param weights how much each counts
 * @param sources for each row the first row of the same origin
 */
public record ExampleRows(
    ExampleInputs<?> inputs,
    Targets targets,
    boolean[] labelled,
    boolean[] answered,
    ExampleWeights weights,
    int[] sources) {
  /** Rows of which no two have the same origin, and whose labels are their outputs. */
  public ExampleRows(
      ExampleInputs<?> inputs, Targets targets, boolean[] labelled, ExampleWeights weights) {
    this(
        inputs,
        targets,
        labelled,
        labelled,
        weights,
        IntStream.range(0, labelled.length).toArray());
  }

  /**
   * Reads a dataset.
   *
   * @throws IllegalArgumentException if there are no examples, or one does not fit the reader, has
   *     an output that the codec does not know or a weight that is none; the message says which
   */
  public static <T extends Output<T>> ExampleRows of(
      Dataset<T> dataset, InputReader<?> reader, TargetCodec<T> codec) {
    List<Example<T>> examples = new ArrayList<>(dataset.size());
    boolean[] labelled = new boolean[dataset.size()];
    boolean[] answered = new boolean[dataset.size()];
    for (Example<T> example : dataset) {
      labelled[examples.size()] = codec.isLabelled(example);
      answered[examples.size()] = codec.isLabelled(example.getOutput());
      examples.add(example);
    }
    return new ExampleRows(
        ExampleInputs.of(reader, dataset),
        codec.encode(examples),
        labelled,
        answered,
        ExampleWeights.of(examples),
        sources(examples));
  }

  private static int[] sources(List<? extends Example<?>> examples) {
    int[] sources = new int[examples.size()];
    Map<Object, Integer> first = new HashMap<>();
    for (int row = 0; row < sources.length; row++) {
      int own = row;
      sources[row] =
          ExampleOrigin.of(examples.get(row))
              .map(origin -> first.computeIfAbsent(origin, any -> own))
              .orElse(own);
    }
    return sources;
  }

  public int count() {
    return labelled.length;
  }

  /** The rows but for those that are left out, in ascending order. */
  public IntStream counted() {
    return IntStream.range(0, count()).filter(weights::counts);
  }

  /** The rows of which the output is known, without those that are left out. */
  public int[] answeredRows() {
    return counted().filter(row -> answered[row]).toArray();
  }

  /** The rows that have a label, without those that are left out. */
  public int[] labelledRows() {
    return rows(true);
  }

  /** The rows that have none, without those that are left out. */
  public int[] unlabelledRows() {
    return rows(false);
  }

  private int[] rows(boolean withLabel) {
    return counted().filter(row -> labelled[row] == withLabel).toArray();
  }
}
