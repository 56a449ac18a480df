package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.autodiff.Differentiator;
import org.tribuo.distill.autodiff.rules.StandardRules;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphRunner;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.ShapeInference;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.pass.Normalization;
import org.tribuo.distill.transformer.Weight;
import org.tribuo.distill.transformer.Weights;

/**
 * Models that others exported differentiate too: the gradient of a random weighted sum of all
 * outputs, against central differences, for each weight along its own gradient.
 */
class ThirdPartyTest {
  private static final long SEED = 7;

  /** How much the sum is to change: well above the rounding of float32. */
  private static final double CHANGE = 2e-2;

  /**
   * How far a weight is moved at most: small embeddings are normalised, which is soon not linear.
   */
  private static final double LONGEST_STEP = 5e-3;

  @ParameterizedTest
  @ValueSource(
      strings = {"tinybert.onnx", "bert_toy_optimized.onnx", "tf_bert_keras2onnx_opset10.onnx"})
  void agreesWithFiniteDifferences(String name) throws Exception {
    Path file =
        Path.of(
            Objects.requireNonNull(ThirdPartyTest.class.getResource("/third_party/" + name))
                .toURI());
    check(OnnxModel.read(file));
  }

  private static void check(OnnxModel model) throws Exception {
    Map<String, Tensor> inputs = inputs(Graph.of(model), new SplittableRandom(SEED));
    Map<String, Tensor> weights = new LinkedHashMap<>();
    GraphRunner.run(model, inputs)
        .forEach((name, y) -> weights.put(name, noise(y, new SplittableRandom(SEED))));
    Graph graph = Graph.of(model);
    Normalization.applyForTraining(graph);
    List<String> trained = Weights.trainable(graph).stream().map(Weight::initializer).toList();
    Map<String, Tensor> gradients = gradients(graph, inputs, weights, trained);
    double largest = gradients.values().stream().mapToDouble(g -> dot(g, g)).max().orElse(0);

    assertThat(gradients.keySet()).containsExactlyElementsOf(trained).isNotEmpty();
    List<String> wrong = new ArrayList<>();
    for (String name : trained) {
      Tensor gradient = gradients.get(name);
      double squared = dot(gradient, gradient);
      if (squared < 1e-6 * largest) {
        continue;
      }
      double step = Math.min(CHANGE / squared, LONGEST_STEP / Math.sqrt(squared));
      double up = weighted(moved(model, name, gradient, step), inputs, weights);
      double down = weighted(moved(model, name, gradient, -step), inputs, weights);
      double differences = (up - down) / (2 * step);
      if (Math.abs(differences / squared - 1) > 2e-2) {
        wrong.add(
            "%s: %.3e by the rules, %.3e by differences".formatted(name, squared, differences));
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static Map<String, Tensor> gradients(
      Graph graph, Map<String, Tensor> inputs, Map<String, Tensor> weights, List<String> trained)
      throws Exception {
    Ops op = Ops.on(graph);
    Value loss =
        weights.entrySet().stream()
            .map(e -> op.reduceSum(op.mul(graph.value(e.getKey()), op.constant(e.getValue()))))
            .reduce(op::add)
            .orElseThrow();
    ShapeInference.infer(graph);
    Map<String, Value> values =
        Differentiator.differentiate(graph, loss.name(), trained, StandardRules.TABLE);
    values.values().forEach(value -> graph.addOutput(value.name()));
    Map<String, Tensor> results = GraphRunner.run(graph, inputs);
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    values.forEach((name, value) -> gradients.put(name, results.get(value.name())));
    return gradients;
  }

  private static OnnxModel moved(OnnxModel model, String name, Tensor direction, double step) {
    float[] numbers = model.initializers().get(name).toFloats();
    float[] along = direction.toFloats();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] += (float) (step * along[i]);
    }
    return model.withInitializers(Map.of(name, Tensor.of(numbers, direction.dims())));
  }

  private static double weighted(
      OnnxModel model, Map<String, Tensor> inputs, Map<String, Tensor> weights) throws Exception {
    Map<String, Tensor> outputs = GraphRunner.run(model, inputs);
    return weights.entrySet().stream()
        .mapToDouble(e -> dot(outputs.get(e.getKey()), e.getValue()))
        .sum();
  }

  /** Two rows of small ids; the second row is padded. */
  private static Map<String, Tensor> inputs(Graph graph, SplittableRandom random) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    graph.inputs().forEach((name, type) -> inputs.put(name, input(name, type, random)));
    return inputs;
  }

  private static Tensor input(String name, TensorType type, SplittableRandom random) {
    int positions =
        type.shape().orElseThrow().dimension(1) instanceof Dimension.Fixed fixed
            ? (int) fixed.size()
            : 5;
    long[] values = new long[2 * positions];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          name.contains("mask")
              ? (i < values.length - 2 ? 1 : 0)
              : random.nextInt(name.contains("type") || name.contains("segment") ? 2 : 10);
    }
    Tensor tensor = Tensor.of(values, 2, positions);
    return type.elementType() == ElementType.INT32 ? int32(tensor) : tensor;
  }

  private static Tensor int32(Tensor tensor) {
    var bytes =
        java.nio.ByteBuffer.allocate((int) tensor.elements() * 4)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (long value : tensor.toLongs()) {
      bytes.putInt((int) value);
    }
    return Tensor.of(ElementType.INT32, tensor.dims(), bytes.flip());
  }

  private static Tensor noise(Tensor like, SplittableRandom random) {
    float[] values = new float[(int) like.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(values, like.dims());
  }

  private static double dot(Tensor a, Tensor b) {
    float[] left = a.toFloats();
    float[] right = b.toFloats();
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += (double) left[i] * right[i];
    }
    return sum;
  }
}
