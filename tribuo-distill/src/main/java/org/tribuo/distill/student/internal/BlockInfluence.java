package org.tribuo.distill.student.internal;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

/**
 * How much each layer of a Transformer changes what it reads: 1 minus the mean cosine between its
 * first and its last hidden state, over all positions of a sample (ShortGPT, Men et al. 2024,
 * arXiv:2403.03853, section 3.1). A layer of little influence can go with little harm.
 *
 * @param ofLayers from 0 to 2, of each layer
 */
public record BlockInfluence(List<Double> ofLayers) {
  public BlockInfluence {
    ofLayers = List.copyOf(ofLayers);
  }

  /**
   * Measures it.
   *
   * @param layers of the Transformer
   * @param sample as the Transformer reads it
   */
  public static BlockInfluence of(
      Transformer model, TransformerLayers layers, ExampleInputs<?> sample) {
    return of(model, layers, (graph, vectors) -> SampleRun.over(sample, graph, vectors));
  }

  /**
   * Measures it in the layers that read a source.
   *
   * @param sample sources and their targets
   */
  public static BlockInfluence ofEncoder(
      Transformer model, TransformerLayers layers, ExampleInputs<?> sample) {
    IntUnaryOperator positions = row -> sample.length(row) - sample.steps(row);
    return of(model, layers, (graph, vectors) -> SampleRun.over(sample, positions, graph, vectors));
  }

  /** As above, in those that read its target. */
  public static BlockInfluence ofDecoder(
      Transformer model, TransformerLayers layers, ExampleInputs<?> sample) {
    return of(
        model, layers, (graph, vectors) -> SampleRun.over(sample, sample::steps, graph, vectors));
  }

  private static BlockInfluence of(
      Transformer model,
      TransformerLayers layers,
      BiConsumer<Graph, Consumer<SampleRun.Batch>> run) {
    Graph graph = model.graph();
    graph.outputs().forEach(graph::removeOutput);
    List<String> states =
        layers.expose(graph, IntStream.rangeClosed(0, layers.count()).boxed().toList());
    graph.removeUnused();
    int width = Math.toIntExact(layers.width());
    double[] sums = new double[layers.count()];
    long[] positions = new long[1];
    run.accept(
        graph,
        batch -> {
          float[] before = batch.of(states.get(0));
          positions[0] += before.length / width;
          for (int layer = 0; layer < sums.length; layer++) {
            float[] after = batch.of(states.get(layer + 1));
            sums[layer] += cosines(before, after, width);
            before = after;
          }
        });
    return new BlockInfluence(
        DoubleStream.of(sums).mapToObj(sum -> 1 - sum / positions[0]).toList());
  }

  private static double cosines(float[] one, float[] other, int width) {
    double sum = 0;
    for (int from = 0; from < one.length; from += width) {
      double product = 0;
      double ofOne = 0;
      double ofOther = 0;
      for (int i = from; i < from + width; i++) {
        product += (double) one[i] * other[i];
        ofOne += (double) one[i] * one[i];
        ofOther += (double) other[i] * other[i];
      }
      double lengths = Math.sqrt(ofOne * ofOther);
      sum += lengths > 0 ? product / lengths : 0;
    }
    return sum;
  }

  /** The layers of most influence, from 0, in ascending order; of equal ones the earlier. */
  public List<Integer> strongest(int count) {
    return IntStream.range(0, ofLayers.size())
        .boxed()
        .sorted(Comparator.comparing(ofLayers::get).reversed())
        .limit(count)
        .sorted()
        .toList();
  }

  /** The numbers, one after the other. */
  @Override
  public String toString() {
    return ofLayers.stream()
        .map(influence -> String.format(Locale.ROOT, "%.3f", influence))
        .collect(Collectors.joining(", "));
  }
}
