package org.tribuo.distill.engine.internal.ort;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.engine.internal.Signature;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * A training graph as a model that reads the parameters and returns losses and gradients.
 *
 * @param batch the inputs that are neither parameters nor masks
 * @param masks further inputs, of Dropout
 * @param losses names of outputs
 * @param parameters with the values that they had in the graph
 * @param gradients of each parameter an output of its own
 */
record GradientModel(
    OnnxModel model,
    Signature batch,
    DropoutMasks masks,
    List<String> losses,
    Map<String, Tensor> parameters,
    Map<String, String> gradients) {

  /**
   * The model of a graph, which is not changed.
   *
   * @param seed for Dropout nodes that have none
   */
  static GradientModel of(TrainingGraph training, long seed) {
    Graph graph = training.graph().copy();
    graph.outputs().forEach(graph::removeOutput);
    training.losses().forEach(graph::addOutput);
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    for (String name : training.parameters()) {
      parameters.put(name, graph.initializerToInput(name));
    }
    Map<String, String> gradients = new LinkedHashMap<>();
    training
        .gradients()
        .forEach((parameter, gradient) -> gradients.put(parameter, output(graph, gradient)));
    graph.removeUnused();
    Map<String, TensorType> batch = new LinkedHashMap<>(graph.inputs());
    batch.keySet().removeAll(parameters.keySet());
    DropoutMasks masks = DropoutMasks.takeOver(graph, batch, seed);
    return new GradientModel(
        graph.toModel(), new Signature(batch), masks, training.losses(), parameters, gradients);
  }

  /**
   * What no node computes, or is an output already, is copied: it must have a memory of its own.
   */
  private static String output(Graph graph, Value gradient) {
    boolean own = graph.producer(gradient.name()).isPresent() && !graph.isOutput(gradient.name());
    String output = own ? gradient.name() : Ops.on(graph).identity(gradient).name();
    graph.addOutput(output);
    return output;
  }

  /**
   * A checkpoint of this model with the parameters in this order.
   *
   * @throws IllegalArgumentException if it is of another model
   */
  Checkpoint sorted(Checkpoint checkpoint) {
    for (String name : checkpoint.trainable().keySet()) {
      if (!parameters.containsKey(name)) {
        throw new IllegalArgumentException(
            "Parameter '%s' of the checkpoint is not a parameter of the training graph"
                .formatted(name));
      }
    }
    Map<String, Tensor> sorted = new LinkedHashMap<>();
    parameters.forEach(
        (name, expected) -> {
          Tensor saved = checkpoint.trainable().get(name);
          if (saved == null || !Arrays.equals(saved.dims(), expected.dims())) {
            throw new IllegalArgumentException(
                "Parameter '%s' of the training graph is %s, but in the checkpoint it is %s"
                    .formatted(name, expected, saved == null ? "missing" : saved));
          }
          sorted.put(name, saved);
        });
    return new Checkpoint(
        sorted, checkpoint.frozen(), checkpoint.optimizer(), checkpoint.properties());
  }
}
