package org.tribuo.distill.teacher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.teacher.internal.store.LargestLogits;

class TeachersLargestTest {
  private static final int WIDTH = 23;
  private static final TinyRows ROWS = TinyRows.random(20, 1);

  /** A text of one token. */
  private static final TeacherBatch FIRST = new TinyRows(List.of(new int[] {1})).batch(0);

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

  /** Exponentials of float32 are 0 from 104 below, but the tail is of the next largest. */
  @Test
  void haveATailHoweverFarBelow() throws IOException {
    try (Teacher teacher = ofEachToken(1000, -1e9f, -1e9f)) {
      LargestLogits chosen = teacher.largest(FIRST, new LargestOf(1, 3)).orElseThrow().get(0);
      assertThat(chosen.logits()).containsExactly(1000);
      assertThat(chosen.tails()[0]).isEqualTo(-1e9f);
    }
  }

  /** What masks out classes in some exports: the sum of two of them is no number of float32. */
  @Test
  void areChosenAmongTheLowestNumbersToo() throws IOException {
    float lowest = -Float.MAX_VALUE;
    try (Teacher teacher = ofEachToken(lowest, 2, lowest, 1, lowest)) {
      LargestLogits chosen = teacher.largest(FIRST, new LargestOf(2, 5)).orElseThrow().get(0);
      assertThat(chosen.columns()).containsExactly(1, 3);
      assertThat(chosen.tails()[0]).isEqualTo(lowest);
    }
  }

  /** As with all logits: they are wrong, whatever is left out of them. */
  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void areNotChosenBesideColumnsThatHoldNoNumber(float logit) throws IOException {
    try (Teacher teacher = ofEachToken(3, 2, 1, logit)) {
      assertThat(teacher.largest(FIRST, new LargestOf(1, 3))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void areNotChosenAmongProbabilities(int columns) throws IOException {
    try (Teacher teacher = ofEachToken(0.5f, 0.25f, 0.125f, 0.125f)) {
      assertThat(teacher.largest(FIRST, new LargestOf(1, columns))).isEmpty();
    }
  }

  @Test
  void areInTheOrderOfColumnsWhereZeroesHaveSigns() throws IOException {
    try (Teacher teacher = ofEachToken(-1, -0f, 0, -0f)) {
      LargestLogits chosen = teacher.largest(FIRST, new LargestOf(2, 4)).orElseThrow().get(0);
      assertThat(chosen.columns()).containsExactly(1, 2);
    }
  }

  @Test
  void areNotChosenAmongWholeNumbersOfUndeclaredType() throws IOException {
    ModelProto.Builder model = TinyTeacher.model(WIDTH);
    model
        .getGraphBuilder()
        .addNode(cast("logits", "whole", ElementType.INT64))
        .setOutput(0, ValueInfoProto.newBuilder().setName("whole"));
    try (Teacher teacher = perExample(model, WIDTH)) {
      assertThat(teacher.largest(FIRST, new LargestOf(2, WIDTH))).isEmpty();
      assertThatThrownBy(() -> teacher.logits(FIRST)).hasMessageContaining("expected floats");
    }
  }

  /** Each number of largest logits has a session of its own, which takes the place of the other. */
  @Test
  void canBeAskedForByManyThreads() throws Exception {
    Teacher teacher = perExample(TinyTeacher.model(WIDTH), WIDTH);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int k : new int[] {2, 3, 4, 5}) {
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    assertThat(teacher.largest(FIRST, new LargestOf(k, WIDTH))).isPresent();
                    assertThat(teacher.logits(FIRST)).hasSize(1);
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdown();
    }
    teacher.close();
    assertThatThrownBy(() -> teacher.largest(FIRST, new LargestOf(2, WIDTH)))
        .hasMessageContaining("is closed");
  }

  @Test
  void areChosenAmongLogitsOfFloat16() throws IOException {
    ModelProto.Builder model = TinyTeacher.model(WIDTH);
    model
        .getGraphBuilder()
        .addNode(cast("logits", "half", ElementType.FLOAT16))
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

  /** Has the same logits for each text. */
  private Teacher ofEachToken(float... logits) throws IOException {
    int width = logits.length;
    ModelProto.Builder model = TinyTeacher.model(width);
    float[] table = new float[TinyTeacher.VOCABULARY * width];
    IntStream.range(0, table.length).forEach(i -> table[i] = logits[i % width]);
    model
        .getGraphBuilder()
        .setInitializer(0, Tensor.of(table, TinyTeacher.VOCABULARY, width).toProto("table"));
    return perExample(model, width);
  }

  private static NodeProto.Builder cast(String from, String to, ElementType type) {
    NodeProto.Builder cast = NodeProto.newBuilder().setOpType("Cast").addInput(from).addOutput(to);
    cast.addAttributeBuilder()
        .setName("to")
        .setType(AttributeProto.AttributeType.INT)
        .setI(type.onnxNumber());
    return cast;
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
