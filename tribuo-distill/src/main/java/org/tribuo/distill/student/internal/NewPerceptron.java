package org.tribuo.distill.student.internal;

import java.util.List;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.internal.InitialWeights;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * A new network of fully connected layers with rectified linear units. Its input {@code features}
 * is FLOAT [batch, features], its output [batch, labels].
 *
 * @param features the width of the input, 1 or more
 * @param widths of the hidden layers, each 1 or more; none for a linear model
 */
public record NewPerceptron(int features, List<Integer> widths) {
  private static final String INPUT = "features";

  public NewPerceptron {
    widths = List.copyOf(widths);
  }

  /**
   * Writes the network. Weights have the standard deviation {@code √(2 / inputs)} of He et al. 2015
   * (arXiv:1502.01852), those of the last layer {@code √(1 / inputs)}; biases are 0.
   *
   * @param labels the number of logits
   * @param seed of the weights
   */
  public Graph make(int labels, long seed) {
    InitialWeights weights = new InitialWeights(seed);
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    graph.addInput(
        INPUT,
        TensorType.of(ElementType.FLOAT, Shape.of(Dimension.of("batch"), Dimension.of(features))));
    Value hidden = graph.value(INPUT);
    int from = features;
    for (int layer = 0; layer < widths.size(); layer++) {
      int to = widths.get(layer);
      graph.setInitializer(
          name(layer, "weight"), weights.normal(StrictMath.sqrt(2.0 / from), from, to));
      graph.setInitializer(name(layer, "bias"), Tensor.of(new float[to], to));
      Value sum =
          op.add(
              op.matmul(hidden, graph.value(name(layer, "weight"))),
              graph.value(name(layer, "bias")));
      hidden = op.one("Relu", sum.type(), sum);
      from = to;
    }
    graph.setInitializer(
        TaskHead.WEIGHT, weights.normal(StrictMath.sqrt(1.0 / from), from, labels));
    graph.setInitializer(TaskHead.BIAS, Tensor.of(new float[labels], labels));
    op.named(
        TaskHead.LOGITS,
        op.add(op.matmul(hidden, graph.value(TaskHead.WEIGHT)), graph.value(TaskHead.BIAS)));
    graph.addOutput(TaskHead.LOGITS);
    return graph;
  }

  private static String name(int layer, String part) {
    return "hidden.%d.%s".formatted(layer, part);
  }
}
