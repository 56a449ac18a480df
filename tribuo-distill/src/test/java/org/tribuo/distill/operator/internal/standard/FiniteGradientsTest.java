package org.tribuo.distill.operator.internal.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tribuo.distill.graph.OperatorCase.numbers;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.vector;

import ai.onnxruntime.OrtException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.OperatorCase.Source;
import org.tribuo.distill.graph.Tensor;

/** Where there is no derivative, or a formula of it divides by zero, the choice that was made. */
class FiniteGradientsTest {
  private static Source row(double... values) {
    return numbers(new long[] {values.length}, values);
  }

  /** Of the sum of the elements, each multiplied by a weight, by one input. */
  private static float[] gradient(OperatorCase of, int input, float... weights)
      throws OrtException {
    OperatorCase.Instance instance = of.instance(1, ElementType.FLOAT, Sizes.KNOWN);
    Map<String, Tensor> y = Map.of("y0", Tensor.of(weights, weights.length));
    return GradientCheck.gradients(instance, y).get("x" + input).toFloats();
  }

  @Test
  void zeroToThePowerOfZeroDoesNotChangeWithItsBase() throws OrtException {
    OperatorCase power = operator("Pow").on(row(0, 0, 0), row(0, 1, 2).frozen());
    assertThat(gradient(power, 0, 1, 1, 1)).containsExactly(0, 1, 0);
  }

  @Test
  void powersOfZeroDoNotChangeWithTheExponent() throws OrtException {
    OperatorCase power = operator("Pow").on(row(0, 0, 0, -2).frozen(), row(0, 0.5, -1, 3));
    assertThat(gradient(power, 1, 1, 1, 1, 1)).containsExactly(0, 0, 0, 0);
  }

  @Test
  void aRootOfZeroThatNobodyReadsGetsNothing() throws OrtException {
    assertThat(gradient(operator("Sqrt").on(row(0, 4)), 0, 0, 1)).containsExactly(0, 0.25f);
    OperatorCase power = operator("Pow").on(row(0, 4), row(0.5, 0.5).frozen());
    assertThat(gradient(power, 0, 0, 1)).containsExactly(0, 0.25f);
  }

  @Test
  void aRowOfZerosIsNormalisedInNoDirection() throws OrtException {
    for (long p : new long[] {1, 2}) {
      OperatorCase norm = operator("LpNormalization").with("p", p).on(row(0, 0, 0));
      assertThat(gradient(norm, 0, 1, 2, 3)).containsExactly(0, 0, 0);
    }
  }

  @Test
  void normsOfZerosGrowInNoDirection() throws OrtException {
    for (String norm : new String[] {"ReduceL1", "ReduceL2", "ReduceSumSquare"}) {
      OperatorCase reduction = operator(norm).on(row(0, 0), vector(0));
      assertThat(gradient(reduction, 0, 1)).as(norm).containsExactly(0, 0);
    }
    assertThat(gradient(operator("Abs").on(row(0)), 0, 1)).containsExactly(0);
  }

  @Test
  void aSumOfNoExponentialsGetsNothing() throws OrtException {
    double nothing = Double.NEGATIVE_INFINITY;
    OperatorCase reduction = operator("ReduceLogSumExp").on(row(nothing, nothing), vector(0));
    assertThat(gradient(reduction, 0, 1)).containsExactly(0, 0);
    OperatorCase one = operator("ReduceLogSumExp").on(row(nothing, 3), vector(0));
    assertThat(gradient(one, 0, 1)).containsExactly(0, 1);
  }

  @Test
  void aFactorOfZeroGetsTheProductOfTheOthers() throws OrtException {
    OperatorCase product = operator("ReduceProd").on(row(0, 2, 3), vector(0));
    assertThat(gradient(product, 0, 1)).containsExactly(6, 0, 0);
    OperatorCase twice = operator("ReduceProd").on(row(0, 0, 3), vector(0));
    assertThat(gradient(twice, 0, 1)).containsExactly(0, 0, 0);
  }

  @Test
  void whatReachesTheMaximumTogetherSharesIt() throws OrtException {
    assertThat(gradient(operator("ReduceMax").on(row(2, 1, 2), vector(0)), 0, 1))
        .containsExactly(0.5f, 0, 0.5f);
  }

  @Test
  void aConstantImageKeepsAFiniteGradient() throws OrtException {
    OperatorCase normalized =
        operator("MeanVarianceNormalization").on(numbers(new long[] {1, 1, 1, 2}, 3, 3));
    OperatorCase.Instance instance = normalized.instance(1, ElementType.FLOAT, Sizes.KNOWN);
    Map<String, Tensor> y = Map.of("y0", Tensor.of(new float[] {1, 2}, 1, 1, 1, 2));
    for (float entry : GradientCheck.gradients(instance, y).get("x0").toFloats()) {
      assertThat(entry).isFinite();
    }
  }

  @Test
  void limitsOfClipGetWhatTheyHold() throws OrtException {
    OperatorCase clip =
        operator("Clip")
            .on(row(-2, -1, 0, 1, 3), numbers(new long[0], -1), numbers(new long[0], 1));
    assertThat(gradient(clip, 0, 1, 2, 4, 8, 16)).containsExactly(0, 2, 4, 8, 0);
    assertThat(gradient(clip, 1, 1, 2, 4, 8, 16)).containsExactly(1);
    assertThat(gradient(clip, 2, 1, 2, 4, 8, 16)).containsExactly(16);
  }
}
