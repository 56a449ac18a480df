package org.tribuo.distill.autodiff.rules;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.tribuo.distill.autodiff.Differentiator;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.GraphRunner;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.ShapeInference;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.pass.Normalization;

/**
 * The derivative of a random weighted sum of an operator's outputs along a random direction, by the
 * rule and by central differences.
 *
 * @param scale the largest that the derivative could be along a direction of that length
 */
record GradientCheck(double rule, double differences, double scale, double tolerance) {
  double error() {
    return Math.abs(rule - differences) / scale;
  }

  /** In float64 where ONNX Runtime has the kernels. */
  static GradientCheck inDoubleElseFloat(OperatorCase ruleCase, long seed, Sizes sizes)
      throws OrtException {
    if (ruleCase.floatsOnly()) {
      return inFloat(ruleCase, seed, sizes);
    }
    try {
      return check(ruleCase, seed, sizes, ElementType.DOUBLE);
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

  static GradientCheck inFloat(OperatorCase ruleCase, long seed, Sizes sizes) throws OrtException {
    return check(ruleCase, seed, sizes, ElementType.FLOAT);
  }

  private static GradientCheck check(
      OperatorCase ruleCase, long seed, Sizes sizes, ElementType type) throws OrtException {
    OperatorCase.Instance instance = ruleCase.instance(seed, type, sizes);
    Graph graph = Graph.of(instance.model());
    Normalization.apply(graph);
    SplittableRandom random = new SplittableRandom(~seed);
    Map<String, Tensor> base = GraphRunner.run(instance.model(), instance.feeds());
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
    double step = fine ? 1e-4 : 1e-2;
    Map<String, Value> gradients = differentiate(graph, instance, weights);
    Map<String, Tensor> results = GraphRunner.run(graph, instance.feeds());

    double rule = 0;
    double scale = 1e-2;
    Map<String, Tensor> up = new LinkedHashMap<>(instance.feeds());
    Map<String, Tensor> down = new LinkedHashMap<>(instance.feeds());
    for (String name : instance.differentiated()) {
      Tensor x = instance.feeds().get(name);
      Tensor direction = noise(random, x);
      Tensor gradient = results.get(gradients.get(name).name());
      assertThat(gradient.type()).as("type of the gradient of %s", name).isEqualTo(x.type());
      rule += dot(gradient, direction);
      scale += Math.sqrt(dot(gradient, gradient) * dot(direction, direction));
      up.put(name, moved(x, direction, step));
      down.put(name, moved(x, direction, -step));
    }
    double difference =
        weighted(GraphRunner.run(instance.model(), up), weights)
            - weighted(GraphRunner.run(instance.model(), down), weights);
    return new GradientCheck(rule, difference / (2 * step), scale, fine ? 1e-6 : 2e-3);
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
            graph, loss.name(), instance.differentiated(), StandardRules.TABLE);
    gradients.values().forEach(gradient -> graph.addOutput(gradient.name()));
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

  private static Tensor moved(Tensor x, Tensor direction, double step) {
    double[] values = doubles(x);
    double[] along = doubles(direction);
    for (int i = 0; i < values.length; i++) {
      values[i] += step * along[i];
    }
    return Tensor.of(values, x.dims()).cast(x.elementType());
  }

  private static double weighted(Map<String, Tensor> outputs, Map<String, Tensor> weights) {
    return weights.entrySet().stream()
        .mapToDouble(e -> dot(outputs.get(e.getKey()), e.getValue()))
        .sum();
  }

  private static double dot(Tensor a, Tensor b) {
    double[] left = doubles(a);
    double[] right = doubles(b);
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  private static double[] doubles(Tensor tensor) {
    double[] values = new double[(int) tensor.elements()];
    if (tensor.elementType() == ElementType.DOUBLE) {
      tensor.data().asDoubleBuffer().get(values);
    } else {
      float[] floats = tensor.toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] = floats[i];
      }
    }
    return values;
  }
}
