package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.LinearRegression;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

@EnabledOnOs(OS.LINUX)
class TrainingMemoryTest {
  private static final int LARGEST_BATCH = 20_000;
  private static final long MEGABYTE = 1 << 20;

  /** The inputs of a step have up to 320 kB: 2,000 steps that leak them would take 300 MB. */
  @Test
  void staysFlatOverTwoThousandSteps() throws IOException {
    Optimizer settings =
        new Optimizer(AdamW.DEFAULT, OptionalDouble.of(1), Set.copyOf(LinearRegression.biases()));
    Map<String, Tensor> largest = LinearRegression.batch(1, LARGEST_BATCH);
    SplittableRandom random = new SplittableRandom(1);
    try (TrainingSession session =
        Engines.training().train(LinearRegression.trainingGraph(), settings, Device.cpu(1), 1)) {
      long afterWarmUp = 0;
      for (int step = 0; step < 2000; step++) {
        assertThat(session.step(firstRows(largest, 1 + random.nextInt(LARGEST_BATCH))))
            .isNotEmpty();
        session.optimizerStep(1e-6f);
        if (step % 500 == 0) {
          assertThat(session.weights()).hasSize(2 * LinearRegression.PAIRS);
        }
        if (step == 200) {
          afterWarmUp = residentBytes();
        }
      }
      assertThat(residentBytes()).isLessThan(afterWarmUp + 64 * MEGABYTE);
    }
  }

  /** Each has 32 MB of weights, moments and gradients: 20 that stay would take 640 MB. */
  @Test
  void isGivenBackByEachTrainingThatEnds() throws IOException {
    long afterWarmUp = 0;
    for (int training = 0; training < 22; training++) {
      try (TrainingSession session =
          Engines.training().train(twoMillionWeights(), Optimizer.DEFAULT, Device.cpu(1), 1)) {
        assertThat(session.step(Map.of("s", Tensor.scalar(1f)))).isNotEmpty();
        session.optimizerStep(0.1f);
      }
      if (training == 1) {
        afterWarmUp = residentBytes();
      }
    }
    assertThat(residentBytes()).isLessThan(afterWarmUp + 150 * MEGABYTE);
  }

  private static TrainingGraph twoMillionWeights() {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("s", TensorType.of(ElementType.FLOAT));
    Ops op = Ops.on(graph);
    Value weight = graph.setInitializer("w", Tensor.of(new float[2_000_000], 2_000_000));
    Value gradient = op.add(weight, graph.value("s"));
    return new TrainingGraph(graph, List.of(op.reduceSum(gradient).name()), Map.of("w", gradient));
  }

  private static Map<String, Tensor> firstRows(Map<String, Tensor> batch, int rows) {
    return Map.of(
        "x", firstRows(batch.get("x"), rows, LinearRegression.FEATURES),
        "y", firstRows(batch.get("y"), rows, 1));
  }

  private static Tensor firstRows(Tensor tensor, int rows, int width) {
    return Tensor.of(
        tensor.elementType(),
        new long[] {rows, width},
        tensor.data().limit(rows * width * Float.BYTES));
  }

  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> line.replaceAll("\\D", ""))
        .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
