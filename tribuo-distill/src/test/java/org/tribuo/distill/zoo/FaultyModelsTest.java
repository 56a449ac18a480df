package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.FiniteDifferences.Distance;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.internal.autodiff.UnknownOperatorException;
import org.tribuo.distill.operator.internal.Operators;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Small models around one operator whose gradient is easily made wrong: each entry of it against
 * central differences, or the error that names what cannot be differentiated.
 */
class FaultyModelsTest {
  private static final double STEP = 1e-2;
  private static final double TOLERANCE = 1e-3;

  private static OnnxModel model(String name) throws Exception {
    return OnnxModel.read(file(name));
  }

  private static Path file(String name) throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(
                FaultyModelsTest.class.getResource("/faults/%s.onnx".formatted(name)), name)
            .toURI());
  }

  private static void assertRight(String name) throws Exception {
    assertRight(name, StandardOperators.TABLE, weight -> weight.startsWith("w"));
  }

  private static void assertRight(String name, Operators rules, Predicate<String> trained)
      throws Exception {
    try (CheckedModel checked = CheckedModel.of(model(name), rules, trained)) {
      assertThat(checked.gradients()).isNotEmpty();
      Distance distance =
          checked.differences(STEP).of(checked.gradients(), Integer.MAX_VALUE, 1e-2, 1);
      assertThat(distance.error()).as(distance.worst()).isLessThan(TOLERANCE);
    }
  }

  @Test
  void aNegativeSlopeBelowZero() throws Exception {
    assertRight("leaky_neg_alpha");
  }

  @Test
  void aLimitThatDependsOnAWeightWhichIsReadElsewhereToo() throws Exception {
    assertRight("clip_bound_two_paths");
  }

  @Test
  void noAxesThatMeanAll() throws Exception {
    assertRight("emptyaxes_ReduceMean");
  }

  @Test
  void groupsOfSequences() throws Exception {
    assertRight("conv1d_g4_k1");
  }

  @Test
  void groupsOfVolumes() throws Exception {
    assertRight("conv3d_g2");
  }

  @Test
  void zeroToThePowerOfZero() throws Exception {
    assertRight("pow_0_at0");
  }

  @Test
  void roundingBesideAResidualIsRefused() throws Exception {
    OnnxModel quantized = model("qdq_residual");
    assertThatThrownBy(
            () -> CheckedModel.of(quantized, StandardOperators.TABLE, name -> true).close())
        .isInstanceOf(UnknownOperatorException.class)
        .hasMessageContaining("qdq_residual.onnx")
        .hasMessageEndingWith(
            "No gradient rule for 'QuantizeLinear' (opset 21) at node '', between the loss and 1"
                + " trainable weights (first: w). Freeze those weights (frozenWeights), or choose a"
                + " gradient that goes straight through the rounding, with"
                + " straightThroughQuantization = true of TrainingGraphOptions");
  }

  @Test
  void roundingBesideAResidualIsPassedByThoseWhoChooseSo() throws Exception {
    Operators rules = StandardOperators.TABLE.with(StandardOperators.STRAIGHT_THROUGH);
    try (CheckedModel checked = CheckedModel.of(model("qdq_residual"), rules, name -> true)) {
      assertThat(checked.gradients()).containsOnlyKeys("w", "v");
    }
  }
}
