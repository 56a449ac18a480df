package org.tribuo.distill.engine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;

/** What every engine that trains makes of an {@link Optimizer}. */
public abstract class OptimizerContract {
  private static final AdamW STRONG_DECAY = new AdamW(0.9f, 0.99f, 1e-6f, 0.5f);
  private static final Set<String> BIASES = Set.copyOf(LinearRegression.biases());

  /** The engine under test. */
  protected abstract TrainingEngine engine();

  static Stream<Arguments> settings() {
    OptionalDouble unclipped = OptionalDouble.empty();
    Set<String> all = LinearRegression.initialWeights().keySet();
    return Stream.of(
        Arguments.of("decay for all", new Optimizer(STRONG_DECAY, unclipped, Set.of())),
        Arguments.of("no decay", new Optimizer(STRONG_DECAY, unclipped, all)),
        Arguments.of("no decay of biases", new Optimizer(STRONG_DECAY, unclipped, BIASES)),
        Arguments.of("clipped", new Optimizer(STRONG_DECAY, OptionalDouble.of(1), Set.of())),
        Arguments.of(
            "never clipped", new Optimizer(STRONG_DECAY, OptionalDouble.of(1e9), Set.of())),
        Arguments.of(
            "clipped, no decay of biases",
            new Optimizer(STRONG_DECAY, OptionalDouble.of(0.5), BIASES)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("settings")
  void updatesAsTheFormulasSay(String name, Optimizer settings) throws IOException {
    LinearRegression.Reference reference = new LinearRegression.Reference(settings);
    try (TrainingSession session = open(settings)) {
      for (int step = 0; step < 30; step++) {
        Map<String, Tensor> batch = LinearRegression.batch(step, 5);
        float learningRate = 0.01f / (1 + step);
        Map<String, Tensor> reported = session.step(batch);
        double loss = reference.accumulate(batch);
        assertThat(number(reported, LinearRegression.LOSS)).isCloseTo((float) loss, within(1e-4f));
        if (settings.maxGradientNorm().isPresent()) {
          assertThat(number(reported, TrainingSession.GRADIENT_NORM))
              .isCloseTo((float) reference.gradientNorm(), within(1e-3f));
        }
        session.optimizerStep(learningRate);
        reference.optimizerStep(learningRate);
      }
      assertSame(session.weights(), reference.weights());
    }
  }

  @Test
  void addsUpTheGradientsOfPartsBeforeItClips() throws IOException {
    Optimizer settings = new Optimizer(STRONG_DECAY, OptionalDouble.of(1), BIASES);
    LinearRegression.Reference reference = new LinearRegression.Reference(settings);
    try (TrainingSession session = open(settings)) {
      for (int step = 0; step < 10; step++) {
        for (int part = 0; part < 3; part++) {
          Map<String, Tensor> batch = LinearRegression.batch(10L * step + part, 4);
          reference.accumulate(batch);
          Map<String, Tensor> ignored = part < 2 ? session.accumulate(batch) : session.step(batch);
          assertThat(ignored).containsKey(LinearRegression.LOSS);
        }
        session.optimizerStep(0.01f);
        reference.optimizerStep(0.01f);
      }
      assertSame(session.weights(), reference.weights());
    }
  }

  @Test
  void givesTheSameBitsInEverySession() throws IOException {
    Optimizer settings = new Optimizer(STRONG_DECAY, OptionalDouble.of(0.5), BIASES);
    Map<String, Tensor> first = weightsAfterTraining(settings);
    for (int run = 0; run < 5; run++) {
      assertThat(weightsAfterTraining(settings)).isEqualTo(first);
    }
  }

  @Test
  void leavesWeightsWithoutGradientAloneWhereThereIsNoDecay() throws IOException {
    Optimizer settings =
        new Optimizer(
            AdamW.DEFAULT, OptionalDouble.of(1), LinearRegression.initialWeights().keySet());
    float target = 0;
    for (int pair = 0; pair < LinearRegression.PAIRS; pair++) {
      target +=
          (pair + 1)
              * LinearRegression.initialWeights().get(LinearRegression.bias(pair)).toFloats()[0];
    }
    Map<String, Tensor> perfectlyPredicted =
        Map.of("x", Tensor.of(new float[3], 1, 3), "y", Tensor.of(new float[] {target}, 1, 1));
    try (TrainingSession session = open(settings)) {
      Map<String, Tensor> reported = session.step(perfectlyPredicted);
      session.optimizerStep(0.1f);
      assertThat(number(reported, TrainingSession.GRADIENT_NORM)).isLessThan(1e-5f);
      Map<String, Tensor> weights = session.weights();
      for (int pair = 0; pair < LinearRegression.PAIRS; pair++) {
        String name = LinearRegression.weight(pair);
        assertThat(weights.get(name)).isEqualTo(LinearRegression.initialWeights().get(name));
      }
    }
  }

  @Test
  void refusesToSpareAnUnknownParameterFromDecay() {
    Optimizer sparing =
        new Optimizer(AdamW.DEFAULT, OptionalDouble.empty(), Set.of("layer.9.bias"));

    assertThatThrownBy(() -> open(sparing))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("'layer.9.bias' is to have no weight decay, but is not a parameter");
  }

  private Map<String, Tensor> weightsAfterTraining(Optimizer settings) throws IOException {
    try (TrainingSession session = open(settings)) {
      for (int step = 0; step < 20; step++) {
        session.step(LinearRegression.batch(step, 7));
        session.optimizerStep(0.01f);
      }
      return session.weights();
    }
  }

  private TrainingSession open(Optimizer settings) throws IOException {
    return engine().train(LinearRegression.trainingGraph(), settings, Device.cpu(1), 1);
  }

  private static float number(Map<String, Tensor> reported, String name) {
    return reported.get(name).toFloats()[0];
  }

  private static void assertSame(Map<String, Tensor> actual, Map<String, double[]> expected) {
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, values) -> {
          float[] weights = actual.get(name).toFloats();
          for (int i = 0; i < values.length; i++) {
            assertThat((double) weights[i])
                .as("%s[%d]", name, i)
                .isCloseTo(values[i], within(1e-6 * Math.max(1, Math.abs(values[i]))));
          }
        });
  }
}
