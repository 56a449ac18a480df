package org.tribuo.distill.autodiff.rules;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.pass.DecompositionCases;

/**
 * Every rule against central differences along a random direction, of a random weighted sum of the
 * operator's outputs. In float64 where ONNX Runtime has the kernels. {@code -Drules.seed=N} repeats
 * a failure.
 */
class RuleCasesTest {
  private static final long SEED = Long.getLong("rules.seed", 20260724L);
  private static final int TRIALS = 3;

  static List<OperatorCase> cases() {
    return RuleCases.CASES;
  }

  @Test
  void everyRuleHasACase() {
    TreeSet<String> operators = new TreeSet<>();
    RuleCases.CASES.forEach(ruleCase -> operators.add(ruleCase.operator()));
    assertThat(operators).isEqualTo(StandardRules.TABLE.differentiable());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void agreesWithFiniteDifferences(OperatorCase ruleCase) throws OrtException {
    for (int trial = 0; trial < TRIALS; trial++) {
      long seed = SEED + trial;
      for (Sizes sizes : List.of(Sizes.KNOWN, Sizes.UNKNOWN)) {
        assertAgrees(
            GradientCheck.inDoubleElseFloat(ruleCase, seed, sizes),
            "%s, -Drules.seed=%d, sizes %s"
                .formatted(ruleCase, seed, sizes == Sizes.KNOWN ? "known" : "unknown"));
      }
    }
  }

  static List<OperatorCase> takenApart() {
    return DecompositionCases.CASES;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("takenApart")
  void soDoesWhatIsTakenApart(OperatorCase fused) throws OrtException {
    assertAgrees(
        GradientCheck.inFloat(fused, SEED, Sizes.KNOWN),
        "%s, -Drules.seed=%d".formatted(fused, SEED));
  }

  private static void assertAgrees(GradientCheck check, String description) {
    assertThat(check.error()).as("%s: %s", description, check).isLessThan(check.tolerance());
  }
}
