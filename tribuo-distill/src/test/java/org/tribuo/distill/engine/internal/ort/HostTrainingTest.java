package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Updates of more numbers than fit into one block. The loss is the sum of (u + w) · g + b² / 2, so
 * that the gradient of u and of w is the batch, and that of b is b itself.
 */
class HostTrainingTest {
  private static final int NUMBERS = 100_003;
  private static final int STEPS = 6;
  private static final String FUSED = "elsewhere ONNX Runtime fuses multiplications and additions";
  private static final AdamW STRONG_DECAY = new AdamW(0.9f, 0.99f, 1e-6f, 0.5f);
  private static final Set<String> UNDECAYED = Set.of("w", "b");
  private static final Optimizer SETTINGS =
      new Optimizer(STRONG_DECAY, OptionalDouble.empty(), UNDECAYED);

  /** Less than the norm of any batch, which is about 0.58 · √NUMBERS each for u and w. */
  private static final Optimizer CLIPPED =
      new Optimizer(STRONG_DECAY, OptionalDouble.of(100), UNDECAYED);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void updatesAsTheFormulaSays(boolean clipped) throws IOException {
    Map<String, Tensor> weights = trained(clipped ? CLIPPED : SETTINGS, 2);
    double[] u = numbers(initial(1));
    double[] w = numbers(initial(2));
    double[] b = numbers(initial(3));
    double[][] moments = new double[6][NUMBERS];
    for (int step = 1; step <= STEPS; step++) {
      double[] g = numbers(gradients(step));
      double scale = clipped ? 100 / (norm(g, g, b) + 1e-6) : 1;
      double[] ofB = b.clone();
      move(u, g, moments[0], moments[1], step, scale, 0.5);
      move(w, g, moments[2], moments[3], step, scale, 0);
      move(b, ofB, moments[4], moments[5], step, scale, 0);
    }
    assertClose(weights.get("u"), u);
    assertClose(weights.get("w"), w);
    assertClose(weights.get("b"), b);
  }

  @Test
  @EnabledOnOs(architectures = "amd64", disabledReason = FUSED)
  void roundsAsOnnxRuntimesOptimizerDoes() throws IOException {
    try (TrainingSession session =
        OrtTraining.open(TrainingArtifacts.of(graph(), SETTINGS), Device.cpu(1), 1)) {
      assertThat(trained(SETTINGS, 2)).isEqualTo(train(session, 1, STEPS));
    }
  }

  @Test
  void clipsToOnnxRuntimesNumbersUpToTheRoundingOfTheNorm() throws IOException {
    Map<String, Tensor> weights = trained(CLIPPED, 2);
    try (TrainingSession session =
        OrtTraining.open(TrainingArtifacts.of(graph(), CLIPPED), Device.cpu(1), 1)) {
      train(session, 1, STEPS)
          .forEach((name, expected) -> assertClose(weights.get(name), numbers(expected)));
    }
  }

  @Test
  void givesTheSameBitsForAnyNumberOfThreads() throws IOException {
    Map<String, Tensor> expected = trained(CLIPPED, 1);
    for (Device device : List.of(Device.cpu(2), Device.cpu(3), Device.cpu(8), Device.cpu())) {
      assertThat(trained(CLIPPED, device)).as("on %s", device).isEqualTo(expected);
    }
  }

  @Test
  void addsUpTheGradientsOfParts() throws IOException {
    Map<String, Tensor> whole = trained(CLIPPED, 1);
    try (TrainingSession session = open(CLIPPED, 2)) {
      for (int step = 1; step <= STEPS; step++) {
        Tensor half = gradients(step, x -> x / 2);
        assertThat(session.accumulate(batch(half, 0.5f))).isNotEmpty();
        assertThat(session.step(batch(half, 0.5f))).isNotEmpty();
        session.optimizerStep(0.01f);
      }
      assertThat(session.weights()).isEqualTo(whole);
    }
  }

  @Test
  @EnabledOnOs(architectures = "amd64", disabledReason = FUSED)
  void continuesACheckpointOfTheTrainingApi() throws IOException {
    Path file = folder.resolve("checkpoint");
    try (TrainingSession session =
        OrtTraining.open(TrainingArtifacts.of(graph(), SETTINGS), Device.cpu(1), 1)) {
      train(session, 1, 3);
      session.saveCheckpoint(file);
    }
    try (TrainingSession session =
        Engines.training().resume(graph(), SETTINGS, Device.cpu(2), 1, file)) {
      assertThat(session.optimizerSteps()).isEqualTo(3);
      assertThat(train(session, 4, STEPS)).isEqualTo(trained(SETTINGS, 1));
    }
  }

  @Test
  @EnabledOnOs(architectures = "amd64", disabledReason = FUSED)
  void leavesACheckpointForTheTrainingApi() throws IOException {
    Path file = folder.resolve("checkpoint");
    try (TrainingSession session = open(SETTINGS, 2)) {
      train(session, 1, 3);
      session.saveCheckpoint(file);
    }
    TrainingArtifacts artifacts =
        TrainingArtifacts.of(graph(), SETTINGS).withCheckpoint(CheckpointReader.read(file));
    try (TrainingSession session = OrtTraining.open(artifacts, Device.cpu(1), 1)) {
      assertThat(train(session, 4, STEPS)).isEqualTo(trained(SETTINGS, 1));
    }
  }

  @Test
  void weightsKeepTheirValuesAfterFurtherSteps() throws IOException {
    try (TrainingSession session = open(SETTINGS, 1)) {
      Map<String, Tensor> early = train(session, 1, 1);
      float[] before = early.get("w").toFloats();
      assertThat(train(session, 2, 3)).isNotEqualTo(early);
      assertThat(early.get("w").toFloats()).isEqualTo(before);
    }
  }

  @Test
  void refusesACheckpointThatLacksAParameter() throws IOException {
    Path file = folder.resolve("checkpoint");
    CheckpointWriter.write(Checkpoint.of(Map.of("u", initial(1), "w", initial(2))), file);
    assertThatThrownBy(() -> Engines.training().resume(graph(), SETTINGS, Device.cpu(1), 1, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Parameter 'b' of the training graph is FLOAT[100003], but in the checkpoint it is"
                + " missing");
  }

  @Test
  void refusesToSpareAStrangerFromDecay() {
    Optimizer sparing = new Optimizer(STRONG_DECAY, OptionalDouble.empty(), Set.of("stranger"));

    assertThatThrownBy(() -> open(sparing, 1))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "'stranger' is to have no weight decay, but is not a parameter; there are [u, w, b]");
  }

  private static Map<String, Tensor> trained(Optimizer settings, int threads) throws IOException {
    return trained(settings, Device.cpu(threads));
  }

  private static Map<String, Tensor> trained(Optimizer settings, Device device) throws IOException {
    try (TrainingSession session = Engines.training().train(graph(), settings, device, 1)) {
      return train(session, 1, STEPS);
    }
  }

  private static TrainingSession open(Optimizer settings, int threads) throws IOException {
    return Engines.training().train(graph(), settings, Device.cpu(threads), 1);
  }

  private static Map<String, Tensor> train(TrainingSession session, int from, int to)
      throws IOException {
    for (int step = from; step <= to; step++) {
      assertThat(session.step(batch(gradients(step), 1))).isNotEmpty();
      session.optimizerStep(0.01f);
    }
    return session.weights();
  }

  private static Map<String, Tensor> batch(Tensor gradient, float ofSquares) {
    return Map.of("g", gradient, "s", Tensor.scalar(ofSquares));
  }

  private static TrainingGraph graph() {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("g", TensorType.of(ElementType.FLOAT, NUMBERS));
    graph.addInput("s", TensorType.of(ElementType.FLOAT));
    Ops op = Ops.on(graph);
    Value g = graph.value("g");
    Value s = graph.value("s");
    Value u = graph.setInitializer("u", initial(1));
    Value w = graph.setInitializer("w", initial(2));
    Value b = graph.setInitializer("b", initial(3));
    Value squares = op.mul(op.mul(op.square(b), 0.5), s);
    Value loss = op.reduceSum(op.add(op.mul(op.add(u, w), g), squares));
    Map<String, Value> gradients = new LinkedHashMap<>();
    gradients.put("u", g);
    gradients.put("w", g);
    gradients.put("b", op.mul(b, s));
    return new TrainingGraph(graph, List.of(loss.name()), gradients);
  }

  private static Tensor initial(long seed) {
    return uniform(seed, x -> x);
  }

  private static Tensor gradients(int step) {
    return gradients(step, x -> x);
  }

  private static Tensor gradients(int step, UnaryOperator<Float> change) {
    return uniform(100L + step, change);
  }

  private static Tensor uniform(long seed, UnaryOperator<Float> change) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) {
      values[i] = change.apply((float) random.nextDouble(-1, 1));
    }
    return Tensor.of(values, NUMBERS);
  }

  private static double[] numbers(Tensor tensor) {
    float[] floats = tensor.toFloats();
    double[] doubles = new double[floats.length];
    java.util.Arrays.setAll(doubles, i -> floats[i]);
    return doubles;
  }

  private static double norm(double[]... all) {
    double sum = 0;
    for (double[] numbers : all) {
      for (double number : numbers) {
        sum += number * number;
      }
    }
    return Math.sqrt(sum);
  }

  private static void move(
      double[] w, double[] g, double[] m, double[] v, int step, double scale, double decay) {
    AdamW rule = SETTINGS.adamW();
    for (int i = 0; i < w.length; i++) {
      double gradient = scale * g[i];
      m[i] = rule.beta1() * m[i] + (1 - rule.beta1()) * gradient;
      v[i] = rule.beta2() * v[i] + (1 - rule.beta2()) * gradient * gradient;
      double mean = m[i] / (1 - Math.pow(rule.beta1(), step));
      double square = v[i] / (1 - Math.pow(rule.beta2(), step));
      w[i] -= 0.01f * decay * w[i];
      w[i] -= 0.01f * mean / (Math.sqrt(square) + rule.epsilon());
    }
  }

  private static void assertClose(Tensor actual, double[] expected) {
    float[] numbers = actual.toFloats();
    int worst = 0;
    for (int i = 0; i < numbers.length; i++) {
      if (Math.abs(numbers[i] - expected[i]) > Math.abs(numbers[worst] - expected[worst])) {
        worst = i;
      }
    }
    assertThat((double) numbers[worst])
        .as("[%d], the worst", worst)
        .isCloseTo(expected[worst], within(1e-6));
  }
}
