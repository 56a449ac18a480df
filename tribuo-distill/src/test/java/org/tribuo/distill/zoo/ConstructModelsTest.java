package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.GraphException;

/**
 * Models around one construct each compute and differentiate as ONNX Runtime computes. {@code
 * -Dconstructs.seed=N} takes other ones.
 */
class ConstructModelsTest {
  private static final long SEED = Long.getLong("constructs.seed", 20261128L);

  /** Every so many of the models runs by default. */
  private static final int STRIDE = 20;

  /** What may be said of a model instead of differentiating it. */
  private static final Pattern REFUSED =
      Pattern.compile(
          Stream.of(
                  "\\w+Pool at node 'node' rounds its size up \\(ceil_mode\\) along one axis, .*",
                  "AveragePool at node 'node' rounds its size up \\(ceil_mode\\), and before opset 19 .*",
                  "AveragePool at node 'node' has no gradient: whether its last window \\(ceil_mode\\) .*",
                  "\\w+ at node 'node' has no gradient: its padding \\(auto_pad\\) depends on .*",
                  "\\w+ at node 'node' has no gradient: the size of its kernel is not known .*")
              .map(form -> "(" + form + ")")
              .reduce((a, b) -> a + "|" + b)
              .orElseThrow());

  @Test
  void someModelsAreRight() {
    List<Construct> models = ConstructModels.of(SEED);
    assertRight(
        IntStream.range(0, models.size() / STRIDE)
            .mapToObj(i -> models.get(i * STRIDE + Math.floorMod((int) SEED + i, STRIDE)))
            .toList());
  }

  @Test
  @Tag("slow")
  void allModelsAreRight() {
    List<Construct> models = ConstructModels.of(SEED);
    int refused = assertRight(models);
    assertThat(models.size() - refused).isGreaterThanOrEqualTo(600);
    System.out.printf(
        "%d models around one construct: %d right, %d refused by name%n",
        models.size(), models.size() - refused, refused);
  }

  /** How many of the models are refused by name; the others are right. */
  private static int assertRight(List<Construct> models) {
    List<String> wrong = new ArrayList<>();
    int refused = 0;
    for (Construct model : models) {
      try {
        Optional<String> problem = ConstructCheck.wrong(model);
        problem.ifPresent(what -> wrong.add(model + ": " + what));
      } catch (GraphException e) {
        if (REFUSED.matcher(String.valueOf(e.getMessage())).matches()) {
          refused++;
        } else {
          wrong.add(model + ": " + e);
        }
      } catch (Exception e) {
        wrong.add(model + ": " + e);
      }
    }
    assertThat(wrong).as("of %d models, -Dconstructs.seed=%d", models.size(), SEED).isEmpty();
    return refused;
  }
}
