package org.tribuo.distill.operator.internal.standard;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.engine.internal.ort.RunningGraph;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.FiniteDifferences;
import org.tribuo.distill.graph.FiniteDifferences.Distance;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.internal.autodiff.Differentiator;

/**
 * The gradient of a random weighted sum of an operator's outputs, by the rule and by central
 * differences, entry by entry.
 *
 * @param distance of the entry that is furthest off
 */
record GradientCheck(Distance distance, double tolerance) {
  /** Larger tensors are compared in so many entries, chosen at random. */
  private static final int ENTRIES = 40;

  private static final double SMALLEST = 1e-2;

  /** A bend of the function shows less at a smaller step, and its rounding more. */
  private static final double[] STEPS = {1e-2, 3e-3};

  private static final double[] FINE_STEPS = {1e-4};

  /**
   * In float64 where ONNX Runtime has the kernels.
   *
   * @param sizes what the model says of sizes; all of it gives the same gradient
   */
  static GradientCheck inDoubleElseFloat(OperatorCase ruleCase, long seed, Sizes... sizes)
      throws OrtException {
    if (ruleCase.floatsOnly()) {
      return inFloat(ruleCase, seed, sizes);
    }
    try {
      return check(ruleCase, seed, ElementType.DOUBLE, sizes);
    } catch (OrtException | GraphException e) {
      boolean noKernel =
          String.valueOf(e.getMessage())
              .matches("(?s).*(NOT_IMPLEMENTED|Type 'tensor\\(double\\)').*");
      if (!noKernel) {
        throw e;
      }
      return inFloat(ruleCase, seed, sizes);
    }
  }

  static GradientCheck inFloat(OperatorCase ruleCase, long seed, Sizes... sizes)
      throws OrtException {
    return check(ruleCase, seed, ElementType.FLOAT, sizes);
  }

  private static GradientCheck check(
      OperatorCase ruleCase, long seed, ElementType type, Sizes... sizes) throws OrtException {
    OperatorCase.Instance known = ruleCase.instance(seed, type, Sizes.KNOWN);
    SplittableRandom random = new SplittableRandom(~seed);
    try (RunningGraph forward = RunningGraph.of(known.model())) {
      Map<String, Tensor> base = forward.run(known.feeds());
      Map<String, Tensor> weights = new LinkedHashMap<>();
      base.forEach(
          (name, y) -> {
            if (y.elementType().isFloat()) {
              weights.put(name, noise(random, y));
            }
          });
      boolean fine =
          type == ElementType.DOUBLE
              && base.values().stream().allMatch(y -> y.elementType() != ElementType.FLOAT);
      List<Map<String, Tensor>> gradients = new ArrayList<>();
      for (Sizes said : sizes) {
        gradients.add(gradients(ruleCase.instance(seed, type, said), weights));
      }
      FiniteDifferences.Function sum =
          tensors -> FiniteDifferences.weighted(outputs(ruleCase, forward, tensors), weights);
      double tolerance = fine ? 1e-6 : 2e-3;
      GradientCheck check = new GradientCheck(Distance.NONE, 0);
      for (double step : fine ? FINE_STEPS : STEPS) {
        FiniteDifferences differences = new FiniteDifferences(sum, known.feeds(), step);
        check = new GradientCheck(furthest(differences, gradients, seed), tolerance);
        if (check.distance().error() < tolerance) {
          break;
        }
      }
      return check;
    }
  }

  private static Distance furthest(
      FiniteDifferences differences, List<Map<String, Tensor>> gradients, long seed)
      throws OrtException {
    Distance distance = Distance.NONE;
    for (Map<String, Tensor> gradient : gradients) {
      distance = distance.or(differences.of(gradient, ENTRIES, SMALLEST, seed));
    }
    return distance;
  }

  /** A session that draws at random draws otherwise the next time. */
  private static Map<String, Tensor> outputs(
      OperatorCase ruleCase, RunningGraph forward, Map<String, Tensor> tensors)
      throws OrtException {
    return ruleCase.attributes().has("seed")
        ? GraphRunner.run(forward.model(), tensors)
        : forward.run(tensors);
  }

  /** By the rule, of the sum of the outputs multiplied by weights. */
  static Map<String, Tensor> gradients(OperatorCase.Instance instance, Map<String, Tensor> weights)
      throws OrtException {
    Graph graph = Graph.of(instance.model());
    Normalization.apply(graph);
    Map<String, Value> values = differentiate(graph, instance, weights);
    Map<String, Tensor> results = GraphRunner.run(graph, instance.feeds());
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          Tensor gradient = results.get(value.name());
          assertThat(gradient.type())
              .as("type of the gradient of %s", name)
              .isEqualTo(instance.feeds().get(name).type());
          gradients.put(name, gradient);
        });
    return gradients;
  }

  private static Map<String, Value> differentiate(
      Graph graph, OperatorCase.Instance instance, Map<String, Tensor> weights) {
    Ops op = Ops.on(graph);
    Value loss =
        weights.entrySet().stream()
            .map(e -> op.reduceSum(op.mul(graph.value(e.getKey()), op.constant(e.getValue()))))
            .map(sum -> op.cast(sum, ElementType.DOUBLE))
            .reduce(op::add)
            .orElseThrow();
    ShapeInference.infer(graph);
    Map<String, Value> gradients =
        Differentiator.differentiate(
            graph, loss.name(), instance.differentiated(), StandardOperators.TABLE);
    gradients.values().forEach(gradient -> graph.addOutput(gradient.name()));
    if (RunningGraph.GUARDED) {
      graph.nodes().stream()
          .filter(node -> node.domain().equals(Node.MICROSOFT))
          .flatMap(node -> node.outputs().stream())
          .filter(output -> !output.isEmpty() && !graph.isOutput(output))
          .forEach(graph::addOutput);
    }
    graph.removeUnused();
    return gradients;
  }

  private static Tensor noise(SplittableRandom random, Tensor like) {
    double[] values = new double[(int) like.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextDouble(-1, 1);
    }
    return Tensor.of(values, like.dims()).cast(like.elementType());
  }
}
