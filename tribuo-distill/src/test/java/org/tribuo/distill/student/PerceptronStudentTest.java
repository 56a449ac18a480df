package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.test.Helpers;

class PerceptronStudentTest {
  private static final LabelOrder LABELS = LabelOrder.of("a", "b", "c");

  private static Map<String, Tensor> weights(PerceptronStudent student, long seed) {
    Student made =
        student.make(
            StudentRequest.withoutExamples(Head.ofExamples(LABELS), seed, new TransformerFiles()));
    return made.transformer().graph().initializers();
  }

  @Test
  void theWeightsDependOnTheSeedAlone() {
    Map<String, Tensor> weights = weights(PerceptronStudent.of(100, 50, 20), 1);
    assertThat(weights).isEqualTo(weights(PerceptronStudent.of(100, 50, 20), 1));
    assertThat(weights).isNotEqualTo(weights(PerceptronStudent.of(100, 50, 20), 2));
    assertThat(weights)
        .containsOnlyKeys(
            "hidden.0.weight",
            "hidden.0.bias",
            "hidden.1.weight",
            "hidden.1.bias",
            "head.weight",
            "head.bias");
    double squares = 0;
    for (float value : weights.get("hidden.0.weight").toFloats()) {
      squares += (double) value * value;
    }
    assertThat(squares / 5000).isBetween(0.9 * 2 / 100, 1.1 * 2 / 100);
  }

  @Test
  void withoutHiddenLayersItIsALinearModel() {
    assertThat(weights(PerceptronStudent.of(4), 1)).containsOnlyKeys("head.weight", "head.bias");
  }

  @Test
  void aConfigurationSurvivesItsProvenance() {
    Helpers.testConfigurableRoundtrip(PerceptronStudent.of(4, 8, 3));
  }

  @Test
  void badInputIsNamed() {
    assertThatThrownBy(() -> PerceptronStudent.of(0, 8))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("is 0, expected 1 or more");
    assertThatThrownBy(() -> PerceptronStudent.of(4, 8, 0))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("are [8, 0], expected numbers of 1 or more");
    assertThatThrownBy(
            () ->
                PerceptronStudent.of(4, 8)
                    .make(
                        StudentRequest.withoutExamples(
                            Head.ofTokens(LABELS), 1, new TransformerFiles())))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("are one vector for each example")
        .hasMessageContaining("use an encoder as the student");
  }
}
