package org.tribuo.distill.transformer.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.ActivationValue;

/**
 * What losses can compare of a Transformer: hidden states, and of each layer the attention with its
 * queries, keys and values. All is found by structure, whatever nodes are called and whoever
 * exported the model. What the search does not find can be named by hand.
 *
 * <p>Names are those of the normalised graph that was searched. Immutable.
 */
public final class TransformerActivations {
  private final int layers;
  private final Map<Activation, ActivationValue> values;
  private final Optional<String> mask;
  private final String summary;

  private TransformerActivations(
      int layers, Map<Activation, ActivationValue> values, Optional<String> mask, String summary) {
    this.layers = layers;
    this.values = values;
    this.mask = mask;
    this.summary = summary;
  }

  /**
   * Finds the activations of a graph.
   *
   * @param normalized what {@link org.tribuo.distill.graph.internal.pass.Normalization} made of a
   *     model; it is not changed
   * @throws GraphException if there are no layers, or two stacks of them
   */
  public static TransformerActivations find(Graph normalized) {
    TransformerLayers found = TransformerLayers.find(normalized, normalized);
    Map<Activation, ActivationValue> values = new LinkedHashMap<>();
    for (int k = 0; k <= found.count(); k++) {
      values.put(
          new Activation(Kind.HIDDEN_STATE, k),
          ActivationValue.hiddenState(found.hiddenState(k), found.width()));
    }
    for (Layer layer : found.layers()) {
      AttentionSearch.in(normalized, found, layer)
          .forEach((kind, value) -> values.put(new Activation(kind, layer.index() + 1), value));
    }
    TensorType states = normalized.type(found.hiddenState(found.count())).orElseThrow();
    Optional<String> mask =
        AttentionMask.of(normalized)
            .filter(each -> AttentionMask.isOverPositionsOf(normalized, each, states));
    return new TransformerActivations(found.count(), values, mask, found.describe());
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
    OptionalInt last =
        byHand.keySet().stream()
            .filter(activation -> activation.kind() == Kind.HIDDEN_STATE)
            .mapToInt(Activation::layer)
            .max();
    TransformerActivations activations =
        last.isEmpty() ? find(normalized) : withoutSearch(normalized, last.getAsInt());
    for (Map.Entry<Activation, ActivationValue> named : byHand.entrySet()) {
      activations = activations.with(normalized, named.getKey(), named.getValue());
    }
    return activations;
  }

  private static TransformerActivations withoutSearch(Graph normalized, int layers) {
    return new TransformerActivations(
        layers,
        Map.of(),
        AttentionMask.of(normalized),
        "layers: %d, named by hand".formatted(layers));
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
    Map<Activation, ActivationValue> all = new LinkedHashMap<>(values);
    all.put(activation, value);
    return new TransformerActivations(layers, all, mask, summary);
  }

  /** The number of layers. */
  public int layers() {
    return layers;
  }

  /**
   * The attention mask, which distinguishes tokens from padding; empty where there is none over the
   * positions of the hidden states, as for images, and for sounds whose mask is of samples.
   */
  public Optional<String> mask() {
    return mask;
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
    if (activation.layer() > layers) {
      throw new GraphException(
          "There is no layer %d, expected one from %d to %d (%s)"
              .formatted(
                  activation.layer(),
                  activation.kind() == Kind.HIDDEN_STATE ? 0 : 1,
                  layers,
                  summary));
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

  /** What was found, for a person: a line on the layers, then one for each attention. */
  public String describe() {
    StringBuilder text = new StringBuilder(summary);
    for (int layer = 1; layer <= layers; layer++) {
      text.append("\nattention of layer %d: ".formatted(layer)).append(attention(layer));
    }
    return text.toString();
  }

  private String attention(int layer) {
    List<String> parts = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      ActivationValue value =
          kind == Kind.HIDDEN_STATE ? null : values.get(new Activation(kind, layer));
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
