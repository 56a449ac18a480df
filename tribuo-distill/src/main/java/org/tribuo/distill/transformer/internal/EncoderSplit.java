package org.tribuo.distill.transformer.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.TensorType;

/**
 * An encoder-decoder as two models, so that a source is encoded once however often its decoder
 * runs. The boundary is found by structure: the last value that all paths of floats from the
 * source's embeddings to the output go through, and that does not depend on what the decoder reads.
 *
 * @param encoder with the one output {@link #STATES}; its inputs are some of the whole model's
 * @param decoder with the outputs of the whole, and of its inputs those that it needs, beside
 *     {@link #STATES}
 */
public record EncoderSplit(OnnxModel encoder, OnnxModel decoder) {
  /** What the encoder makes of a source: float [rows, source positions, width]. */
  public static final String STATES = "encoder_hidden_states";

  private static final int RANK = 3;

  /**
   * Splits a model.
   *
   * @param normalized with inferred types; it is not changed
   * @param decoderInputs the inputs of its decoder
   * @return nothing if there is no such boundary
   */
  public static Optional<EncoderSplit> of(Graph normalized, Set<String> decoderInputs) {
    Set<String> ofDecoder = new HashSet<>(decoderInputs);
    decoderInputs.forEach(input -> ofDecoder.addAll(Dependants.of(normalized, input)));
    return boundary(normalized, ofDecoder)
        .filter(states -> !normalized.has(STATES))
        .map(states -> split(normalized, states));
  }

  /** The last of all streams, in the order in which values are computed. */
  private static Optional<String> boundary(Graph normalized, Set<String> ofDecoder) {
    DataFlow flow = DataFlow.of(normalized);
    Set<String> candidates = new HashSet<>();
    for (ResidualStream stream : ResidualStream.in(flow)) {
      stream.values().stream()
          .filter(value -> !ofDecoder.contains(value) && isHiddenState(normalized, value))
          .forEach(candidates::add);
    }
    return flow.order().stream()
        .map(Node::outputs)
        .flatMap(List::stream)
        .filter(candidates::contains)
        .reduce((earlier, later) -> later);
  }

  private static boolean isHiddenState(Graph graph, String value) {
    return graph
        .type(value)
        .flatMap(TensorType::shape)
        .filter(shape -> shape.rank() == RANK && shape.dimension(-1) instanceof Dimension.Fixed)
        .isPresent();
  }

  private static EncoderSplit split(Graph normalized, String states) {
    Graph encoder = normalized.copy();
    List.copyOf(encoder.outputs()).forEach(encoder::removeOutput);
    encoder.rename(states, STATES);
    encoder.addOutput(STATES);
    dropUnused(encoder);
    Graph decoder = normalized.copy();
    decoder.addInput(STATES, normalized.type(states).orElseThrow());
    decoder.replaceUses(states, STATES);
    dropUnused(decoder);
    return new EncoderSplit(encoder.toModel(), decoder.toModel());
  }

  private static void dropUnused(Graph graph) {
    graph.removeUnused();
    Map.copyOf(graph.inputs()).keySet().stream()
        .filter(input -> graph.consumers(input).isEmpty())
        .forEach(graph::removeInput);
  }
}
