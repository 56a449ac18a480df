package org.tribuo.distill.transformer.internal.decoding;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.layer.DataFlow;
import org.tribuo.distill.transformer.internal.layer.Dependants;
import org.tribuo.distill.transformer.internal.layer.ResidualStream;

/**
 * An encoder-decoder as two models, so that a source is encoded once however often its decoder
 * runs. The boundary is found by structure: the last value that all paths of floats from the
 * source's embeddings to the output go through, and that does not depend on what the decoder reads.
 *
 * @param encoder with what is handed over as its outputs; its inputs are some of the whole model's
 * @param decoder with the outputs of the whole, and of its inputs those that it needs, beside what
 *     is handed over
 * @param handed what the encoder makes of a source and the decoder reads
 */
public record EncoderSplit(OnnxModel encoder, OnnxModel decoder, List<Handed> handed) {
  /**
   * What the encoder makes of a source: floats [rows, positions, width]. There may be other
   * positions than those of the source.
   */
  public static final String STATES = "encoder_hidden_states";

  /** What the names of keys and values of a source begin with. */
  private static final String KEYS = "encoder_key_values";

  private static final String SOURCE_POSITIONS = "source_sequence";

  private static final int RANK = 3;

  /**
   * What is handed over: floats [rows, positions, width], or [rows, heads, positions, width].
   *
   * @param name of the encoder's output and the decoder's input
   * @param elementType which may be of half precision
   * @param heads 0 where there is no such axis
   * @param width the last axis
   */
  public record Handed(String name, ElementType elementType, int heads, int width) {}

  /**
   * Splits a model at the encoder's last states alone.
   *
   * @param normalized with inferred types; it is not changed
   * @param decoderInputs the inputs of its decoder
   * @return nothing if there is no such boundary
   */
  static Optional<EncoderSplit> of(Graph normalized, Set<String> decoderInputs) {
    return boundary(normalized, ofDecoder(normalized, decoderInputs))
        .map(states -> split(normalized, states));
  }

  /**
   * Splits a model where its encoder's last states are, and where the decoder has made keys and
   * values of these alone: they are handed over, so that they are computed once. Where they are not
   * understood, the states are handed over alone.
   *
   * @param normalized with inferred types; it is not changed
   * @param decoderInputs the inputs of its decoder
   * @return nothing if there is no such boundary
   */
  public static Optional<EncoderSplit> withKeys(Graph normalized, Set<String> decoderInputs) {
    return boundary(normalized, ofDecoder(normalized, decoderInputs))
        .map(
            states -> {
              try {
                return splitWithKeys(normalized, states, decoderInputs);
              } catch (GraphException e) {
                return split(normalized, states);
              }
            });
  }

  private static Set<String> ofDecoder(Graph normalized, Set<String> decoderInputs) {
    Set<String> ofDecoder = new HashSet<>(decoderInputs);
    decoderInputs.forEach(input -> ofDecoder.addAll(Dependants.of(normalized, input)));
    return ofDecoder;
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
        .reduce((earlier, later) -> later)
        .filter(states -> !normalized.has(STATES));
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
    Graph encoder = encoder(normalized, states);
    Graph decoder = decoder(normalized, states);
    dropUnused(encoder);
    dropUnused(decoder);
    return new EncoderSplit(encoder.toModel(), decoder.toModel(), List.of(states(decoder)));
  }

  private static EncoderSplit splitWithKeys(
      Graph normalized, String states, Set<String> decoderInputs) {
    Graph encoder = encoder(normalized, states);
    Graph decoder = decoder(normalized, states);
    Handed ofStates = states(decoder);
    Shape shape = decoder.type(STATES).flatMap(TensorType::shape).orElseThrow();
    CachedKeys found = CachedKeys.in(decoder, List.of(STATES));
    Set<String> ofTarget = contentOf(decoder, decoderInputs);
    List<CachedKeys.Kept> ofSource =
        found.kept().stream().filter(kept -> !ofTarget.contains(kept.value())).toList();
    List<Handed> handed = new ArrayList<>();
    for (KeptOperand operand : KeptOperand.of(ofSource, decoder, shape.dimension(0))) {
      String name = operand.name(KEYS);
      ElementType type = decoder.type(operand.kept().value()).orElseThrow().elementType();
      Ops in = Ops.on(encoder);
      encoder.addOutput(in.named(name, in.cast(operand.inHeads(in), ElementType.FLOAT)).name());
      decoder.addInput(name, operand.type(SOURCE_POSITIONS));
      Ops read = Ops.on(decoder);
      operand.replace(read, read.cast(decoder.value(name), type));
      handed.add(
          new Handed(name, ElementType.FLOAT, operand.heads(), Math.toIntExact(operand.width())));
    }
    if (handed.isEmpty()) {
      throw new GraphException("No keys and values are made of the source alone");
    }
    readSizes(
        decoder,
        found.sizesRead().keySet(),
        new SubstitutedSizes(
            decoder,
            handed.get(0).name(),
            Map.of(shape.dimension(0), 0, shape.dimension(1), KeptOperand.POSITIONS)));
    dropUnused(decoder);
    if (decoder.inputs().containsKey(STATES)) {
      handed.add(ofStates);
    } else {
      encoder.removeOutput(STATES);
    }
    Set<String> notThere = contentOf(encoder, decoderInputs);
    readSizes(
        encoder,
        encoder.nodes().stream().filter(node -> notThere.contains(node.input(0))).toList(),
        new SubstitutedSizes(encoder, STATES, Map.of(shape.dimension(0), 0)));
    dropUnused(encoder);
    for (Node node : encoder.nodes()) {
      if (node.reads().stream().anyMatch(notThere::contains)) {
        throw new GraphException("%s reads the target".formatted(node));
      }
    }
    return new EncoderSplit(encoder.toModel(), decoder.toModel(), handed);
  }

  /** The inputs, and what depends on more than their sizes. */
  private static Set<String> contentOf(Graph graph, Set<String> inputs) {
    Set<String> content = new HashSet<>(inputs);
    inputs.forEach(input -> content.addAll(Dependants.ofContent(graph, input, input)));
    return content;
  }

  /**
   * Reads some sizes elsewhere, from the last on: what came before may be computed for the sake of
   * later sizes, and goes with them.
   */
  private static void readSizes(Graph graph, Collection<Node> nodes, SubstitutedSizes elsewhere) {
    graph.removeUnused();
    List<Node> order = graph.topological();
    for (int i = order.size() - 1; i >= 0; i--) {
      Node node = order.get(i);
      if (StandardOperators.has(node, Operator.Trait.READS_SIZES)
          && nodes.contains(node)
          && !graph.consumers(node.output()).isEmpty()) {
        elsewhere.replace(node);
        graph.removeUnused();
      }
    }
  }

  /** The whole with its states as the one output. */
  private static Graph encoder(Graph normalized, String states) {
    Graph encoder = normalized.copy();
    List.copyOf(encoder.outputs()).forEach(encoder::removeOutput);
    encoder.rename(states, STATES);
    encoder.addOutput(STATES);
    return encoder;
  }

  /** The whole with its states as an input, whose positions have a name. */
  private static Graph decoder(Graph normalized, String states) {
    Graph decoder = normalized.copy();
    TensorType type = normalized.type(states).orElseThrow();
    Shape shape = type.shape().orElseThrow();
    Dimension positions =
        shape.dimension(1).isSymbolic() ? shape.dimension(1) : Dimension.of(SOURCE_POSITIONS);
    decoder.addInput(STATES, TensorType.of(type.elementType(), shape.with(1, positions)));
    decoder.replaceUses(states, STATES);
    return decoder;
  }

  private static Handed states(Graph decoder) {
    TensorType type = decoder.type(STATES).orElseThrow();
    Dimension.Fixed width = (Dimension.Fixed) type.shape().orElseThrow().dimension(-1);
    return new Handed(STATES, type.elementType(), 0, Math.toIntExact(width.size()));
  }

  private static void dropUnused(Graph graph) {
    graph.removeUnused();
    Map.copyOf(graph.inputs()).keySet().stream()
        .filter(input -> graph.consumers(input).isEmpty())
        .forEach(graph::removeInput);
  }
}
