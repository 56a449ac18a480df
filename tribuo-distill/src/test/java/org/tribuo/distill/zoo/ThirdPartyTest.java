package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.FiniteDifferences;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Models that others exported differentiate too: the gradient of a random weighted sum of all
 * outputs, against central differences, for each weight along its own gradient and along random
 * directions. The system property {@code models.dir} names a folder of other models.
 */
class ThirdPartyTest {
  private static final long SEED = 7;

  /** How much the sum is to change: well above the rounding of float32. */
  private static final double CHANGE = 2e-2;

  /**
   * How far a weight is moved at most: small embeddings are normalised, which is soon not linear.
   */
  private static final double LONGEST_STEP = 5e-3;

  private static final int DIRECTIONS = 3;

  /** Of the length of the gradient, which is what it is expected to be along random signs. */
  private static final double TOLERANCE = 5e-2;

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
    try (CheckedModel model =
        CheckedModel.of(OnnxModel.read(file), StandardOperators.TABLE, name -> true)) {
      assertThat(model.gradients()).isNotEmpty();
      assertThat(wrong(model)).isEmpty();
    }
  }

  /** What is wrong with the gradients of a model; they are compared along some directions. */
  static List<String> wrong(CheckedModel model) throws OrtException {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Tensor> gradients = model.gradients();
    double largest =
        gradients.values().stream().mapToDouble(ThirdPartyTest::length).max().orElse(0);
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, Tensor> entry : gradients.entrySet()) {
      String name = entry.getKey();
      Tensor gradient = entry.getValue();
      double length = length(gradient);
      if (length < 1e-3 * largest) {
        continue;
      }
      double step = Math.min(CHANGE / (length * length), LONGEST_STEP / length);
      double squared = FiniteDifferences.dot(gradient, gradient);
      double own = model.along(name, gradient, step);
      if (Math.abs(own / squared - 1) > 2e-2) {
        wrong.add("%s: %.3e by the rules, %.3e by differences".formatted(name, squared, own));
      }
      double entries = Math.sqrt(gradient.elements());
      for (int i = 0; i < DIRECTIONS; i++) {
        Tensor direction = signs(gradient.dims(), random);
        double rule = FiniteDifferences.dot(gradient, direction);
        double differences = model.along(name, direction, LONGEST_STEP / entries);
        if (Math.abs(rule - differences) > TOLERANCE * length) {
          wrong.add(
              "%s: %.3e by the rules along a random direction, %.3e by differences, length %.3e"
                  .formatted(name, rule, differences, length));
        }
      }
    }
    return wrong;
  }

  private static double length(Tensor gradient) {
    return Math.sqrt(FiniteDifferences.dot(gradient, gradient));
  }

  /** 1 or -1 everywhere: in such a direction each entry of a gradient counts alike. */
  private static Tensor signs(long[] dims, SplittableRandom random) {
    float[] signs = new float[(int) Arrays.stream(dims).reduce(1, Math::multiplyExact)];
    for (int i = 0; i < signs.length; i++) {
      signs[i] = random.nextBoolean() ? 1 : -1;
    }
    return Tensor.of(signs, dims);
  }
}
