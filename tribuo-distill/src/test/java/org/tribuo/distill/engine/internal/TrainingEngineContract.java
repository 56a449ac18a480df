package org.tribuo.distill.engine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** What every engine that trains does. The test of an engine extends this class. */
public abstract class TrainingEngineContract {
  private static final Device ONE_THREAD = Device.cpu(1);
  private static final Optimizer SETTINGS =
      new Optimizer(AdamW.DEFAULT, OptionalDouble.of(1), Set.copyOf(LinearRegression.biases()));

  @TempDir Path folder;

  /** The engine under test. */
  protected abstract TrainingEngine engine();

  @Test
  void listsTheInputsOfABatch() throws IOException {
    try (TrainingSession session = open()) {
      assertThat(session.inputs().toString()).isEqualTo("{x=FLOAT[batch, 3], y=FLOAT[batch, 1]}");
    }
  }

  @Test
  void reportsTheLossFirstAndNoFlags() throws IOException {
    try (TrainingSession session = open()) {
      assertThat(session.step(LinearRegression.batch(1, 2)).keySet())
          .containsExactly(LinearRegression.LOSS, TrainingSession.GRADIENT_NORM);
    }
  }

  @Test
  void takesABatchInAnyOrder() throws IOException {
    Map<String, Tensor> batch = LinearRegression.batch(1, 2);
    Map<String, Tensor> reversed = new LinkedHashMap<>();
    reversed.put("y", batch.get("y"));
    reversed.put("x", batch.get("x"));
    try (TrainingSession session = open();
        TrainingSession other = open()) {
      assertThat(session.step(new TreeMap<>(batch))).isEqualTo(other.step(reversed));
    }
  }

  @Test
  void takesBatchesOfDifferentSizes() throws IOException {
    try (TrainingSession session = open()) {
      for (int size : List.of(4, 1, 9, 2)) {
        Map<String, Tensor> batch = LinearRegression.batch(size, size);
        Map<String, Tensor> losses = session.step(batch);
        session.optimizerStep(0);
        LinearRegression.Reference reference = new LinearRegression.Reference(SETTINGS);
        assertThat(losses.get(LinearRegression.LOSS).toFloats()[0])
            .isCloseTo(
                (float) reference.accumulate(batch), org.assertj.core.api.Assertions.within(1e-4f));
      }
    }
  }

  @Test
  void continuesFromACheckpointToTheSameBits() throws IOException {
    Path file = folder.resolve("checkpoint");
    Map<String, Tensor> uninterrupted;
    try (TrainingSession session = open()) {
      train(session, 0, 5);
      session.saveCheckpoint(file);
      train(session, 5, 10);
      uninterrupted = session.weights();
    }
    try (TrainingSession session =
        engine().resume(LinearRegression.trainingGraph(), SETTINGS, ONE_THREAD, 1, file)) {
      assertThat(session.optimizerSteps()).isEqualTo(5);
      train(session, 5, 10);
      assertThat(session.weights()).isEqualTo(uninterrupted);
    }
  }

  @Test
  void refusesACheckpointOfAnotherGraph() throws IOException {
    Path file = folder.resolve("checkpoint");
    try (TrainingSession session = open()) {
      session.saveCheckpoint(file);
    }
    assertThatThrownBy(() -> engine().resume(withDropout(), Optimizer.DEFAULT, ONE_THREAD, 1, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Parameter 'layer.0.");
  }

  @Test
  void refusesAFileThatIsNoCheckpoint() throws IOException {
    Path file = Files.writeString(folder.resolve("checkpoint"), "no checkpoint");
    assertThatThrownBy(
            () -> engine().resume(LinearRegression.trainingGraph(), SETTINGS, ONE_THREAD, 1, file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void drawsTheSameRandomNumbersForTheSameSeed() throws IOException {
    Set<Float> losses = new java.util.HashSet<>();
    for (long seed : new long[] {1, 2, 3, 1}) {
      try (TrainingSession session =
          engine().train(withDropout(), Optimizer.DEFAULT, ONE_THREAD, seed)) {
        losses.add(
            session.step(Map.of("x", Tensor.of(new float[] {1}, 1))).get("loss").toFloats()[0]);
      }
    }
    assertThat(losses).hasSize(3);
  }

  @Test
  void gradientsThatAreDiscardedLeaveNoTrace() throws IOException {
    Map<String, Tensor> broken =
        Map.of(
            "x", Tensor.of(new float[] {1, Float.NaN, 1}, 1, 3),
            "y", Tensor.of(new float[1], 1, 1));
    try (TrainingSession session = open();
        TrainingSession untroubled = open()) {
      train(session, 0, 3);
      Map<String, Tensor> weights = session.weights();
      assertThat(session.step(broken).get(LinearRegression.LOSS).toFloats()[0]).isNaN();
      session.discardGradients();
      assertThat(session.weights()).isEqualTo(weights);

      train(session, 3, 6);
      train(untroubled, 0, 6);
      assertThat(session.weights()).isEqualTo(untroubled.weights());
    }
  }

  @Test
  void checksABatchBeforeItReachesNativeCode() throws IOException {
    Tensor x = Tensor.of(new float[6], 2, 3);
    Tensor y = Tensor.of(new float[2], 2, 1);
    try (TrainingSession session = open()) {
      assertRefused(session, Map.of("x", x), "Input 'y' is missing, expected {x=FLOAT[batch, 3],");
      assertRefused(
          session,
          Map.of("x", x, "y", y, "z", y),
          "Unknown input 'z', expected {x=FLOAT[batch, 3],");
      assertRefused(
          session,
          Map.of("x", Tensor.of(new long[6], 2, 3), "y", y),
          "Input 'x' is INT64[2, 3], expected FLOAT[batch, 3]");
      assertRefused(
          session,
          Map.of("x", Tensor.of(new float[6], 6), "y", y),
          "Input 'x' is FLOAT[6], expected FLOAT[batch, 3]");
      assertRefused(
          session,
          Map.of("x", Tensor.of(new float[8], 2, 4), "y", y),
          "Input 'x' is FLOAT[2, 4], expected FLOAT[batch, 3]");
      assertRefused(
          session,
          Map.of("x", x, "y", Tensor.of(new float[3], 3, 1)),
          "Dimension 'batch' is 2 in input 'x', but 3 in input 'y'");
    }
  }

  @Test
  void refusesStepsInTheWrongOrder() throws IOException {
    try (TrainingSession session = open()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> session.optimizerStep(0.1f))
          .withMessageContaining("call step before optimizerStep");
      session.accumulate(LinearRegression.batch(1, 2));
      assertThatIllegalStateException().isThrownBy(() -> session.optimizerStep(0.1f));
      session.step(LinearRegression.batch(1, 2));
      assertThatIllegalStateException()
          .isThrownBy(() -> session.step(LinearRegression.batch(1, 2)))
          .withMessageContaining("call optimizerStep first");
    }
  }

  @Test
  void refusesALearningRateOutOfRange() throws IOException {
    try (TrainingSession session = open()) {
      for (float rate : new float[] {-1e-9f, Float.NaN, Float.POSITIVE_INFINITY}) {
        assertThatThrownBy(() -> session.optimizerStep(rate))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("The learning rate must be finite and not negative, but is " + rate);
      }
    }
  }

  @Test
  void mayBeClosedTwiceButNotUsedAfterwards() throws IOException {
    TrainingSession session = open();
    session.close();
    session.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> session.step(LinearRegression.batch(1, 2)))
        .withMessage("The training session is closed");
    assertThatIllegalStateException().isThrownBy(() -> session.optimizerStep(1));
    assertThatIllegalStateException().isThrownBy(session::weights);
    assertThatIllegalStateException().isThrownBy(() -> session.saveCheckpoint(folder));
  }

  @Test
  void writesNoCheckpointIntoAFolderThatIsMissing() throws IOException {
    try (TrainingSession session = open()) {
      assertThatThrownBy(() -> session.saveCheckpoint(folder.resolve("missing/checkpoint")))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("missing");
    }
  }

  private TrainingSession open() throws IOException {
    return engine().train(LinearRegression.trainingGraph(), SETTINGS, ONE_THREAD, 1);
  }

  private static void train(TrainingSession session, int from, int to) {
    for (int step = from; step < to; step++) {
      assertThat(session.step(LinearRegression.batch(step, 3))).isNotEmpty();
      session.optimizerStep(0.01f);
    }
  }

  private static void assertRefused(
      TrainingSession session, Map<String, Tensor> batch, String message) {
    assertThatThrownBy(() -> session.step(batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  /** The sum of 64 weights, half of which are dropped. */
  private static TrainingGraph withDropout() {
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    graph.addInput("x", TensorType.of(ElementType.FLOAT, 1));
    Value weight = graph.setInitializer("w", Tensor.of(ones(64), 64));
    Value kept =
        op.one(
            "Dropout",
            weight.type(),
            op.mul(weight, graph.value("x")),
            op.constant(Tensor.scalar(0.5f)),
            op.constant(Tensor.of(new boolean[] {true})));
    Value sum = op.reduceSum(kept);
    graph.add(
        Node.ONNX, "Identity", Attributes.NONE, List.of(sum.name()), Map.of("loss", sum.type()));
    return new TrainingGraph(graph, List.of("loss"), Map.of("w", kept));
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    java.util.Arrays.fill(ones, 1);
    return ones;
  }
}
