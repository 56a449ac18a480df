package org.tribuo.distill.loss;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.loss.internal.FeatureMatching;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.Activation.Site;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.ActivationValue.HeadLayout;
import org.tribuo.distill.transformer.internal.TransformerActivations;

/** Transformers without insides: all their activations are inputs, of double precision. */
final class FeatureGraph {
  static final String MASK = "attention_mask";
  static final String TARGET_MASK = "decoder_attention_mask";
  private static final Dimension BATCH = Dimension.of("batch");
  private static final Dimension POSITIONS = Dimension.of("positions");
  private static final Dimension SOURCE_POSITIONS = Dimension.of("source_positions");

  /** The sizes of a Transformer; the width is also that of all heads together. */
  record Sizes(int layers, int width, int heads) {}

  private final Graph graph;
  private final Map<Activation, ActivationValue> values = new LinkedHashMap<>();
  private final TransformerActivations activations;

  FeatureGraph(Sizes sizes) {
    graph = Graph.empty(Ops.OPSET);
    graph.addInput(MASK, TensorType.of(ElementType.INT64, Shape.of(BATCH, POSITIONS)));
    graph.addInput("logits", TensorType.of(ElementType.DOUBLE, Shape.of(BATCH, Dimension.of(2))));
    Dimension width = Dimension.of(sizes.width());
    Dimension heads = Dimension.of(sizes.heads());
    long size = sizes.width() / sizes.heads();
    for (int layer = 0; layer <= sizes.layers(); layer++) {
      add(layer, Kind.HIDDEN_STATE, Shape.of(BATCH, POSITIONS, width), 1, sizes.width());
      for (Kind kind : layer == 0 ? List.<Kind>of() : List.of(Kind.values())) {
        if (kind.isAttention()) {
          add(layer, kind, Shape.of(BATCH, heads, POSITIONS, POSITIONS), sizes.heads(), 0);
        } else if (kind != Kind.HIDDEN_STATE) {
          add(layer, kind, Shape.of(BATCH, POSITIONS, width), sizes.heads(), size);
        }
      }
    }
    this.activations = TransformerActivations.find(graph, values);
  }

  private FeatureGraph(Map<Activation, ActivationValue> states, Sizes sizes, Graph graph) {
    this.graph = graph;
    values.putAll(states);
    for (int layer = 1; layer <= sizes.layers(); layer++) {
      for (Kind kind : Kind.values()) {
        boolean ofSource = kind == Kind.KEYS || kind == Kind.VALUES;
        Dimension width = Dimension.of(sizes.width());
        if (kind.isAttention()) {
          Shape shape = Shape.of(BATCH, Dimension.of(sizes.heads()), POSITIONS, SOURCE_POSITIONS);
          add(new Activation(Site.CROSS_ATTENTION, kind, layer), shape, sizes.heads(), 0);
        } else if (kind != Kind.HIDDEN_STATE) {
          add(
              new Activation(Site.CROSS_ATTENTION, kind, layer),
              Shape.of(BATCH, ofSource ? SOURCE_POSITIONS : POSITIONS, width),
              sizes.heads(),
              sizes.width() / sizes.heads());
        }
      }
    }
    this.activations = TransformerActivations.find(graph, values);
  }

  /** A decoder's attention to a source, whose mask the states of the encoder depend on. */
  static FeatureGraph crossing(Sizes sizes) {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput(MASK, TensorType.of(ElementType.INT64, Shape.of(BATCH, SOURCE_POSITIONS)));
    graph.addInput(TARGET_MASK, TensorType.of(ElementType.INT64, Shape.of(BATCH, POSITIONS)));
    graph.addInput("logits", TensorType.of(ElementType.DOUBLE, Shape.of(BATCH, Dimension.of(2))));
    Ops op = Ops.on(graph);
    Value source = op.unsqueeze(op.cast(graph.value(MASK), ElementType.DOUBLE), 2);
    Value target = op.unsqueeze(op.cast(graph.value(TARGET_MASK), ElementType.DOUBLE), 2);
    return new FeatureGraph(
        Map.of(
            new Activation(Site.ENCODER, Kind.HIDDEN_STATE, 1),
            ActivationValue.hiddenState(source.name(), 1),
            new Activation(Site.DECODER, Kind.HIDDEN_STATE, sizes.layers()),
            ActivationValue.hiddenState(target.name(), 1)),
        sizes,
        graph);
  }

  private void add(int layer, Kind kind, Shape shape, int heads, long size) {
    add(new Activation(kind, layer), shape, heads, size);
  }

  private void add(Activation activation, Shape shape, int heads, long size) {
    graph.addInput(inputOf(activation), TensorType.of(ElementType.DOUBLE, shape));
    HeadLayout layout =
        activation.kind().isAttention() ? HeadLayout.HEADS_FIRST : HeadLayout.MERGED;
    values.put(activation, new ActivationValue(inputOf(activation), layout, heads, size));
  }

  /** The name of an activation of the student. */
  static String inputOf(Activation activation) {
    return activation.inputName().replace("teacher_", "student_");
  }

  TransformerActivations activations() {
    return activations;
  }

  Map<Activation, ActivationValue> values() {
    return values;
  }

  /** The inputs, with their types. */
  Map<String, TensorType> inputs() {
    return graph.inputs();
  }

  /** The loss between a student of these sizes and a teacher. */
  LossGraph attach(FeatureLoss loss, FeatureGraph teacher) throws Exception {
    return attach(teacher.activations(), new FeatureTerm("term", loss));
  }

  /** A term of the loss between a student of these sizes and a teacher. */
  LossGraph attach(TransformerActivations teacher, FeatureTerm term) throws Exception {
    Ops op = Ops.on(graph);
    FeatureMatching matching = new FeatureMatching(teacher, List.of(term), values);
    Objective objective = Objective.of(RowForm.examples(), matching);
    AttachedObjective attached = objective.attach(op, op.identity(graph.value("logits")));
    Map<String, Tensor> projections = new LinkedHashMap<>();
    attached.projections().forEach(p -> projections.put(p, graph.initializerToInput(p)));
    List<String> by = new ArrayList<>(projections.keySet());
    Set<String> read = new HashSet<>();
    graph.ancestors(List.of("loss")).forEach(node -> read.addAll(node.reads()));
    values.keySet().stream().map(FeatureGraph::inputOf).filter(read::contains).forEach(by::add);
    List.copyOf(graph.inputs().keySet()).stream()
        .filter(input -> graph.consumers(input).isEmpty())
        .forEach(graph::removeInput);
    return LossGraph.of(graph, attached, by);
  }
}
