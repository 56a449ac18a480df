package org.tribuo.distill.transformer.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.Activation.Site;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.internal.layer.AttentionMask;
import org.tribuo.distill.transformer.internal.layer.Layer;
import org.tribuo.distill.transformer.internal.layer.LayerStacks;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

/**
 * What losses can compare of a Transformer: hidden states, and of each layer the attention with its
 * queries, keys and values; of an encoder-decoder those of either stack, and of the decoder's
 * attention to the source. All is found by structure, whatever nodes are called and whoever
 * exported the model. What the search does not find can be named by hand.
 *
 * <p>Names are those of the normalised graph that was searched. Immutable.
 */
public final class TransformerActivations {
  private final Map<Site, Stack> stacks;
  private final Map<Activation, ActivationValue> values;

  private TransformerActivations(Map<Site, Stack> stacks, Map<Activation, ActivationValue> values) {
    this.stacks = new EnumMap<>(stacks);
    this.values = values;
  }

  /**
   * A stack of layers.
   *
   * @param layers how many there are
   * @param mask the input that distinguishes the tokens that they read from padding
   * @param summary for a person
   */
  private record Stack(int layers, Optional<String> mask, String summary) {
    static Stack of(TransformerLayers found, Optional<String> mask) {
      return new Stack(found.count(), mask, found.describe());
    }
  }

  /**
   * Finds the activations of a graph.
   *
   * @param normalized what {@link org.tribuo.distill.graph.internal.pass.Normalization} made of a
   *     model; it is not changed
   * @throws GraphException if there are no layers, or those of one side of an encoder-decoder were
   *     not found
   */
  public static TransformerActivations find(Graph normalized) {
    List<TransformerLayers> found = TransformerLayers.stacks(normalized, normalized);
    TransformerLayers first = found.get(0);
    return found.size() == 1 && first.tokensBeside(normalized, normalized).isEmpty()
        ? ofOneStack(normalized, first)
        : ofTwoStacks(normalized, LayerStacks.of(found, normalized, normalized));
  }

  private static TransformerActivations ofOneStack(Graph normalized, TransformerLayers found) {
    Map<Activation, ActivationValue> values = new LinkedHashMap<>();
    addOwn(values, normalized, Site.LAYERS, found);
    TensorType states = normalized.type(found.hiddenState(found.count())).orElseThrow();
    Optional<String> mask =
        AttentionMask.of(normalized)
            .filter(each -> AttentionMask.isOverPositionsOf(normalized, each, states));
    return new TransformerActivations(Map.of(Site.LAYERS, Stack.of(found, mask)), values);
  }

  private static TransformerActivations ofTwoStacks(Graph normalized, LayerStacks found) {
    TransformerLayers encoder = found.encoder().orElseThrow(() -> notFound(Site.ENCODER));
    TransformerLayers decoder = found.decoder().orElseThrow(() -> notFound(Site.DECODER));
    String encoded = encoder.hiddenState(encoder.count());
    Map<Activation, ActivationValue> values = new LinkedHashMap<>();
    addOwn(values, normalized, Site.ENCODER, encoder);
    addOwn(values, normalized, Site.DECODER, decoder);
    for (Layer layer : decoder.layers()) {
      add(
          values,
          Site.CROSS_ATTENTION,
          layer,
          AttentionSearch.across(normalized, decoder, layer, encoded));
    }
    return new TransformerActivations(
        Map.of(
            Site.ENCODER,
            Stack.of(encoder, AttentionMask.ofEncoder(normalized, encoded)),
            Site.DECODER,
            Stack.of(decoder, AttentionMask.ofDecoder(normalized, encoded))),
        values);
  }

  private static GraphException notFound(Site stack) {
    return new GraphException(
        "The model is an encoder-decoder, and the layers of its %s were not found, as their attention has another form than that of a Transformer; name their hidden states by hand"
            .formatted(stack.words()));
  }

  /** Hidden states, and the attention of layers to what they read themselves. */
  private static void addOwn(
      Map<Activation, ActivationValue> values,
      Graph normalized,
      Site site,
      TransformerLayers found) {
    for (int k = 0; k <= found.count(); k++) {
      values.put(
          new Activation(site, Kind.HIDDEN_STATE, k),
          ActivationValue.hiddenState(found.hiddenState(k), found.width()));
    }
    for (Layer layer : found.layers()) {
      add(values, site, layer, AttentionSearch.in(normalized, found, layer));
    }
  }

  private static void add(
      Map<Activation, ActivationValue> values,
      Site site,
      Layer layer,
      Map<Kind, ActivationValue> attention) {
    attention.forEach(
        (kind, value) -> values.put(new Activation(site, kind, layer.index() + 1), value));
  }

  /**
   * As {@link #find(Graph)}, with values that the caller names. They take the place of what is
   * found; if a hidden state is among them nothing is searched, and the layers are those that they
   * name.
   *
   * @throws GraphException if there are no layers, the graph has no value of a name, or the value
   *     cannot be the activation
   */
  public static TransformerActivations find(
      Graph normalized, Map<Activation, ActivationValue> byHand) {
    Map<Site, Integer> last = new EnumMap<>(Site.class);
    byHand.keySet().stream()
        .filter(activation -> activation.kind() == Kind.HIDDEN_STATE)
        .forEach(state -> last.merge(state.site(), state.layer(), Math::max));
    TransformerActivations activations =
        last.isEmpty() ? find(normalized) : withoutSearch(normalized, last, byHand);
    for (Map.Entry<Activation, ActivationValue> named : byHand.entrySet()) {
      activations = activations.with(normalized, named.getKey(), named.getValue());
    }
    return activations;
  }

  private static TransformerActivations withoutSearch(
      Graph normalized, Map<Site, Integer> last, Map<Activation, ActivationValue> byHand) {
    Map<Site, Stack> stacks = new EnumMap<>(Site.class);
    last.forEach(
        (site, layers) ->
            stacks.put(
                site,
                new Stack(
                    layers,
                    maskByHand(normalized, site, byHand),
                    "layers: %d, named by hand".formatted(layers))));
    return new TransformerActivations(stacks, Map.of());
  }

  /** Which of two masks it is needs a state of the encoder to be told. */
  private static Optional<String> maskByHand(
      Graph normalized, Site site, Map<Activation, ActivationValue> byHand) {
    if (site == Site.LAYERS) {
      return AttentionMask.of(normalized);
    }
    Optional<String> encoded =
        byHand.entrySet().stream()
            .filter(named -> named.getKey().site() == Site.ENCODER)
            .filter(named -> named.getKey().kind() == Kind.HIDDEN_STATE)
            .max(Comparator.comparingInt(named -> named.getKey().layer()))
            .map(named -> named.getValue().value());
    return encoded.flatMap(
        state ->
            site == Site.ENCODER
                ? AttentionMask.ofEncoder(normalized, state)
                : AttentionMask.ofDecoder(normalized, state));
  }

  private TransformerActivations with(
      Graph normalized, Activation activation, ActivationValue value) {
    Value named = normalized.value(value.value());
    int rank = value.layout().rank();
    boolean fits = named.shape().map(shape -> shape.rank() == rank).orElse(true);
    if (!named.elementType().isFloat() || !fits) {
      throw new GraphException(
          "'%s' is %s, and cannot be the %s: expected floats of %d axes, %s"
              .formatted(named.name(), named.type(), activation, rank, value.layout()));
    }
    if (!has(activation.site())) {
      throw new GraphException(
          "'%s' cannot be the %s: the model has the layers of %s"
              .formatted(named.name(), activation, stacks.keySet()));
    }
    Map<Activation, ActivationValue> all = new LinkedHashMap<>(values);
    all.put(activation, value);
    return new TransformerActivations(stacks, all);
  }

  /**
   * The stacks of layers: {@link Site#LAYERS}, or {@link Site#ENCODER} and {@link Site#DECODER}.
   */
  public Set<Site> stacks() {
    return Collections.unmodifiableSet(stacks.keySet());
  }

  /** Whether there are such layers, or such attention between two stacks of them. */
  public boolean has(Site site) {
    return stacks.containsKey(site.ofQueries()) && stacks.containsKey(site.ofKeys());
  }

  /**
   * The number of layers.
   *
   * @throws GraphException if there are none of this site
   */
  public int layers(Site site) {
    return stack(site.ofQueries()).layers();
  }

  /** The hidden state of the lowest layer that is known: what least is computed for. */
  public Activation firstState(Site stack) {
    return IntStream.rangeClosed(0, layers(stack))
        .mapToObj(layer -> new Activation(stack, Kind.HIDDEN_STATE, layer))
        .filter(values::containsKey)
        .findFirst()
        .orElseThrow();
  }

  /**
   * The attention mask of a stack, which distinguishes tokens from padding; empty where there is
   * none over the positions of the hidden states, as for images, for sounds whose mask is of
   * samples, and for most decoders.
   */
  public Optional<String> mask(Site stack) {
    return stack(stack).mask();
  }

  private Stack stack(Site site) {
    Stack stack = stacks.get(site);
    if (stack == null) {
      throw new GraphException(
          "There are no layers %s, expected one of %s".formatted(site, stacks.keySet()));
    }
    return stack;
  }

  /**
   * Where an activation is.
   *
   * @throws GraphException if it was not found; the message says what was
   */
  public ActivationValue get(Activation activation) {
    ActivationValue value = values.get(activation);
    if (value != null) {
      return value;
    }
    Stack stack = stack(activation.site().ofQueries());
    int layers = stack.layers();
    if (activation.layer() > layers) {
      throw new GraphException(
          "There is no layer %d, expected one from %d to %d (%s)"
              .formatted(
                  activation.layer(),
                  activation.kind() == Kind.HIDDEN_STATE ? 0 : 1,
                  layers,
                  stack.summary()));
    }
    throw new GraphException(
        ("The %s were not found. Looked for a Softmax between two matrix products of what the layer"
                + " computes; name the value by hand, or choose another loss."
                + " Found:%n%s")
            .formatted(activation, describe()));
  }

  /**
   * Writes an activation in the form that losses read: [batch, positions, width], or [batch, heads,
   * queries, keys].
   *
   * @param op writes into the graph that was searched, or a copy of it
   * @throws GraphException if the activation was not found
   */
  public Value write(Ops op, Activation activation) {
    ActivationValue at = get(activation);
    Value value = op.graph().value(at.value());
    return activation.kind().isAttention()
        ? at.layout().byHead(op, value, at.heads())
        : at.layout().merged(op, value, at.heads(), at.size());
  }

  /**
   * Makes activations outputs of a graph, under the names with which a student's training graph
   * reads them, and its only ones. What only the former outputs needed goes.
   *
   * @param normalized the graph that was searched, or a copy of it; it is changed
   * @throws GraphException if an activation was not found, or the graph uses the name of one
   */
  public void expose(Graph normalized, List<Activation> activations) {
    Ops op = Ops.on(normalized);
    List<Value> exposed = new ArrayList<>();
    for (Activation activation : activations) {
      exposed.add(op.named(activation.inputName(), write(op, activation)));
    }
    normalized.outputs().forEach(normalized::removeOutput);
    exposed.forEach(value -> normalized.addOutput(value.name()));
    normalized.removeUnused();
  }

  /** What was found, for a person: for each stack a line on the layers, then one an attention. */
  public String describe() {
    List<String> lines = new ArrayList<>();
    stacks.forEach(
        (site, stack) -> {
          String of = site == Site.LAYERS ? "" : site.words() + " ";
          lines.add(of + stack.summary());
          addAttention(lines, site, of + "attention", stack.layers());
        });
    if (has(Site.CROSS_ATTENTION)) {
      Site cross = Site.CROSS_ATTENTION;
      addAttention(lines, cross, cross.words(), layers(cross));
    }
    return String.join("\n", lines);
  }

  private void addAttention(List<String> lines, Site site, String name, int layers) {
    for (int layer = 1; layer <= layers; layer++) {
      lines.add("%s of layer %d: %s".formatted(name, layer, attention(site, layer)));
    }
  }

  private String attention(Site site, int layer) {
    List<String> parts = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      ActivationValue value =
          kind == Kind.HIDDEN_STATE ? null : values.get(new Activation(site, kind, layer));
      if (value != null) {
        parts.add("%s %s".formatted(kind.words().replace("attention ", ""), value));
      }
    }
    return parts.isEmpty() ? "not found" : String.join(", ", parts);
  }

  @Override
  public String toString() {
    return describe();
  }
}
