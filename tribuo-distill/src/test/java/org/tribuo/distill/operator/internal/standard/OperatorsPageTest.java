package org.tribuo.distill.operator.internal.standard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.internal.DistillDomain;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.Derivative;

/**
 * The page of supported operators is written from the tables. {@code -Doperators.write=true} writes
 * it again.
 */
class OperatorsPageTest {
  private static final Path PAGE = Path.of("..", "src", "site", "markdown", "operators.md");

  @Test
  void thePageListsWhatTheTablesHold() throws IOException {
    if (Boolean.getBoolean("operators.write")) {
      Files.writeString(PAGE, page());
    }
    assertThat(Files.readString(PAGE))
        .as(
            "%s is out of date. Write it again with"
                + " ./mvnw test -pl tribuo-distill -Dtest=OperatorsPageTest -Doperators.write=true",
            PAGE)
        .isEqualTo(page());
  }

  private static String page() {
    return """
        # Supported operators

        Models of opset %d to %d are read. What lies between the loss and a trained weight must be
        differentiable; what only computes shapes, positions or masks may be any operator that ONNX
        Runtime can execute. An operator that is in none of these lists is an error that names the
        node and the weights below it: freeze those weights ([`frozenWeights`](training.md#frozen-weights)),
        or write a rule (`CONTRIBUTING.md`, "How to add an operator"). So is one that has a gradient for
        some of its inputs only, where another depends on a trained weight (the ratio of `Dropout`, say):
        no gradient is left out without a word.

        This page is written by a test from the tables of the library.

        ## With a gradient

        %s

        ## Decomposed

        Fused operators are written with the operators above before the gradient is made.

        %s

        ## Flat

        Their derivative is zero wherever it exists, so no gradient passes them, as none passes a
        `Cast` to integers.

        %s

        ## Quantised

        `DequantizeLinear` has a gradient: a student may keep integer weights, which are not trained.
        What rounds floats that depend on trained weights (`QuantizeLinear`, `QLinearMatMul`, ...) is
        an error, as its derivative is zero, which is never meant, unless
        `straightThroughQuantization` of `TrainingGraphOptions` goes straight through these:

        %s
        """
        .formatted(
            OnnxModel.OLDEST_OPSET,
            OnnxModel.NEWEST_OPSET,
            list(
                ofRuntime(
                    operator -> operator.derivative().orElse(null) instanceof Derivative.Rule)),
            list(ofRuntime(operator -> operator.decomposition().isPresent())),
            list(ofRuntime(Operator::isFlat)),
            list(StandardOperators.STRAIGHT_THROUGH.stream().map(Operator::name).toList()));
  }

  /** Those of ONNX and ONNX Runtime; an operator library has its own page. */
  private static Collection<String> ofRuntime(Predicate<Operator> wanted) {
    return StandardOperators.TABLE.names(
        wanted.and(operator -> !operator.name().startsWith(DistillDomain.NAME)));
  }

  private static String list(Collection<String> operators) {
    return operators.stream().map("- `%s`"::formatted).collect(Collectors.joining("\n"));
  }
}
