package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

/**
 * Every exporter's Transformer trains as it does in PyTorch. The system property {@code zoo.dir}
 * names a folder of other cases of the same format.
 */
class ZooTest {
  @TempDir Path folder;

  static List<ZooCase> cases() throws URISyntaxException {
    String zoo = System.getProperty("zoo.dir");
    return ZooCase.in(
        zoo != null
            ? Path.of(zoo)
            : Path.of(Objects.requireNonNull(ZooTest.class.getResource("/zoo")).toURI()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void trainsAsInPyTorch(ZooCase zooCase) throws Exception {
    Instant start = Instant.now();
    DifferentiatedCase student = DifferentiatedCase.of(zooCase, zooCase.model());
    GradientComparison gradients = checkFirstStep(zooCase, student);
    double trajectoryError = checkTrajectory(zooCase, student);
    System.out.printf(
        "%-28s gradient %s, trajectory %.1e, %d ms%n",
        zooCase, gradients, trajectoryError, Duration.between(start, Instant.now()).toMillis());
  }

  /** Outputs, loss and gradients of the weights as they come. */
  private static GradientComparison checkFirstStep(ZooCase zooCase, DifferentiatedCase student)
      throws Exception {
    Map<String, Tensor> results = student.run();
    zooCase
        .expectedOutputs()
        .forEach(
            (name, expected) ->
                assertThat(distance(results.get(name), expected))
                    .as("largest error of output '%s'", name)
                    .isLessThanOrEqualTo(zooCase.outputTolerance()));
    assertThat(loss(results))
        .as("loss")
        .isCloseTo(zooCase.lossValue(), withPercentage(100 * zooCase.lossTolerance()));
    GradientComparison gradients = GradientComparison.of(zooCase, student.gradients(results));
    assertThat(gradients.failures()).isEmpty();
    return gradients;
  }

  /** Ten steps, and the file that is written after them. */
  private double checkTrajectory(ZooCase zooCase, DifferentiatedCase student) throws Exception {
    Optimizer optimizer = new Optimizer(zooCase.optimizer(), OptionalDouble.empty(), Set.of());
    double worst = 0;
    try (TrainingSession session =
        Engines.training().train(student.trainingGraph(), optimizer, Device.cpu(1), 1)) {
      Map<String, Tensor> batch = new LinkedHashMap<>(student.feeds());
      batch.keySet().retainAll(session.inputs().keySet());
      double[] expected = zooCase.trajectory();
      for (int step = 0; step < expected.length; step++) {
        double loss = loss(session.step(batch));
        session.optimizerStep(zooCase.learningRate());
        double error = Math.abs(loss - expected[step]) / Math.abs(expected[step]);
        worst = Math.max(worst, error);
        assertThat(error)
            .as("relative error of the loss after %d steps, %s for %s", step, loss, expected[step])
            .isLessThanOrEqualTo(zooCase.trajectoryTolerance());
      }
      checkWrittenFile(zooCase, student, session, loss(session.step(batch)));
    }
    return worst;
  }

  private void checkWrittenFile(
      ZooCase zooCase, DifferentiatedCase student, TrainingSession session, double trainedLoss)
      throws Exception {
    OnnxModel original = zooCase.model();
    Path file = folder.resolve("trained.onnx");
    original.withInitializers(student.tied().restore(session.weights())).write(file);
    OnnxModel written = OnnxModel.read(file);

    assertThat(withoutNumbers(written)).isEqualTo(withoutNumbers(original));
    assertThat(written.proto().getGraph().getNodeList())
        .extracting(NodeProto::getName)
        .isEqualTo(
            original.proto().getGraph().getNodeList().stream().map(NodeProto::getName).toList());
    Map<String, Tensor> trained = DifferentiatedCase.of(zooCase, written).run();
    assertThat(loss(trained))
        .as("loss of the written file")
        .isCloseTo(trainedLoss, withPercentage(100 * zooCase.lossTolerance()));
    Map<String, Tensor> outputs = GraphRunner.run(written, zooCase.inputs());
    for (String name : zooCase.studentOutputs()) {
      assertThat(distance(outputs.get(name), trained.get(name)))
          .as("largest error of output '%s' of the written file", name)
          .isLessThanOrEqualTo(zooCase.outputTolerance());
    }
  }

  private static ModelProto withoutNumbers(OnnxModel model) {
    ModelProto.Builder proto = model.proto().toBuilder();
    proto.getGraphBuilder().clearInitializer();
    return proto.build();
  }

  private static double loss(Map<String, Tensor> results) {
    return Objects.requireNonNull(results.get("loss")).toFloats()[0];
  }

  private static double distance(Tensor actual, Tensor expected) {
    assertThat(actual.dims()).isEqualTo(expected.dims());
    float[] a = actual.toFloats();
    float[] e = expected.toFloats();
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      worst = Math.max(worst, Math.abs(a[i] - e[i]));
    }
    return worst;
  }
}
