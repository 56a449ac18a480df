package org.tribuo.distill.engine.internal.ort;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * The last part of a training graph: adds the gradients to the buffers that ONNX Runtime keeps for
 * them, and clips the sums by their common norm.
 *
 * <p>Clipping stands here and not in the optimizer's graph, because only here the gradients have
 * names: the optimizer gets them in an order that differs from session to session, so that their
 * norm would not be the same to the last bit.
 */
final class GradientAccumulation {
  /** An input of the training model: whether the weights are updated after this batch. */
  static final String UPDATE_FOLLOWS = "update_follows";

  /** As in PyTorch's {@code clip_grad_norm_}: keeps the divisor away from zero. */
  private static final double EPSILON = 1e-6;

  private static final TensorType FLAG = TensorType.of(ElementType.BOOL, 1);

  private final Graph graph;
  private final Ops op;

  private GradientAccumulation(Graph graph) {
    this.graph = graph;
    this.op = Ops.on(graph);
  }

  /**
   * Adds the buffers and {@value GradientNames#RESET} to the graph's inputs, and to its outputs a
   * flag for each gradient and, where gradients are clipped, their norm.
   *
   * @param gradients the gradient of each parameter, of the parameter's shape
   */
  static void addTo(Graph graph, Map<String, Value> gradients, OptionalDouble maxNorm) {
    new GradientAccumulation(graph).add(gradients, maxNorm);
  }

  private void add(Map<String, Value> gradients, OptionalDouble maxNorm) {
    gradients.forEach(
        (parameter, gradient) ->
            graph.addInput(GradientNames.buffer(parameter), graph.value(parameter).type()));
    graph.addInput(GradientNames.RESET, FLAG);
    List<Value> sums = new ArrayList<>();
    gradients.forEach((parameter, gradient) -> sums.add(accumulate(parameter, gradient)));
    maxNorm.ifPresent(norm -> clip(sums, norm));
  }

  /** Returns the buffer after the gradient was added to it. */
  private Value accumulate(String parameter, Value gradient) {
    TensorType type = graph.value(parameter).type();
    String flag = GradientNames.accumulated(parameter);
    String sum = graph.freshName(parameter + "_grad.sum");
    Map<String, TensorType> outputs = new LinkedHashMap<>();
    outputs.put(flag, FLAG);
    outputs.put(sum, type);
    graph.add(
        Node.MICROSOFT,
        "InPlaceAccumulatorV2",
        Attributes.NONE,
        List.of(GradientNames.buffer(parameter), gradient.name(), GradientNames.RESET),
        outputs);
    graph.addOutput(flag);
    return new Value(sum, type);
  }

  /** scale = min(1, maxNorm / (norm + epsilon)), applied before an update only. */
  private void clip(List<Value> sums, double maxNorm) {
    graph.addInput(UPDATE_FOLLOWS, FLAG);
    Value updateFollows = graph.value(UPDATE_FOLLOWS);
    graph.add(
        Node.MICROSOFT,
        "ReduceAllL2",
        Attributes.NONE,
        sums.stream().map(Value::name).toList(),
        Map.of(TrainingSession.GRADIENT_NORM, TensorType.of(ElementType.FLOAT)));
    graph.addOutput(TrainingSession.GRADIENT_NORM);
    Value norm = graph.value(TrainingSession.GRADIENT_NORM);
    Value scale =
        op.min(op.scalar(1, norm), op.div(op.scalar(maxNorm, norm), op.add(norm, EPSILON)));
    Value excess = op.where(updateFollows, op.oneMinus(scale), op.scalar(0, norm));
    InPlaceShrinking.addTo(op, excess, sums, "gradients_clipped");
  }
}
