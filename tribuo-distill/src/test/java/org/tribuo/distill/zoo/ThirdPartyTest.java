package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.autodiff.Differentiator;
import org.tribuo.distill.autodiff.rules.StandardRules;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphRunner;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.RunningGraph;
import org.tribuo.distill.graph.ShapeInference;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.pass.Normalization;
import org.tribuo.distill.transformer.Weight;
import org.tribuo.distill.transformer.Weights;

/**
 * Models that others exported differentiate too: the gradient of a random weighted sum of all
 * outputs, against central differences, for each weight along its own gradient. The system property
 * {@code models.dir} names a folder of other models.
 */
class ThirdPartyTest {
  private static final long SEED = 7;

  /** How much the sum is to change: well above the rounding of float32. */
  private static final double CHANGE = 2e-2;

  /**
   * How far a weight is moved at most: small embeddings are normalised, which is soon not linear.
   */
  private static final double LONGEST_STEP = 5e-3;

  private static final long ROWS = 2;
  private static final long POSITIONS = 5;

  static List<Path> models() throws IOException, URISyntaxException {
    String folder = System.getProperty("models.dir");
    Path models =
        folder != null
            ? Path.of(folder)
            : Path.of(
                Objects.requireNonNull(ThirdPartyTest.class.getResource("/third_party")).toURI());
    try (Stream<Path> files = Files.list(models)) {
      return files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void agreesWithFiniteDifferences(Path file) throws Exception {
    OnnxModel model = OnnxModel.read(file);
    Graph graph = Graph.of(model);
    Normalization.applyForTraining(graph);
    List<String> trained = Weights.trainable(graph).stream().map(Weight::initializer).toList();
    Map<String, Tensor> inputs = inputs(graph, new SplittableRandom(SEED));

    Graph forward = inHalves(model) ? graph.copy() : Graph.of(model);
    Map<String, Tensor> feeds = new LinkedHashMap<>(inputs);
    trained.forEach(name -> feeds.put(name, forward.initializerToInput(name)));
    try (RunningGraph running = RunningGraph.of(forward.toModel())) {
      Map<String, Tensor> weights = new LinkedHashMap<>();
      running
          .run(feeds)
          .forEach((name, y) -> weights.put(name, noise(y.dims(), new SplittableRandom(SEED))));
      Map<String, Tensor> gradients = gradients(graph, inputs, weights, trained);
      assertThat(gradients.keySet()).containsExactlyElementsOf(trained).isNotEmpty();
      assertThat(wrong(running, feeds, weights, gradients)).isEmpty();
    }
  }

  /** Differences of halves are too coarse to compare anything with. */
  private static boolean inHalves(OnnxModel model) {
    return model.initializers().values().stream()
        .anyMatch(tensor -> tensor.elementType() == ElementType.FLOAT16);
  }

  private static List<String> wrong(
      RunningGraph running,
      Map<String, Tensor> feeds,
      Map<String, Tensor> weights,
      Map<String, Tensor> gradients)
      throws OrtException {
    double largest = gradients.values().stream().mapToDouble(g -> dot(g, g)).max().orElse(0);
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, Tensor> entry : gradients.entrySet()) {
      String name = entry.getKey();
      Tensor gradient = entry.getValue();
      double squared = dot(gradient, gradient);
      if (squared < 1e-6 * largest) {
        continue;
      }
      double step = Math.min(CHANGE / squared, LONGEST_STEP / Math.sqrt(squared));
      Map<String, Tensor> moved = new LinkedHashMap<>(feeds);
      moved.put(name, moved(feeds.get(name), gradient, step));
      double up = weighted(running.run(moved), weights);
      moved.put(name, moved(feeds.get(name), gradient, -step));
      double down = weighted(running.run(moved), weights);
      double differences = (up - down) / (2 * step);
      if (Math.abs(differences / squared - 1) > 2e-2) {
        wrong.add(
            "%s: %.3e by the rules, %.3e by differences".formatted(name, squared, differences));
      }
    }
    return wrong;
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

  private static Tensor moved(Tensor x, Tensor direction, double step) {
    float[] numbers = x.toFloats();
    float[] along = direction.toFloats();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] += (float) (step * along[i]);
    }
    return Tensor.of(numbers, x.dims());
  }

  private static double weighted(Map<String, Tensor> outputs, Map<String, Tensor> weights) {
    return weights.entrySet().stream()
        .mapToDouble(e -> dot(outputs.get(e.getKey()), e.getValue()))
        .sum();
  }

  /** Two rows of small ids, the second of which is padded; of other floats anything. */
  private static Map<String, Tensor> inputs(Graph graph, SplittableRandom random) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    graph.inputs().forEach((name, type) -> inputs.put(name, input(name, type, random)));
    return inputs;
  }

  private static Tensor input(String name, TensorType type, SplittableRandom random) {
    long[] dims =
        type.shape().orElseThrow().dimensions().stream().mapToLong(ThirdPartyTest::size).toArray();
    if (type.elementType().isFloat()) {
      return noise(dims, random);
    }
    long[] values = new long[elements(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          name.contains("mask")
              ? (i < values.length - 2 ? 1 : 0)
              : random.nextInt(name.contains("type") || name.contains("segment") ? 2 : 10);
    }
    Tensor tensor = Tensor.of(values, dims);
    return type.elementType() == ElementType.INT32 ? int32(tensor) : tensor;
  }

  private static int elements(long... dims) {
    return (int) Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  private static long size(Dimension dimension) {
    if (dimension instanceof Dimension.Fixed fixed) {
      return fixed.size();
    }
    String name = dimension.toString();
    return name.contains("batch") || name.equals("N") ? ROWS : POSITIONS;
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

  private static Tensor noise(long[] dims, SplittableRandom random) {
    float[] values = new float[elements(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(values, dims);
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
