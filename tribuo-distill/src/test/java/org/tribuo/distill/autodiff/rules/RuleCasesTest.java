package org.tribuo.distill.autodiff.rules;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.autodiff.Differentiator;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.GraphRunner;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.ShapeInference;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/**
 * Every rule against central differences along a random direction, of a random weighted sum of the
 * operator's outputs. In float64 where ONNX Runtime has the kernels. {@code -Drules.seed=N} repeats
 * a failure.
 */
class RuleCasesTest {
  private static final long SEED = Long.getLong("rules.seed", 20260724L);
  private static final int TRIALS = 3;

  static List<OperatorCase> cases() {
    return RuleCases.CASES;
  }

  @Test
  void everyRuleHasACase() {
    TreeSet<String> operators = new TreeSet<>();
    RuleCases.CASES.forEach(ruleCase -> operators.add(ruleCase.operator()));
    assertThat(operators).isEqualTo(StandardRules.TABLE.differentiable());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void agreesWithFiniteDifferences(OperatorCase ruleCase) throws OrtException {
    for (int trial = 0; trial < TRIALS; trial++) {
      long seed = SEED + trial;
      for (boolean sizesKnown : new boolean[] {true, false}) {
        Check check = inDoubleElseFloat(ruleCase, seed, sizesKnown);
        assertThat(check.error())
            .as(
                "%s, -Drules.seed=%d, sizes %s: %s",
                ruleCase, seed, sizesKnown ? "known" : "unknown", check)
            .isLessThan(check.tolerance());
      }
    }
  }

  /** The derivative along a direction, by the rule and by differences. */
  private record Check(double rule, double differences, double scale, double tolerance) {
    double error() {
      return Math.abs(rule - differences) / scale;
    }
  }

  private static Check inDoubleElseFloat(OperatorCase ruleCase, long seed, boolean sizesKnown)
      throws OrtException {
    if (ruleCase.floatsOnly()) {
      return check(ruleCase, seed, sizesKnown, ElementType.FLOAT);
    }
    try {
      return check(ruleCase, seed, sizesKnown, ElementType.DOUBLE);
    } catch (OrtException | GraphException e) {
      boolean noKernel =
          String.valueOf(e.getMessage())
              .matches("(?s).*(NOT_IMPLEMENTED|Type 'tensor\\(double\\)').*");
      if (!noKernel) {
        throw e;
      }
      return check(ruleCase, seed, sizesKnown, ElementType.FLOAT);
    }
  }

  private static Check check(OperatorCase ruleCase, long seed, boolean sizesKnown, ElementType type)
      throws OrtException {
    OperatorCase.Instance instance = ruleCase.instance(seed, type, sizesKnown);
    Graph graph = Graph.of(instance.model());
    ShapeInference.infer(graph);
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
    return new Check(rule, difference / (2 * step), scale, fine ? 1e-6 : 2e-3);
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
