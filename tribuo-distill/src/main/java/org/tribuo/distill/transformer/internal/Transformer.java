package org.tribuo.distill.transformer.internal;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.InferenceForm;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.graph.internal.pass.ResidualSums;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTables;
import org.tribuo.distill.transformer.internal.layer.LayerStacks;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

/**
 * A Transformer, analysed once: each form of its graph is made when it is first asked for, and so
 * is what is found in it. Safe for many threads; the graphs that it hands out are copies.
 */
public final class Transformer {
  private final OnnxModel model;
  private final Once<Graph> normalized = new Once<>();
  private final Once<Graph> forTraining = new Once<>();
  private final Once<OnnxModel> forInference = new Once<>();
  private final Once<TransformerLayers> layers = new Once<>();
  private final Once<EmbeddingTables> embeddings = new Once<>();

  private Transformer(OnnxModel model) {
    this.model = model;
  }

  /** A Transformer that is not analysed yet. */
  public static Transformer of(OnnxModel model) {
    return new Transformer(model);
  }

  /** The model as it was read. */
  public OnnxModel model() {
    return model;
  }

  /** Its graph as it was exported. */
  public Graph graph() {
    return Graph.of(model);
  }

  /**
   * Its graph as {@link Normalization#apply} normalises it.
   *
   * @throws org.tribuo.distill.graph.GraphException if that is not possible
   */
  public Graph normalized() {
    return sharedNormalized().copy();
  }

  /**
   * Its graph as {@link Normalization#applyForTraining} normalises it.
   *
   * @throws org.tribuo.distill.graph.GraphException if that is not possible
   */
  public Graph normalizedForTraining() {
    return forTraining.get(this::makeForTraining).copy();
  }

  /** The model in the form in which it computes its outputs fastest: see {@link InferenceForm}. */
  public OnnxModel forInference() {
    return forInference.get(() -> InferenceForm.of(model, this::normalized));
  }

  /**
   * Its layers, with the names of the graph as it was exported.
   *
   * @throws org.tribuo.distill.graph.GraphException if it has none
   */
  public TransformerLayers layers() {
    return layers.get(() -> TransformerLayers.find(graph(), sharedNormalized()));
  }

  /**
   * The same Transformer in whose graph no node belongs to two layers: residual connections that
   * are fused with the normalisations of what follows are nodes of their own. This one, if there
   * are none.
   *
   * @throws org.tribuo.distill.graph.GraphException if types cannot be inferred
   */
  public Transformer withLayersApart() {
    Graph graph = graph();
    if (!ResidualSums.areFused(graph)) {
      return this;
    }
    graph.named(() -> ResidualSums.writeOut(graph));
    return of(graph.toModel());
  }

  /**
   * Its two stacks of layers, if it is an encoder-decoder, with the names of the graph as it was
   * exported.
   *
   * @throws org.tribuo.distill.graph.GraphException if it is none
   */
  public LayerStacks stacks() {
    return LayerStacks.of(graph(), sharedNormalized());
  }

  /**
   * Its embedding tables.
   *
   * @throws org.tribuo.distill.graph.GraphException if its graph cannot be normalised
   */
  public EmbeddingTables embeddings() {
    return embeddings.get(() -> EmbeddingTables.of(sharedNormalized()));
  }

  private Graph sharedNormalized() {
    return normalized.get(this::makeNormalized);
  }

  private Graph makeNormalized() {
    Graph graph = graph();
    Normalization.apply(graph);
    return graph;
  }

  /** Both forms are one where nothing is of half precision. */
  private Graph makeForTraining() {
    Normalization.checkForTraining(graph());
    Graph shared = sharedNormalized();
    if (!hasHalves(shared)) {
      return shared;
    }
    Graph graph = graph();
    Normalization.applyForTraining(graph);
    return graph;
  }

  /** Whether a graph computes in half precision anywhere, or may do so in the body of a node. */
  private static boolean hasHalves(Graph graph) {
    return Stream.of(
                graph.initializers().values().stream().map(Tensor::elementType),
                graph.inputs().values().stream().map(TensorType::elementType),
                graph.nodes().stream()
                    .flatMap(node -> node.outputs().stream())
                    .flatMap(output -> graph.type(output).stream())
                    .map(TensorType::elementType))
            .flatMap(types -> types)
            .anyMatch(type -> type == ElementType.FLOAT16 || type == ElementType.BFLOAT16)
        || graph.nodes().stream().anyMatch(node -> node.attributes().hasSubgraphs());
  }

  /** A value that is made when it is first asked for. */
  private static final class Once<V> {
    private @Nullable V value;

    synchronized V get(Supplier<V> make) {
      V made = value;
      if (made == null) {
        made = make.get();
        value = made;
      }
      return made;
    }
  }
}
