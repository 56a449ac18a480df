package org.tribuo.distill.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.autodiff.Differentiator;
import org.tribuo.distill.autodiff.RuleTable;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * The graph that one training step runs: forward, loss, backward, and the addition of each gradient
 * to its accumulation buffer, in the form that ONNX Runtime's training API asks for.
 *
 * @param model inputs: the batch, each trained weight under its name, one buffer a weight, the flag
 *     that empties the buffers; outputs: the loss, the other reported values, one flag a weight
 * @param weights the trained weights with their first values, in the order of the inputs
 */
public record TrainingGraph(OnnxModel model, Map<String, Tensor> weights) {
  private static final String RESET_GRADIENTS = "lazy_reset_grad";

  public TrainingGraph {
    weights = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /**
   * Differentiates a loss and makes the training graph.
   *
   * @param graph the normalised student with the loss attached and types inferred; it is changed
   * @param loss the value to minimise
   * @param reported values of one element that each step gives back, the loss first
   * @param weights names of the initializers to train, float32
   * @throws org.tribuo.distill.autodiff.UndifferentiableException if there is an operator without a
   *     rule between the loss and a weight, or the loss does not depend on a weight
   */
  public static TrainingGraph of(
      Graph graph, String loss, List<String> reported, List<String> weights, RuleTable rules) {
    Map<String, Value> gradients = Differentiator.differentiate(graph, loss, weights, rules);
    graph.outputs().forEach(graph::removeOutput);
    reported.forEach(graph::addOutput);
    Map<String, Tensor> first = new LinkedHashMap<>();
    weights.forEach(weight -> first.put(weight, graph.initializerToInput(weight)));
    first.forEach(
        (weight, tensor) -> graph.addInput(weight + "_grad.accumulation.buffer", tensor.type()));
    graph.addInput(RESET_GRADIENTS, TensorType.of(ElementType.BOOL, 1));
    gradients.forEach((weight, gradient) -> accumulate(graph, weight, gradient));
    graph.removeUnused();
    return new TrainingGraph(graph.toModel(), first);
  }

  private static void accumulate(Graph graph, String weight, Value gradient) {
    String name = weight + "_grad";
    TensorType type = graph.value(weight).type();
    graph.add(Node.ONNX, "Identity", Attributes.NONE, List.of(gradient.name()), Map.of(name, type));
    graph.add(
        Node.MICROSOFT,
        "InPlaceAccumulatorV2",
        Attributes.NONE,
        List.of(name + ".accumulation.buffer", name, RESET_GRADIENTS),
        Map.of(name + ".accumulation.out", TensorType.of(ElementType.BOOL, 1)));
    graph.addOutput(name + ".accumulation.out");
  }
}
