package org.tribuo.distill.teacher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.teacher.internal.store.LargestLogits;

class TeachersLargestTest {
  private static final int WIDTH = 23;
  private static final TinyRows ROWS = TinyRows.random(20, 1);

  @TempDir Path folder;

  /** Of sums of whole numbers many are equal: of these that of the lower column comes first. */
  @ParameterizedTest
  @CsvSource({"1, 23", "5, 23", "22, 23", "5, 8", "7, 8"})
  void areThoseThatSortingFinds(int k, int columns) throws IOException {
    TeacherBatch batch = ROWS.batch(4, 17, 2);
    try (Teacher teacher = perExample(TinyTeacher.model(WIDTH), WIDTH)) {
      List<LargestLogits> chosen = teacher.largest(batch, new LargestOf(k, columns)).orElseThrow();

      assertThat(chosen).hasSize(3);
      for (int i = 0; i < 3; i++) {
        assertChosen(chosen.get(i), 0, teacher.logits(batch).get(i), k, columns);
      }
    }
  }

  @Test
  void areThoseOfEachTokenWithoutPadding() throws IOException {
    TeacherBatch batch = ROWS.batch(4, 17, 2);
    try (Teacher teacher = perToken()) {
      List<LargestLogits> chosen = teacher.largest(batch, new LargestOf(4, WIDTH)).orElseThrow();

      for (int i = 0; i < 3; i++) {
        int[] tokens = ROWS.sequences().get(batch.rows()[i]);
        assertThat(chosen.get(i).tails()).hasSize(tokens.length);
        for (int token = 0; token < tokens.length; token++) {
          float[] all = TinyTeacher.expectedLogits(new int[] {tokens[token]}, WIDTH);
          assertChosen(chosen.get(i), token, all, 4, WIDTH);
        }
      }
    }
  }

  /** A logit of float32 that is more than 87 below another adds nothing to a sum with it. */
  @Test
  void haveATailThatIsNoMoreThan87Below() throws IOException {
    ModelProto.Builder model = TinyTeacher.model(2);
    float[] table = new float[TinyTeacher.VOCABULARY * 2];
    IntStream.range(0, TinyTeacher.VOCABULARY).forEach(token -> table[2 * token] = 1000);
    model
        .getGraphBuilder()
        .setInitializer(0, Tensor.of(table, TinyTeacher.VOCABULARY, 2).toProto("table"));
    TeacherBatch batch = new TinyRows(List.of(new int[] {1}, new int[] {2})).batch(0, 1);
    try (Teacher teacher = perExample(model, 2)) {
      LargestLogits chosen = teacher.largest(batch, new LargestOf(1, 2)).orElseThrow().get(0);
      assertThat(chosen.logits()).containsExactly(1000);
      assertThat(chosen.tails()[0]).isBetween(912f, 913f);
    }
  }

  @Test
  void areChosenAmongLogitsOfFloat16() throws IOException {
    ModelProto.Builder model = TinyTeacher.model(WIDTH);
    NodeProto.Builder cast =
        NodeProto.newBuilder().setOpType("Cast").addInput("logits").addOutput("half");
    cast.addAttributeBuilder()
        .setName("to")
        .setType(AttributeProto.AttributeType.INT)
        .setI(ElementType.FLOAT16.onnxNumber());
    model
        .getGraphBuilder()
        .addNode(cast)
        .setOutput(0, TinyTeacher.value("half", ElementType.FLOAT16, "batch", WIDTH));
    try (Teacher teacher = perExample(model, WIDTH)) {
      TeacherBatch batch = ROWS.batch(4);
      LargestLogits chosen = teacher.largest(batch, new LargestOf(5, WIDTH)).orElseThrow().get(0);
      assertChosen(chosen, 0, teacher.logits(batch).get(0), 5, WIDTH);
    }
  }

  /** The session that chooses gives all logits too, and another number is another session. */
  @Test
  void canBeAskedForInAnyOrder() throws IOException {
    TeacherBatch batch = ROWS.batch(4, 17);
    try (Teacher teacher = perExample(TinyTeacher.model(WIDTH), WIDTH)) {
      List<float[]> before = teacher.logits(batch);
      for (int k : new int[] {3, 5, 3}) {
        assertThat(teacher.largest(batch, new LargestOf(k, WIDTH)).orElseThrow().get(0).logits())
            .hasSize(k);
        assertThat(teacher.logits(batch).get(1)).containsExactly(before.get(1));
      }
    }
  }

  @Test
  void areNotChosenAmongWhatIsNoNumber() throws IOException {
    int token = ROWS.sequences().get(7)[0];
    try (Teacher teacher = perExample(TinyTeacher.modelWithNan(WIDTH, token), WIDTH)) {
      assertThat(teacher.largest(ROWS.batch(7), new LargestOf(2, WIDTH))).isEmpty();
      assertThatThrownBy(() -> teacher.logits(ROWS.batch(7)))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("outputs NaN for row 7");
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 4", "3, 4", "5, 6"})
  void areNotChosenAmongOthersThanAreExpected(int k, int expected) throws IOException {
    ModelProto.Builder model = TinyTeacher.model(3);
    model
        .getGraphBuilder()
        .setOutput(0, TinyTeacher.value("logits", ElementType.FLOAT, "batch", "labels"));
    try (Teacher teacher = perExample(model, expected)) {
      Optional<List<LargestLogits>> chosen =
          teacher.largest(ROWS.batch(0, 1), new LargestOf(k, expected));
      assertThat(chosen).isEmpty();
      assertThatThrownBy(() -> teacher.logits(ROWS.batch(0, 1)))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("expected floats [2, %d] for %d labels", expected, expected);
    }
  }

  /** Such a file may have more weights than can be handed over, and runs as it is. */
  @Test
  void areNotChosenByAModelWithWeightsInAFileOfTheirOwn() throws IOException {
    Path file = TinyTeacher.writeWithExternalData(folder.resolve("teacher.onnx"), WIDTH);
    try (Teacher teacher = Teacher.open(TeacherSettings.of(file, TinyTeacher.labels(WIDTH)))) {
      assertThat(teacher.largest(ROWS.batch(1), new LargestOf(2, WIDTH))).isEmpty();
      assertThat(teacher.logits(ROWS.batch(1))).hasSize(1);
    }
  }

  @Test
  void areNotGivenByATeacherThatIsClosed() throws IOException {
    Teacher teacher = perExample(TinyTeacher.model(WIDTH), WIDTH);
    teacher.close();
    assertThatThrownBy(() -> teacher.largest(ROWS.batch(0), new LargestOf(2, WIDTH)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }

  private static void assertChosen(
      LargestLogits chosen, int vector, float[] all, int k, int columns) {
    int[] sorted =
        IntStream.range(0, columns)
            .boxed()
            .sorted(Comparator.comparing((Integer column) -> -all[column]))
            .mapToInt(Integer::intValue)
            .toArray();
    double sum = 0;
    for (int i = 0; i < columns; i++) {
      if (i < k) {
        assertThat(chosen.columns()[vector * k + i]).isEqualTo(sorted[i]);
        assertThat(chosen.logits()[vector * k + i]).isEqualTo(all[sorted[i]]);
      } else {
        sum += Math.exp(all[sorted[i]]);
      }
    }
    assertThat(chosen.tails()[vector]).isCloseTo((float) Math.log(sum), within(1e-4f));
  }

  private Teacher perExample(ModelProto.Builder model, int width) throws IOException {
    Path file = TinyTeacher.write(folder.resolve("teacher.onnx"), model);
    return Teacher.open(TeacherSettings.of(file, TinyTeacher.labels(width)));
  }

  private Teacher perToken() throws IOException {
    ModelProto.Builder model = TinyTeacher.model(WIDTH);
    model
        .getGraphBuilder()
        .addOutput(TinyTeacher.value("kept", ElementType.FLOAT, "batch", "sequence", WIDTH));
    Path file = TinyTeacher.write(folder.resolve("per-token.onnx"), model);
    return Teacher.open(
        TeacherSettings.of(file, TinyTeacher.labels(WIDTH)).withRows(RowShape.perToken(WIDTH)));
  }
}
