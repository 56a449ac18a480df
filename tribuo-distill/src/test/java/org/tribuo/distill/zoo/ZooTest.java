package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.autodiff.Differentiator;
import org.tribuo.distill.autodiff.rules.StandardRules;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphRunner;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.pass.Normalization;
import org.tribuo.distill.loss.AttachedObjective;

/**
 * Every exporter's Transformer trains. The system property {@code zoo.dir} names a folder of other
 * cases of the same format.
 */
class ZooTest {
  static List<ZooCase> cases() throws URISyntaxException {
    String folder = System.getProperty("zoo.dir");
    return ZooCase.in(
        folder != null
            ? Path.of(folder)
            : Path.of(Objects.requireNonNull(ZooTest.class.getResource("/zoo")).toURI()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void gradientsAreThoseOfPyTorch(ZooCase zooCase) throws Exception {
    Instant start = Instant.now();
    Graph graph = Graph.of(zooCase.model());
    Normalization.apply(graph);
    ZooObjective zooObjective = new ZooObjective(zooCase);
    AttachedObjective objective = zooObjective.attach(graph);
    Map<String, Value> gradients =
        Differentiator.differentiate(
            graph, objective.differentiated().name(), zooCase.trainable(), StandardRules.TABLE);
    gradients.values().forEach(gradient -> graph.addOutput(gradient.name()));
    Map<String, Tensor> feeds = zooCase.inputs();
    feeds.putAll(zooObjective.feeds());
    Map<String, Tensor> results = GraphRunner.run(graph, feeds);
    long milliseconds = Duration.between(start, Instant.now()).toMillis();

    GradientComparison comparison = GradientComparison.of(zooCase, gradients, results);
    System.out.printf("%-28s gradient %s  %d ms%n", zooCase, comparison, milliseconds);
    zooCase
        .expectedOutputs()
        .forEach(
            (name, expected) ->
                assertThat(distance(results.get(name), expected))
                    .as("largest error of output '%s'", name)
                    .isLessThanOrEqualTo(zooCase.outputTolerance()));
    assertThat((double) results.get("loss").toFloats()[0])
        .as("loss")
        .isCloseTo(zooCase.lossValue(), withPercentage(100 * zooCase.lossTolerance()));
    assertThat(comparison.failures()).isEmpty();
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
