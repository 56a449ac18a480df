package org.tribuo.distill.transformer.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
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
 * @param elementType of the states, which may be of half precision
 * @param width of a state
 */
public record EncoderSplit(
    OnnxModel encoder, OnnxModel decoder, ElementType elementType, int width) {
  /**
   * What the encoder makes of a source: floats [rows, positions, width]. There may be other
   * positions than those of the source.
   */
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
    Set<Dimension> rows = rows(normalized, ofDecoder);
    Set<String> candidates = new HashSet<>();
    for (ResidualStream stream : ResidualStream.in(flow)) {
      stream.values().stream()
          .filter(value -> !ofDecoder.contains(value) && isHiddenState(normalized, value, rows))
          .forEach(candidates::add);
    }
    return flow.order().stream()
        .map(Node::outputs)
        .flatMap(List::stream)
        .filter(candidates::contains)
        .reduce((earlier, later) -> later);
  }

  /** The first dimensions of what the encoder reads, as far as they are known. */
  private static Set<Dimension> rows(Graph graph, Set<String> ofDecoder) {
    return graph.inputs().entrySet().stream()
        .filter(input -> !ofDecoder.contains(input.getKey()))
        .flatMap(input -> input.getValue().shape().stream())
        .filter(shape -> shape.rank() > 0)
        .map(shape -> shape.dimension(0))
        .filter(Dimension::isSymbolic)
        .collect(Collectors.toSet());
  }

  /**
   * Whether a value has a vector for each position of each row: in some models rows come second.
   */
  private static boolean isHiddenState(Graph graph, String value, Set<Dimension> rows) {
    return graph
        .type(value)
        .flatMap(TensorType::shape)
        .filter(shape -> shape.rank() == RANK && shape.dimension(-1) instanceof Dimension.Fixed)
        .filter(shape -> rows.contains(shape.dimension(0)))
        .isPresent();
  }

  private static EncoderSplit split(Graph normalized, String states) {
    Graph encoder = normalized.copy();
    List.copyOf(encoder.outputs()).forEach(encoder::removeOutput);
    encoder.rename(states, STATES);
    encoder.addOutput(STATES);
    dropUnused(encoder);
    Graph decoder = normalized.copy();
    TensorType type = normalized.type(states).orElseThrow();
    decoder.addInput(STATES, type);
    decoder.replaceUses(states, STATES);
    dropUnused(decoder);
    Dimension.Fixed width = (Dimension.Fixed) type.shape().orElseThrow().dimension(-1);
    return new EncoderSplit(
        encoder.toModel(), decoder.toModel(), type.elementType(), Math.toIntExact(width.size()));
  }

  private static void dropUnused(Graph graph) {
    graph.removeUnused();
    Map.copyOf(graph.inputs()).keySet().stream()
        .filter(input -> graph.consumers(input).isEmpty())
        .forEach(graph::removeInput);
  }
}
