package org.tribuo.distill.zoo;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.graph.internal.pass.SinkSelection;
import org.tribuo.distill.internal.autodiff.Differentiator;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.cut.TiedWeights;

/** A case's model with its loss and the gradients of what is trained. */
record DifferentiatedCase(
    Graph graph,
    TiedWeights tied,
    AttachedObjective objective,
    Map<String, Value> gradientValues,
    Map<String, Tensor> feeds) {

  /** As a training does it. */
  static DifferentiatedCase of(ZooCase zooCase, OnnxModel model) {
    return of(zooCase, model, SinkSelection::apply);
  }

  /**
   * @param change of the graph before it is differentiated
   */
  static DifferentiatedCase of(ZooCase zooCase, OnnxModel model, Consumer<Graph> change) {
    Graph graph = Graph.of(model);
    Normalization.applyForTraining(graph);
    TiedWeights tied = new TiedWeights(List.of());
    for (List<String> group : zooCase.tiedGroups()) {
      tied = tied.and(TiedWeights.of(graph, group));
    }
    tied.merge(graph);
    List<String> trained = new ArrayList<>(zooCase.trainable());
    tied.copies().forEach(copy -> trained.remove(copy.initializer()));

    ZooObjective zooObjective = new ZooObjective(zooCase);
    AttachedObjective objective = zooObjective.attach(graph);
    change.accept(graph);
    Map<String, Tensor> feeds = zooCase.inputs();
    feeds.putAll(zooObjective.feeds());
    Map<String, Value> gradients =
        Differentiator.differentiate(
            graph, objective.differentiated().name(), trained, StandardOperators.TABLE);
    return new DifferentiatedCase(graph, tied, objective, gradients, feeds);
  }

  /** Outputs, losses and gradients, from one run. */
  Map<String, Tensor> run() throws OrtException {
    Graph shown = graph.copy();
    gradientValues.values().forEach(gradient -> shown.addOutput(gradient.name()));
    shown.removeUnused();
    return GraphRunner.run(shown, feeds);
  }

  /** The gradients of all initializers, copies included, among the results of a run. */
  Map<String, Tensor> gradients(Map<String, Tensor> results) {
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    gradientValues.forEach((name, value) -> gradients.put(name, results.get(value.name())));
    return tied.restore(gradients);
  }

  TrainingGraph trainingGraph() {
    return new TrainingGraph(graph, List.copyOf(objective.terms().keySet()), gradientValues);
  }
}
