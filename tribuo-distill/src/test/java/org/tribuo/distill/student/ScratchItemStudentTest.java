package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.DropoutPlaces;
import org.tribuo.distill.transformer.internal.TransformerFiles;

class ScratchItemStudentTest {
  private static final int ITEMS = 7;
  private static final ScratchItemStudent SMALL =
      ScratchItemStudent.of(2, 8, 2).withPositions(6).withInner(12);

  @TempDir private Path folder;

  private static Student make(ScratchItemStudent student, long seed) {
    return student.make(
        StudentRequest.withoutExamples(
            Head.ofSteps(LabelOrder.numbered(ITEMS)), seed, new TransformerFiles()));
  }

  private static float[] logits(OnnxModel model, long... ids) {
    return OnnxRun.of(model, Map.of("item_ids", Tensor.of(ids, 1, ids.length)), "logits");
  }

  @Test
  void weightsHaveTheShapesThatAreStated() {
    Map<String, Tensor> weights = make(SMALL, 1).model().initializers();

    assertThat(weights.get("embeddings.items").dims()).containsExactly(ITEMS + 1, 8);
    assertThat(weights.get("embeddings.positions").dims()).containsExactly(6, 8);
    assertThat(weights.get("layers.1.inner.weight").dims()).containsExactly(8, 12);
    assertThat(weights).isEqualTo(make(SMALL, 1).model().initializers());
    assertThat(weights).isNotEqualTo(make(SMALL, 2).model().initializers());
    assertThat(DropoutPlaces.in(make(SMALL, 1).transformer().normalizedForTraining())).hasSize(5);
    assertThat(make(SMALL, 1).transformer().layers().count()).isEqualTo(2);
  }

  /** What an item says does not depend on what comes after it, padding included. */
  @Test
  void noStepReadsALaterItem() {
    OnnxModel model = make(SMALL, 1).model();
    float[] three = logits(model, 3, 1, 4);
    float[] padded = logits(model, 3, 1, 4, 0, 0);
    float[] others = logits(model, 3, 1, 5, 2);

    assertThat(three).hasSize(3 * ITEMS);
    assertThat(Arrays.copyOf(padded, 3 * ITEMS)).containsExactly(three, within(1e-6f));
    assertThat(Arrays.copyOf(others, 2 * ITEMS))
        .containsExactly(Arrays.copyOf(three, 2 * ITEMS), within(1e-6f));
    assertThat(Math.abs(others[2 * ITEMS] - three[2 * ITEMS])).isGreaterThan(1e-6f);
  }

  /** The score of an item is the product of the last state with its row, which is not that of 0. */
  @Test
  void scoresAreProductsWithTheEmbeddingsOfItems() {
    OnnxModel model = make(SMALL, 1).model();
    float[] table = model.initializers().get("embeddings.items").toFloats();
    float[] doubled = table.clone();
    for (int i = 0; i < 8; i++) {
      doubled[5 * 8 + i] *= 2;
    }
    float[] before = logits(model, 3, 1);
    float[] after =
        logits(
            model.withInitializers(Map.of("embeddings.items", Tensor.of(doubled, ITEMS + 1, 8))),
            3,
            1);

    for (int column = 0; column < ITEMS; column++) {
      assertThat(after[column]).isEqualTo((column == 4 ? 2 : 1) * before[column], within(1e-6f));
    }
  }

  @Test
  void aStudentComesFromXml() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="student" type="org.tribuo.distill.student.ScratchItemStudent">
                <property name="positions" value="6"/>
                <property name="layers" value="2"/>
                <property name="width" value="8"/>
                <property name="heads" value="2"/>
                <property name="inner" value="12"/>
              </component>
            </config>
            """);

    assertThat(new ConfigurationManager(xml.toString()).lookup("student"))
        .hasToString(SMALL.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 2, 16, 2, 'positions, is 0, expected 1 or more'",
    "6, 0, 16, 2, 'layers, is 0, expected 1 or more'",
    "6, 2, 16, 0, 'heads, is 0, expected 1 or more'",
    "6, 2, 15, 2, 'width, The width is 15, expected a multiple of the 2 heads'",
  })
  void numbersThatDoNotFitAreNamed(
      int positions, int layers, int width, int heads, String message) {
    assertThatThrownBy(() -> ScratchItemStudent.of(layers, width, heads).withPositions(positions))
        .isInstanceOf(PropertyException.class)
        .hasMessage("Component: ScratchItemStudent, Property: " + message);
  }

  @Test
  void labelsAreNotPredicted() {
    assertThatThrownBy(
            () ->
                SMALL.make(
                    StudentRequest.withoutExamples(
                        Head.ofExamples(LabelOrder.of("no", "yes")), 1, new TransformerFiles())))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining(
            "predicts the next item, but the outputs of the dataset are [no, yes]");
  }
}
