package org.tribuo.distill.operator.internal.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.internal.DistillDomain;
import org.tribuo.distill.graph.internal.pass.DecompositionCases;
import org.tribuo.distill.graph.internal.pass.OldOperatorCases;
import org.tribuo.distill.operator.Operator.Derivative;
import org.tribuo.distill.operator.internal.UndifferentiableException;

/**
 * Every rule against central differences, entry by entry, of a random weighted sum of the
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
    assertThat(operators)
        .isEqualTo(
            StandardOperators.TABLE.names(
                operator ->
                    operator.derivative().orElse(null) instanceof Derivative.Rule
                        && !operator.name().startsWith(DistillDomain.NAME)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void agreesWithFiniteDifferences(OperatorCase ruleCase) throws OrtException {
    for (int trial = 0; trial < TRIALS; trial++) {
      long seed = SEED + trial;
      assertAgrees(
          GradientCheck.inDoubleElseFloat(ruleCase, seed, Sizes.KNOWN, Sizes.UNKNOWN),
          "%s, -Drules.seed=%d".formatted(ruleCase, seed));
    }
  }

  /** All shapes that broadcast to [2, 3]. */
  private static final long[][] SHAPES = {{}, {1}, {3}, {1, 1}, {1, 3}, {2, 1}, {2, 3}};

  static List<OperatorCase> binary() {
    return RuleCases.BINARY;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("binary")
  void agreesForAllPairsOfShapes(OperatorCase binary) throws OrtException {
    for (long[] left : SHAPES) {
      for (long[] right : SHAPES) {
        OperatorCase pair = binary.shaped(left, right);
        Sizes sizes = pair.operator().equals("Mul") ? Sizes.UNKNOWN : Sizes.KNOWN;
        assertAgrees(
            GradientCheck.inDoubleElseFloat(pair, SEED, sizes),
            "%s, -Drules.seed=%d".formatted(pair, SEED));
      }
    }
  }

  static List<OperatorCase> casesOfKnownSizes() {
    return RuleCases.CASES_OF_KNOWN_SIZES;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("casesOfKnownSizes")
  void agreesWhereSizesAreKnown(OperatorCase ruleCase) throws OrtException {
    assertAgrees(
        GradientCheck.inDoubleElseFloat(ruleCase, SEED, Sizes.KNOWN),
        "%s, -Drules.seed=%d".formatted(ruleCase, SEED));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("casesOfKnownSizes")
  void saysThatItMustKnowTheSizes(OperatorCase ruleCase) {
    assertThatThrownBy(() -> GradientCheck.inFloat(ruleCase, SEED, Sizes.UNKNOWN))
        .isInstanceOf(UndifferentiableException.class)
        .hasMessageMatching(
            ruleCase.operator()
                + " at node 'node' has no gradient: (the size of its kernel is not known before the"
                + " graph runs|(its padding \\(auto_pad\\)|whether its last window \\(ceil_mode\\) lies in"
                + " the image) depends on the size of axis [23], which only the run shows; export the"
                + " model with a fixed size there)");
  }

  static List<OperatorCase> ofOldOpsets() {
    return OldOperatorCases.CASES;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ofOldOpsets")
  void soDoesWhatOldOpsetsMeant(OperatorCase old) throws OrtException {
    assertAgrees(
        GradientCheck.inFloat(old, SEED, Sizes.KNOWN), "%s, -Drules.seed=%d".formatted(old, SEED));
  }

  static List<OperatorCase> decomposed() {
    return DecompositionCases.CASES;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("decomposed")
  void soDoesWhatIsTakenApart(OperatorCase fused) throws OrtException {
    assertAgrees(
        GradientCheck.inFloat(fused, SEED, Sizes.KNOWN),
        "%s, -Drules.seed=%d".formatted(fused, SEED));
  }

  private static void assertAgrees(GradientCheck check, String description) {
    assertThat(check.distance().error())
        .as("%s: %s", description, check.distance().worst())
        .isLessThan(check.tolerance());
  }
}
