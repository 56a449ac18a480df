package org.tribuo.distill.transformer.internal.cut;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup.Kind;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup.ReadingProduct;
import org.tribuo.distill.transformer.internal.cut.Channels.Axis;
import org.tribuo.distill.transformer.internal.layer.Dependants;
import org.tribuo.distill.transformer.internal.layer.Layer;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

/**
 * The channels of a Transformer that can be taken out, found by structure: of each layer the heads
 * along the scores of its attention, and the inner width of what is multiplied back to the width of
 * a hidden state without being heads; and the hidden state itself.
 *
 * <p>Layers that share their weights, or a table of relative positions with a column for each head,
 * share their channels.
 */
public final class ChannelGroups {
  private static final String AND = " and ";

  private final Transformer model;
  private final Graph graph;
  private final Channels channels;
  private final TransformerLayers layers;
  private final Map<Dimension, Integer> numbers;
  private final Map<List<Integer>, ChannelGroup> groups = new LinkedHashMap<>();

  private ChannelGroups(Transformer model) {
    this.model = model;
    this.graph = model.normalized();
    this.layers = TransformerLayers.find(graph, graph);
    this.numbers = KnownSizes.state(graph);
    this.channels = ChannelFlow.in(graph);
  }

  /**
   * Finds them.
   *
   * @throws GraphException if the model has no layers
   */
  public static ChannelGroups in(Transformer model) {
    ChannelGroups found = new ChannelGroups(model);
    found.search();
    return found;
  }

  private void search() {
    Set<Integer> width = channels.unitsOf(new Axis(layers.embeddings(), 2));
    for (Layer layer : layers.layers()) {
      Set<String> inside = Dependants.ofContent(graph, layer.start(), layer.end());
      Set<Integer> heads = new HashSet<>();
      for (Node node : graph.topological()) {
        if (inside.contains(node.output()) && StandardOperators.has(node, Operator.Trait.ATTENDS)) {
          heads.addAll(heads(layer, node));
        }
      }
      for (Node node : graph.topological()) {
        if (inside.contains(node.output())) {
          reading(node).ifPresent(product -> inLayer(layer, node, product, heads, width));
        }
      }
    }
    List<ReadingProduct> ofWidth = new ArrayList<>();
    for (Node node : graph.topological()) {
      reading(node)
          .filter(product -> width.equals(Set.copyOf(product.channels())))
          .ifPresent(ofWidth::add);
    }
    add(
        new ChannelGroup(
            Kind.WIDTH, "the hidden states", width.size(), List.copyOf(width), ofWidth));
  }

  private Set<Integer> heads(Layer layer, Node attention) {
    Shape scores = channels.shape(attention.output()).orElse(Shape.SCALAR);
    if (scores.rank() < 3) {
      return Set.of();
    }
    Axis axis = ChannelFlow.headsOf(attention, scores);
    Set<Integer> heads = channels.unitsOf(axis);
    if (channels.count(axis) > 1) {
      add(
          new ChannelGroup(
              Kind.HEADS, named(layer), channels.count(axis), List.copyOf(heads), List.of()));
    }
    return heads;
  }

  private static String named(Layer layer) {
    return "layer %d".formatted(layer.index() + 1);
  }

  /** A product of a layer that reads heads, or is the last one of a feed-forward block. */
  private void inLayer(
      Layer layer, Node node, ReadingProduct product, Set<Integer> heads, Set<Integer> width) {
    Set<Integer> read = new LinkedHashSet<>(product.channels());
    if (read.equals(heads)) {
      add(new ChannelGroup(Kind.HEADS, named(layer), 0, List.copyOf(read), List.of(product)));
    } else if (!read.equals(width) && madeBy(node).equals(width)) {
      add(
          new ChannelGroup(
              Kind.INNER, named(layer), read.size(), List.copyOf(read), List.of(product)));
    }
  }

  /** The channels that a product makes. */
  private Set<Integer> madeBy(Node node) {
    int rank = channels.shape(node.output()).map(Shape::rank).orElse(0);
    return rank == 0 ? Set.of() : channels.unitsOf(new Axis(node.output(), rank - 1));
  }

  /** What a product sums over, where the second matrix is a weight of the file. */
  private Optional<ReadingProduct> reading(Node node) {
    if (!StandardOperators.has(node, Operator.Trait.MATRIX_PRODUCT)
        || graph.isInitializer(node.input(0))) {
      return Optional.empty();
    }
    int ofA = channels.shape(node.input(0)).map(Shape::rank).orElse(0);
    int ofB = channels.shape(node.input(1)).map(Shape::rank).orElse(0);
    if (ofA < 2 || ofB != 2 || node.attributes().get("transA", 0L) != 0) {
      return Optional.empty();
    }
    boolean transposed = node.attributes().get("transB", 0L) != 0;
    Axis summed = new Axis(node.input(0), ofA - 1);
    return channels.count(summed) == 1
        ? Optional.empty()
        : weight(node.input(1))
            .map(
                weight ->
                    ReadingProduct.of(channels, summed, new Axis(weight, transposed ? 1 : 0)));
  }

  /** A weight of the file, as it is or in the precision that is computed in. */
  private Optional<String> weight(String value) {
    if (graph.isInitializer(value)) {
      return Optional.of(value);
    }
    return graph
        .producer(value)
        .filter(node -> StandardOperators.has(node, Operator.Trait.VIEW))
        .map(node -> node.input(0))
        .filter(viewed -> channels.shape(viewed).equals(channels.shape(value)))
        .flatMap(this::weight);
  }

  /** Groups of the same channels are one, whatever is known of each. */
  private void add(ChannelGroup group) {
    groups.merge(
        group.channels(),
        group,
        (one, other) -> {
          List<ReadingProduct> all = new ArrayList<>(one.products());
          other.products().stream().filter(product -> !all.contains(product)).forEach(all::add);
          String name =
              List.of(one.name().split(AND)).contains(other.name())
                  ? one.name()
                  : one.name() + AND + other.name();
          return new ChannelGroup(
              one.kind(), name, Math.max(one.size(), other.size()), one.channels(), all);
        });
  }

  /** The layers that were searched. */
  public TransformerLayers layers() {
    return layers;
  }

  /**
   * The groups of a kind, in the order of the layers.
   *
   * @throws GraphException if there are none, or channels of one cannot be taken out
   */
  public List<ChannelGroup> of(Kind kind) {
    List<ChannelGroup> found =
        groups.values().stream().filter(group -> group.kind() == kind).toList();
    if (found.isEmpty()) {
      throw new GraphException(
          "No %s were found of which some could go: looked for %s (%s)"
              .formatted(
                  kind,
                  kind == Kind.HEADS
                      ? "scores [batch, heads, queries, keys] of an attention in each layer"
                      : "products with a weight of the file in each layer",
                  layers.describe()));
    }
    for (ChannelGroup group : found) {
      group.channels().stream()
          .flatMap(channel -> channels.whyFixed(channel).stream())
          .findFirst()
          .ifPresent(
              reason -> {
                throw new GraphException(
                    "The %s of %s cannot be reduced: %s".formatted(kind, group.name(), reason));
              });
    }
    return found;
  }

  /**
   * A copy of the graph, as it was exported, without some channels.
   *
   * @param removed their numbers
   * @throws GraphException if sizes are computed in a way that is not understood
   */
  public Graph without(Set<Integer> removed) {
    return new ChannelCut(model.graph(), graph, channels, removed).apply(numbers);
  }

  /** The normalised graph that was searched. */
  public Graph normalized() {
    return graph.copy();
  }
}
