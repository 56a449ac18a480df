package org.tribuo.distill.transformer.internal.layer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * The layers of a Transformer, found by structure: hidden states are the values [batch, positions,
 * width] through which every path from the embeddings to the output goes, and a layer is what
 * repeats between them, from one attention to the next. Holds for exports of every age, whatever
 * nodes are called, with the normalisation before or after each block.
 *
 * <p>Names are those of the graph that was searched, so a boundary can be cut or exposed there.
 * Immutable.
 *
 * <p><b>Structure.</b> A {@link ResidualStream} is the row of values that all paths of floats from
 * a source (an embedding that was looked up, or an input of floats) to an output go through. A
 * {@link Segment} is what lies between two neighbours of it; it has a signature, equal for segments
 * that compute the same with weights of the same shapes, and it attends or does not. A {@link
 * LayerRun} is a row of equal layers, each of some segments of which the first attends.
 *
 * <p><b>Steps.</b>
 *
 * <ol>
 *   <li>{@link DataFlow}: which values depend on an input, and which are floats.
 *   <li>For each source and each output that it reaches, the stream: in a topological order, a
 *       value is on every path exactly if nothing made before it is read after it. The residual
 *       connection is the only way around a block, so its sums are on the stream and nothing inside
 *       of blocks is.
 *   <li>Of a stream, the values that have the form of a hidden state and exist in the searched
 *       graph too, in groups of one width.
 *   <li>The segments of a group, read by {@link SegmentReader}: each expression gets a number, made
 *       of the operator, its attributes and the numbers of its inputs. Weights count by type and
 *       shape, names do not count, nor does the order of the inputs of commutative operators.
 *   <li>A row of segments ends where one does not carry on what it reads, around its matrix
 *       products: what an encoder has made is read by a decoder's attention, and goes no further
 *       itself.
 *   <li>Of all pairs of attending segments as the starts of two neighbouring layers, the pair whose
 *       layers repeat over most segments. With one attention there is one layer, which goes on as
 *       long as nothing but the hidden state is read, and ends with a normalisation only if its
 *       attention does.
 *   <li>The run with most layers is the answer. Another one beside it that shares no layer with it
 *       is a second stack (an encoder's beside a decoder's): {@link LayerStacks} tells them apart.
 *       A decoder of one layer has nothing that repeats, but two attentions, of which the second
 *       reads what the other stack has made.
 * </ol>
 *
 * <p><b>Cost.</b> With N nodes, S sources and O outputs: S·O walks over N nodes; each segment is
 * read once, its nodes once each; with A attending segments of a stream A² comparisons of rows of
 * signatures. Nothing is run and no weight is read.
 *
 * <p><b>Limits.</b> Layers that all differ, in width say, are not found, nor are blocks without a
 * residual connection. A path of floats around the layers, from the embeddings to the head say,
 * hides the hidden states. Attention without a softmax is not seen. A block behind a single layer
 * that reads nothing but the hidden state, and has a residual connection, is counted to that layer.
 */
public final class TransformerLayers {
  private static final String WHAT_TO_DO =
      "a PrunedStudent cuts either of them, which its stack is to state, and for anything else that looks for layers export one of them alone";

  private final List<Layer> layers;
  private final long width;
  private final OptionalInt heads;
  private final String output;
  private final TensorType stateType;

  private TransformerLayers(LayerRun run, TensorType stateType) {
    this.layers = List.copyOf(run.layers());
    this.heads = run.heads();
    this.output = run.output();
    this.stateType = stateType;
    this.width = widthOf(stateType);
  }

  /**
   * Finds the layers of a graph, which is not changed.
   *
   * @throws GraphException if there are none, or the model is an encoder-decoder, which has two
   *     stacks of them; the message says what was looked for and what was found
   */
  public static TransformerLayers find(Graph graph) {
    Graph normalized = graph.copy();
    Normalization.apply(normalized);
    return find(graph, normalized);
  }

  /**
   * As {@link #find(Graph)}, where the normalised copy is at hand.
   *
   * @param normalized what {@link Normalization} made of a copy of {@code graph}
   */
  public static TransformerLayers find(Graph graph, Graph normalized) {
    return graph.named(() -> search(graph, normalized));
  }

  private static TransformerLayers search(Graph graph, Graph normalized) {
    List<TransformerLayers> stacks = stacks(graph, normalized);
    if (stacks.size() > 1) {
      throw twoStacks(stacks.get(0), stacks.get(1));
    }
    TransformerLayers found = stacks.get(0);
    List<String> others = found.tokensBeside(graph, normalized);
    if (!others.isEmpty()) {
      throw oneOfTwoStacks(found, others);
    }
    return found;
  }

  /**
   * The inputs of tokens that these layers do not read themselves: those of the other stack of an
   * encoder-decoder, whose layers may not have been found.
   */
  public List<String> tokensBeside(Graph graph, Graph normalized) {
    // Turned positions are looked up too, in tables as wide as a head.
    List<String> looked =
        EmbeddingTables.of(normalized).tables().stream()
            .filter(table -> table.width() == width)
            .map(EmbeddingTable::input)
            .distinct()
            .toList();
    return inputsBeside(graph, looked);
  }

  /** Those of some inputs that do not become what the first layer reads. */
  List<String> inputsBeside(Graph graph, Collection<String> inputs) {
    return inputs.stream()
        .filter(input -> !Dependants.of(graph, input).contains(embeddings()))
        .toList();
  }

  /**
   * All stacks of layers, that with most layers first: two of an encoder-decoder.
   *
   * @param normalized as above
   * @throws GraphException if there are no layers
   */
  public static List<TransformerLayers> stacks(Graph graph, Graph normalized) {
    DataFlow flow = DataFlow.of(normalized);
    SegmentReader reader = new SegmentReader(flow);
    List<List<Segment>> rows = new ArrayList<>();
    List<ResidualStream> streams = ResidualStream.in(flow);
    for (ResidualStream stream : streams) {
      for (List<String> states : statesOfOneWidth(stream, graph, normalized)) {
        rows.addAll(carrying(states, reader));
      }
    }
    List<LayerRun> runs =
        rows.stream()
            .flatMap(row -> LayerRun.longest(row).stream())
            .sorted(Comparator.comparingInt(LayerRun::count).reversed())
            .toList();
    if (runs.isEmpty()) {
      throw noLayers(streams, graph, normalized);
    }
    List<LayerRun> apart = apart(runs, normalized);
    if (apart.size() == 1) {
      singleDecoder(rows, apart.get(0), normalized).ifPresent(apart::add);
    }
    return apart.stream()
        .map(
            run ->
                new TransformerLayers(
                    run, normalized.type(run.layers().get(0).start()).orElseThrow()))
        .toList();
  }

  /**
   * The segments between states, in rows within which each carries on what it reads. What an
   * encoder has made is not carried on by a decoder, which attends to it.
   */
  private static List<List<Segment>> carrying(List<String> states, SegmentReader reader) {
    List<List<Segment>> rows = new ArrayList<>(List.of(new ArrayList<>()));
    for (int i = 0; i + 1 < states.size(); i++) {
      Segment segment = reader.read(states.get(i), states.get(i + 1));
      if (segment.carries()) {
        rows.get(rows.size() - 1).add(segment);
      } else {
        rows.add(new ArrayList<>());
      }
    }
    return rows;
  }

  /** Those of some runs that are stacks of their own. */
  private static List<LayerRun> apart(List<LayerRun> runs, Graph normalized) {
    List<Set<String>> made = runs.stream().map(run -> run.dependants(normalized)).toList();
    List<LayerRun> apart = new ArrayList<>();
    for (LayerRun run : runs) {
      boolean isWhole = run.count() > 1 || made.stream().noneMatch(run::attendsTo);
      if (isWhole && apart.stream().noneMatch(other -> isPartOf(run, other, normalized))) {
        apart.add(run);
      }
    }
    return apart;
  }

  /**
   * Whether a run is no stack of its own beside another: they share a layer, or one is a single
   * layer in front of the other or behind it, as that of a head is.
   */
  private static boolean isPartOf(LayerRun run, LayerRun other, Graph normalized) {
    return run.shares(other)
        || (run.count() == 1
            && (isBehind(run, other, normalized) || isBehind(other, run, normalized)));
  }

  private static boolean isBehind(LayerRun run, LayerRun other, Graph normalized) {
    String start = run.layers().get(0).start();
    String before = other.layers().get(0).start();
    return start.equals(before) || Dependants.of(normalized, before).contains(start);
  }

  /** The only layer of the decoder behind an encoder. */
  private static Optional<LayerRun> singleDecoder(
      List<List<Segment>> rows, LayerRun encoder, Graph normalized) {
    Set<String> encoded = encoder.dependants(normalized);
    return rows.stream()
        .flatMap(row -> LayerRun.decoding(row, encoded).stream())
        .filter(run -> !run.shares(encoder) && !isBehind(run, encoder, normalized))
        .findFirst();
  }

  /** The hidden states of a stream that the searched graph has too, cut where the width changes. */
  private static List<List<String>> statesOfOneWidth(
      ResidualStream stream, Graph graph, Graph normalized) {
    List<List<String>> groups = new ArrayList<>();
    long width = -1;
    for (String value : stream.values()) {
      TensorType type = normalized.type(value).orElse(null);
      if (type == null || !isHiddenState(type) || !graph.has(value)) {
        continue;
      }
      if (groups.isEmpty() || widthOf(type) != width) {
        groups.add(new ArrayList<>());
        width = widthOf(type);
      }
      groups.get(groups.size() - 1).add(value);
    }
    return groups;
  }

  private static boolean isHiddenState(TensorType type) {
    return type.shape()
        .filter(s -> s.rank() == 3 && s.dimension(-1) instanceof Dimension.Fixed)
        .isPresent();
  }

  private static long widthOf(TensorType type) {
    return type.shape().orElseThrow().dimension(-1) instanceof Dimension.Fixed fixed
        ? fixed.size()
        : -1;
  }

  private static GraphException twoStacks(TransformerLayers one, TransformerLayers other) {
    return new GraphException(
        "The model has two stacks of layers, %d from '%s' on and %d from '%s' on, an encoder's and a decoder's, say; %s"
            .formatted(
                one.count(), one.embeddings(), other.count(), other.embeddings(), WHAT_TO_DO));
  }

  private static GraphException oneOfTwoStacks(TransformerLayers one, List<String> others) {
    return new GraphException(
        "The model has %d layers from '%s' on, which do not read %s, so that it is an encoder-decoder, of which the layers of the other stack were not found; %s"
            .formatted(one.count(), one.embeddings(), others, WHAT_TO_DO));
  }

  private static GraphException noLayers(
      List<ResidualStream> streams, Graph graph, Graph normalized) {
    String found =
        streams.stream()
            .map(
                stream ->
                    "%d such values from '%s' to '%s'"
                        .formatted(
                            statesOfOneWidth(stream, graph, normalized).stream()
                                .mapToInt(List::size)
                                .sum(),
                            stream.source(),
                            stream.output()))
            .collect(Collectors.joining(", "));
    long attentions =
        normalized.nodes().stream()
            .filter(node -> StandardOperators.has(node, Operator.Trait.ATTENDS))
            .count();
    return new GraphException(
        ("The model has no Transformer layers. Looked for values [batch, positions, width] that"
                + " every path from the embeddings to an output goes through, with an attention"
                + " between neighbours that repeats. Found %s, and %d Softmax nodes. Only encoders"
                + " and decoders with such layers can be cut or get a head")
            .formatted(
                found.isEmpty() ? "no embedding or float input that leads to an output" : found,
                attentions));
  }

  /** The layers, in order; at least one. */
  public List<Layer> layers() {
    return layers;
  }

  /** The number of layers. */
  public int count() {
    return layers.size();
  }

  /** The size of a hidden state. */
  public long width() {
    return width;
  }

  /** The number of attention heads, if the graph determines it. */
  public OptionalInt heads() {
    return heads;
  }

  /** The name of the embeddings, [batch, positions, width], which the first layer reads. */
  public String embeddings() {
    return layers.get(0).start();
  }

  /**
   * The name of a hidden state [batch, positions, width]: 0 is the embeddings, k the end of the
   * k-th layer.
   *
   * @throws IllegalArgumentException unless k is from 0 to the number of layers
   */
  public String hiddenState(int k) {
    if (k < 0 || k > layers.size()) {
      throw new IllegalArgumentException(
          "Hidden state %d of a model of %d layers, expected one from 0 (the embeddings) to %d"
              .formatted(k, layers.size(), layers.size()));
    }
    return k == 0 ? embeddings() : layers.get(k - 1).end();
  }

  /**
   * The name of what the layers make of a text, [batch, positions, width]: the last layer's end, or
   * the normalisation of it where one follows.
   */
  public String output() {
    return output;
  }

  /** The type of a hidden state: [batch, positions, width] with what is known of the first two. */
  public TensorType stateType() {
    return stateType;
  }

  /**
   * Makes hidden states outputs of the graph that was searched, or of a copy.
   *
   * @param states 0 for the embeddings, k for the end of the k-th layer
   * @return the names of the outputs
   * @throws IllegalArgumentException as {@link #hiddenState}
   */
  public List<String> expose(Graph graph, List<Integer> states) {
    List<String> names = states.stream().map(this::hiddenState).toList();
    for (String name : names) {
      graph.setType(name, stateType);
      graph.addOutput(name);
    }
    return names;
  }

  /** One line for a person: {@code layers: 6, width 384, heads 12, boundaries …}. */
  public String describe() {
    return "layers: %d, width %d, heads %s, boundaries %s, %s"
        .formatted(
            count(),
            width,
            heads.isPresent() ? heads.getAsInt() : "unknown",
            embeddings(),
            layers.stream().map(Layer::end).collect(Collectors.joining(", ")));
  }

  @Override
  public String toString() {
    return describe();
  }
}
