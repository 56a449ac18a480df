package org.tribuo.distill.student.internal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.FedInputs;

/**
 * Runs a graph over a sample of examples for some of its values. Examples of one length, and of as
 * many steps, share a batch, so that nothing is padding, and one thread computes: the numbers are
 * the same wherever as many bits are computed alike.
 */
final class SampleRun {
  private static final int ROWS = 8;

  private static final int POSITIONS = 1024;

  private SampleRun() {}

  /**
   * The vectors of some values, batch by batch. Images and sounds, of one position each, have as
   * many as their encoder makes of them.
   *
   * @param graph whose only outputs they are
   * @param vectors is given those of a batch
   */
  static void over(ExampleInputs<?> sample, Graph graph, Consumer<Batch> vectors) {
    over(
        sample,
        row -> sample.length(row) > 1 ? sample.length(row) : Integer.MAX_VALUE,
        graph,
        vectors);
  }

  /**
   * As above, of a part of each example.
   *
   * @param positions how many the part has of an example
   */
  static void over(
      ExampleInputs<?> sample, IntUnaryOperator positions, Graph graph, Consumer<Batch> vectors) {
    FedInputs<?> fed = FedInputs.of(sample, graph.inputs());
    Set<String> outputs = new HashSet<>(graph.outputs());
    try (InferenceSession session =
        new InferenceSession(
            device -> Engines.inference().load(graph.toModel(), device), Device.cpu(1))) {
      for (int[] rows : batches(sample, fed)) {
        vectors.accept(
            new Batch(
                session.run(fed.filledUp(rows), outputs),
                rows.length,
                positions.applyAsInt(rows[0])));
      }
    }
  }

  /** The size of an example: of a source and its target the length of each follows from it. */
  private record Size(int length, int steps) {}

  /** Rows of one size together. */
  private static List<int[]> batches(ExampleInputs<?> sample, FedInputs<?> fed) {
    int[] lengths = sample.lengths();
    return IntStream.range(0, lengths.length)
        .boxed()
        .collect(
            Collectors.groupingBy(
                row -> new Size(lengths[row], sample.steps(row)),
                () ->
                    new TreeMap<>(
                        Comparator.comparingInt(Size::length).thenComparingInt(Size::steps)),
                Collectors.toList()))
        .values()
        .stream()
        .flatMap(
            alike -> {
              int rows = Math.max(1, Math.min(ROWS, POSITIONS / lengths[alike.get(0)]));
              int atOnce = (int) Math.min(rows, fed.feeder().fixedRows().orElse(rows));
              return IntStream.iterate(0, from -> from < alike.size(), from -> from + atOnce)
                  .mapToObj(from -> alike.subList(from, Math.min(alike.size(), from + atOnce)));
            })
        .map(rows -> rows.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  /**
   * What the values are for some examples of one length.
   *
   * @param rows the number of examples; rows behind them fill a batch of a fixed size up
   * @param length of each in positions, at most; positions behind it pad examples to a fixed length
   */
  record Batch(Map<String, Tensor> values, int rows, int length) {
    /**
     * The vectors of all positions of a value [rows, positions, width]; all vectors of one with
     * other axes.
     *
     * @return the vectors, one after the other
     */
    float[] of(String value) {
      Tensor tensor = values.getOrDefault(value, Tensor.scalar(0f));
      float[] all = tensor.toFloats();
      if (tensor.rank() != 3 || tensor.dim(0) < rows) {
        return all;
      }
      int width = (int) tensor.dim(2);
      int positions = (int) tensor.dim(1);
      int own = Math.min(length, positions);
      if (own == positions) {
        return Arrays.copyOf(all, rows * positions * width);
      }
      float[] vectors = new float[rows * own * width];
      for (int row = 0; row < rows; row++) {
        System.arraycopy(all, row * positions * width, vectors, row * own * width, own * width);
      }
      return vectors;
    }
  }
}
