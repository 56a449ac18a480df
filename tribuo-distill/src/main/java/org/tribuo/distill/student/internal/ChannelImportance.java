package org.tribuo.distill.student.internal;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup.ReadingProduct;

/**
 * How much each channel adds to the products that read it: the mean square of its activation over
 * all positions of a sample, times the squares of the weights that it is multiplied by, as a part
 * of what all channels add to the product (the magnitude of activation and weight together, as of
 * Wanda, Sun et al. 2023, arXiv:2306.11695, section 3). Without a sample all activations count as
 * equal.
 */
final class ChannelImportance {
  private final Graph normalized;
  private final Map<String, double[]> squares;

  private ChannelImportance(Graph normalized, Map<String, double[]> squares) {
    this.normalized = normalized;
    this.squares = squares;
  }

  /**
   * Runs a model over a sample.
   *
   * @param normalized the graph in which the groups were found
   * @param sample as the model reads it; empty for the weights alone
   */
  static ChannelImportance of(
      Graph normalized, List<ChannelGroup> groups, Optional<ExampleInputs<?>> sample) {
    Set<String> activations = new HashSet<>();
    groups.forEach(
        group -> group.products().forEach(product -> activations.add(product.activation())));
    return new ChannelImportance(
        normalized,
        sample.isPresent() && !activations.isEmpty()
            ? squares(normalized, activations, sample.get())
            : Map.of());
  }

  /** The sums of squares of each position of the last axis. */
  private static Map<String, double[]> squares(
      Graph normalized, Set<String> activations, ExampleInputs<?> sample) {
    Graph graph = normalized.copy();
    graph.outputs().forEach(graph::removeOutput);
    activations.stream().sorted().forEach(graph::addOutput);
    graph.removeUnused();
    Map<String, double[]> sums = new LinkedHashMap<>();
    SampleRun.over(
        sample,
        graph,
        batch ->
            batch
                .values()
                .forEach(
                    (value, tensor) ->
                        add(
                            batch.of(value),
                            sums.computeIfAbsent(
                                value, name -> new double[(int) tensor.dim(tensor.rank() - 1)]))));
    return sums;
  }

  private static void add(float[] vectors, double[] sums) {
    for (int i = 0; i < vectors.length; i++) {
      sums[i % sums.length] += (double) vectors[i] * vectors[i];
    }
  }

  /** The most important channels of a group, in their order; of equal ones the earlier. */
  List<Integer> strongest(ChannelGroup group, int count) {
    Map<Integer, Double> ofChannels = new HashMap<>();
    for (ReadingProduct product : group.products()) {
      add(product, ofChannels);
    }
    Set<Integer> kept =
        Set.copyOf(
            group.channels().stream()
                .sorted(
                    Comparator.comparing((Integer channel) -> ofChannels.getOrDefault(channel, 0.0))
                        .reversed())
                .limit(count)
                .toList());
    return group.channels().stream().filter(kept::contains).toList();
  }

  private void add(ReadingProduct product, Map<Integer, Double> ofChannels) {
    double[] added = squaresOfWeights(product);
    double[] activations = squares.get(product.activation());
    double all = 0;
    for (int i = 0; i < added.length; i++) {
      added[i] *= activations == null ? 1 : activations[i];
      all += added[i];
    }
    for (int i = 0; i < added.length; i++) {
      ofChannels.merge(
          product.channels().get(i), all > 0 ? added[i] / all : 0, (one, other) -> one + other);
    }
  }

  /** Of the rows or columns that channels are multiplied by. */
  private double[] squaresOfWeights(ReadingProduct product) {
    Tensor weight = normalized.initializer(product.weight());
    float[] values = weight.toFloats();
    int columns = (int) weight.dim(1);
    double[] sums = new double[product.channels().size()];
    for (int i = 0; i < values.length; i++) {
      sums[product.axis() == 0 ? i / columns : i % columns] += (double) values[i] * values[i];
    }
    return sums;
  }
}
