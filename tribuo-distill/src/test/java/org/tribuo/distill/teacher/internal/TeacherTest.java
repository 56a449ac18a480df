package org.tribuo.distill.teacher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.transformer.internal.Transformer;

class TeacherTest {
  private static final LabelOrder LABELS = TinyTeacher.labels(3);
  private static final TinyRows ROWS = TinyRows.random(20, 1);

  @TempDir Path folder;

  @Test
  void saysWhatTheModelSays() throws IOException {
    try (Teacher teacher = open(TinyTeacher.model(3))) {
      assertThat(teacher.logits(ROWS.batch(4, 17, 2)))
          .containsExactly(expected(4), expected(17), expected(2));
    }
  }

  @Test
  void saysOfEachTokenWhatTheModelSaysWithoutPadding() throws IOException {
    TeacherSettings perToken =
        TeacherSettings.of(perToken(TinyTeacher.model(3)), LABELS).withRows(RowShape.perToken(3));
    try (Teacher teacher = Teacher.open(perToken)) {
      List<float[]> logits = teacher.logits(ROWS.batch(4, 17, 2));

      assertThat(teacher.output()).isEqualTo("kept");
      assertThat(logits).hasSize(3);
      for (int i = 0; i < 3; i++) {
        int[] tokens = ROWS.sequences().get(new int[] {4, 17, 2}[i]);
        assertThat(logits.get(i)).hasSize(3 * tokens.length);
        for (int token = 0; token < tokens.length; token++) {
          assertThat(Arrays.copyOfRange(logits.get(i), 3 * token, 3 * token + 3))
              .containsExactly(TinyTeacher.expectedLogits(new int[] {tokens[token]}, 3));
        }
      }
    }
  }

  @Test
  void logitsOfExamplesAreNoneOfTokens() throws IOException {
    Path file = TinyTeacher.write(folder.resolve("teacher.onnx"), 3);
    TeacherSettings settings = TeacherSettings.of(file, LABELS);
    assertThatThrownBy(() -> Teacher.open(settings.withRows(RowShape.perToken(3))))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining(
            "has no output for 3 labels, expected floats [rows, tokens, 3] but it has"
                + " ['logits' FLOAT[batch, 3]]");
    assertThatThrownBy(() -> settings.withRows(RowShape.perToken(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 3 labels, and its logits of an example are [tokens, 4]");
  }

  private Path perToken(ModelProto.Builder model) throws IOException {
    model
        .getGraphBuilder()
        .addOutput(TinyTeacher.value("kept", ElementType.FLOAT, "batch", "sequence", 3));
    return TinyTeacher.write(folder.resolve("per-token.onnx"), model);
  }

  @Test
  void agreesWithPyTorchOnAnExportedBert() throws Exception {
    Path model = Path.of(TeacherTest.class.getResource("/zoo/bert_seqcls_ts11/model.onnx").toURI());
    try (Teacher teacher = Teacher.open(TeacherSettings.of(model, LABELS))) {
      float[] expected = golden("output_logits").toFloats();
      List<float[]> logits =
          teacher.logits(
              new TeacherBatch(
                  new int[] {0, 1, 2},
                  new int[] {1, 1, 1},
                  Map.of(
                      "input_ids", golden("input_input_ids"),
                      "attention_mask", golden("input_attention_mask"),
                      "token_type_ids", golden("input_token_type_ids"))));

      for (int row = 0; row < 3; row++) {
        assertThat(logits.get(row)).containsExactly(rowOf(expected, row), within(1e-5f));
      }
    }
  }

  @Test
  void runsInTheFormThatTheEngineComputesFastest() throws Exception {
    Path file = Path.of(TeacherTest.class.getResource("/zoo/bert_seqcls_ts11/model.onnx").toURI());
    OnnxModel model = OnnxModel.read(file);
    Map<String, Tensor> inputs =
        Map.of(
            "input_ids", golden("input_input_ids"),
            "attention_mask", golden("input_attention_mask"),
            "token_type_ids", golden("input_token_type_ids"));
    float[] fast = logits(Transformer.of(model).forInference(), inputs);
    assertThat(fast).isNotEqualTo(logits(model, inputs));
    try (Teacher teacher = Teacher.open(TeacherSettings.of(file, LABELS))) {
      List<float[]> rows =
          teacher.logits(new TeacherBatch(new int[] {0, 1, 2}, new int[] {1, 1, 1}, inputs));
      for (int row = 0; row < 3; row++) {
        assertThat(rows.get(row)).isEqualTo(rowOf(fast, row));
      }
    }
  }

  private static float[] logits(OnnxModel model, Map<String, Tensor> inputs) {
    try (InferenceSession session = Engines.inference().open(model, Device.cpu(1))) {
      return session.run(inputs, Set.of("logits")).values().iterator().next().toFloats();
    }
  }

  @Test
  void describesItself() throws IOException {
    Path file = TinyTeacher.write(folder.resolve("teacher.onnx"), 3);
    try (Teacher teacher = Teacher.open(TeacherSettings.of(file, LABELS))) {
      assertThat(teacher.inputs().keySet()).containsExactly("input_ids", "attention_mask");
      assertThat(teacher.output()).isEqualTo("logits");
      assertThat(teacher.labels()).isEqualTo(LABELS);
      assertThat(teacher.providers()).containsExactly(ExecutionProvider.CPU);
      assertThat(teacher.sha256()).isEqualTo(Sha256.ofFile(file)).hasSize(64);
    }
  }

  @Test
  void digestsExternalDataToo() throws IOException {
    Path file = TinyTeacher.writeWithExternalData(folder.resolve("teacher.onnx"), 3);
    Path data = folder.resolve("table.bin");
    String before;
    try (Teacher teacher = Teacher.open(TeacherSettings.of(file, LABELS))) {
      before = teacher.sha256();
      assertThat(teacher.logits(ROWS.batch(3)).get(0)).containsExactly(expected(3));
    }
    byte[] bytes = Files.readAllBytes(data);
    bytes[3] ^= 1;
    Files.write(data, bytes);
    try (Teacher teacher = Teacher.open(TeacherSettings.of(file, LABELS))) {
      assertThat(teacher.sha256()).isNotEqualTo(before);
    }
  }

  @Test
  void missingOrShortExternalDataIsAnErrorBeforeAnythingRuns() throws IOException {
    Path file = TinyTeacher.writeWithExternalData(folder.resolve("teacher.onnx"), 3);
    Path data = folder.resolve("table.bin");
    Files.write(data, new byte[17]);
    assertThatThrownBy(() -> Teacher.open(TeacherSettings.of(file, LABELS)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("table.bin");
    Files.delete(data);
    assertThatThrownBy(() -> Teacher.open(TeacherSettings.of(file, LABELS)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("table.bin");
  }

  @Test
  void aFileThatIsNoModelIsAnErrorThatNamesIt() throws IOException {
    Path missing = folder.resolve("missing.onnx");
    assertThatThrownBy(() -> Teacher.open(TeacherSettings.of(missing, LABELS)))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(missing.toString());

    Path text = Files.writeString(folder.resolve("text.onnx"), "This is not a model at all.");
    assertThatThrownBy(() -> Teacher.open(TeacherSettings.of(text, LABELS)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining(text.toString());

    byte[] whole = TinyTeacher.model(3).build().toByteArray();
    Path truncated = Files.write(folder.resolve("half.onnx"), Arrays.copyOf(whole, 300));
    assertThatThrownBy(() -> Teacher.open(TeacherSettings.of(truncated, LABELS)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining(truncated.toString());
  }

  @Test
  void anUnknownOpsetIsAnErrorThatNamesIt() {
    ModelProto.Builder model = TinyTeacher.model(3);
    model.getOpsetImportBuilder(0).setVersion(99);
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("opset 99");
  }

  @Test
  void findsTheLogitsAmongOtherOutputs() throws IOException {
    ModelProto.Builder withHidden = TinyTeacher.withOutputs(3, "anything");
    withHidden
        .getGraphBuilder()
        .addOutput(TinyTeacher.value("kept", ElementType.FLOAT, "batch", "sequence", 3));
    assertThat(open(withHidden).output()).isEqualTo("anything");
    assertThat(open(TinyTeacher.withOutputs(3, "first", "logits")).output()).isEqualTo("logits");
    assertThat(open(TinyTeacher.withOutputs(3, "first", "output")).output()).isEqualTo("output");
  }

  @Test
  void severalPossibleLogitsAreAnErrorThatListsThem() {
    assertThatThrownBy(() -> open(TinyTeacher.withOutputs(3, "first", "second")))
        .isInstanceOf(TeacherException.class)
        .hasMessage(
            "The teacher '%s' has several outputs that can hold logits for 3 labels: ['first'"
                    .formatted(folder.resolve("teacher.onnx"))
                + " FLOAT[batch, 3], 'second' FLOAT[batch, 3]]; name one of them");
  }

  @Test
  void takesTheLogitsThatAreNamed() throws IOException {
    Path file =
        TinyTeacher.write(
            folder.resolve("teacher.onnx"), TinyTeacher.withOutputs(3, "first", "second"));
    TeacherSettings settings = TeacherSettings.of(file, LABELS);
    try (Teacher teacher = Teacher.open(settings.withLogits("second"))) {
      assertThat(teacher.output()).isEqualTo("second");
      assertThat(teacher.logits(ROWS.batch(3)).get(0)).containsExactly(expected(3));
    }
    assertThatThrownBy(() -> Teacher.open(settings.withLogits("third")))
        .isInstanceOf(TeacherException.class)
        .hasMessage(
            "The teacher '%s' has no output 'third', expected one of ['first' FLOAT[batch, 3],"
                    .formatted(file)
                + " 'second' FLOAT[batch, 3]]");
  }

  @Test
  void labelsThatDoNotFitTheLogitsAreAnError() throws IOException {
    Path file = TinyTeacher.write(folder.resolve("teacher.onnx"), 3);
    TeacherSettings settings = TeacherSettings.of(file, TinyTeacher.labels(4));
    assertThatThrownBy(() -> Teacher.open(settings))
        .isInstanceOf(TeacherException.class)
        .hasMessage(
            "The teacher '%s' has no output for 4 labels, expected floats [rows, 4] but it has"
                    .formatted(file)
                + " ['logits' FLOAT[batch, 3]]; state as many labels as the model has, or give an"
                + " encoder a head first");
    assertThatThrownBy(() -> Teacher.open(settings.withLogits("logits")))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("'logits' FLOAT[batch, 3]")
        .hasMessageContaining("cannot hold logits for 4 labels, expected floats [rows, 4]");
  }

  @Test
  void aWidthThatTheFileDoesNotSayIsCheckedWithTheFirstBatch() throws IOException {
    ModelProto.Builder model = TinyTeacher.model(3);
    model
        .getGraphBuilder()
        .setOutput(0, TinyTeacher.value("logits", ElementType.FLOAT, "batch", "labels"));
    Path file = TinyTeacher.write(folder.resolve("teacher.onnx"), model);
    try (Teacher teacher = Teacher.open(TeacherSettings.of(file, TinyTeacher.labels(4)))) {
      assertThatThrownBy(() -> teacher.logits(ROWS.batch(0, 1)))
          .isInstanceOf(TeacherException.class)
          .hasMessage(
              "The output 'logits' of the teacher '%s' is FLOAT[2, 3] for 2 rows, expected floats"
                      .formatted(file)
                  + " [2, 4] for 4 labels");
    }
  }

  @Test
  void otherInputsThanTheModelsAreAnErrorThatListsBothSides() throws IOException {
    try (Teacher teacher = open(TinyTeacher.model(3))) {
      Tensor ids = Tensor.of(new long[] {1, 2}, 1, 2);
      TeacherBatch batch =
          new TeacherBatch(
              new int[] {0}, new int[] {2}, Map.of("input_ids", ids, "token_type_ids", ids));
      assertThatThrownBy(() -> teacher.logits(batch))
          .isInstanceOf(TeacherException.class)
          .hasMessage(
              "The teacher '%s' takes the inputs [input_ids, attention_mask] but is given"
                      .formatted(folder.resolve("teacher.onnx"))
                  + " [input_ids, token_type_ids]: missing [attention_mask], unexpected"
                  + " [token_type_ids]");
    }
  }

  @Test
  void tensorsThatDoNotFitTheInputsAreAnError() throws IOException {
    try (Teacher teacher = open(TinyTeacher.model(3))) {
      Tensor good = Tensor.of(new long[] {1, 2}, 1, 2);
      for (Tensor bad :
          List.of(
              Tensor.of(new float[] {1, 2}, 1, 2),
              Tensor.of(new long[] {1, 2}, 2),
              Tensor.of(new long[] {1, 2}, 2, 1))) {
        TeacherBatch batch =
            new TeacherBatch(
                new int[] {0}, new int[] {2}, Map.of("input_ids", bad, "attention_mask", good));
        assertThatThrownBy(() -> teacher.logits(batch))
            .isInstanceOf(TeacherException.class)
            .hasMessage(
                "The input 'input_ids' of the teacher '%s' is %s, expected INT64[batch, sequence]"
                        .formatted(folder.resolve("teacher.onnx"), bad)
                    + " with 1 rows");
      }
    }
  }

  @Test
  void logitsThatAreNoNumbersAreAnErrorThatNamesTheRow() throws IOException {
    int token = ROWS.sequences().get(7)[0];
    try (Teacher teacher = open(TinyTeacher.modelWithNan(3, token))) {
      int other =
          IntStream.range(0, 20)
              .filter(r -> IntStream.of(ROWS.sequences().get(r)).noneMatch(t -> t == token))
              .findFirst()
              .orElseThrow();
      assertThatThrownBy(() -> teacher.logits(ROWS.batch(other, 7)))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("outputs NaN for row 7, label 'label-1', expected a finite logit");
    }
  }

  @Test
  void tokensOutsideTheVocabularyAreAnErrorThatNamesTheBatch() throws IOException {
    try (Teacher teacher = open(TinyTeacher.model(3))) {
      TinyRows rows = new TinyRows(List.of(new int[] {1}, new int[] {TinyTeacher.VOCABULARY}));
      assertThatThrownBy(() -> teacher.logits(rows.batch(1)))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("failed on a batch of 1 rows (the first is row 1)");
    }
  }

  @Test
  void aFileThatChangedSinceItWasOpenedIsAnError() throws IOException {
    Path file = TinyTeacher.write(folder.resolve("teacher.onnx"), 3);
    try (Teacher teacher = Teacher.open(TeacherSettings.of(file, LABELS))) {
      TinyTeacher.write(file, TinyTeacher.withOutputs(3, "logits", "another"));
      assertThatThrownBy(() -> teacher.logits(ROWS.batch(0)))
          .isInstanceOf(TeacherException.class)
          .hasMessage(
              "The teacher's file '%s' has changed since it was opened; open the teacher again"
                  .formatted(file));
    }
  }

  @Test
  void cudaThatIsAbsentIsAnError() throws IOException {
    Path file = TinyTeacher.write(folder.resolve("teacher.onnx"), 3);
    TeacherSettings settings = TeacherSettings.of(file, LABELS).withDevice(Device.cuda(0));
    assumeFalse(Engines.inference().providers().contains(ExecutionProvider.CUDA));
    try (Teacher teacher = Teacher.open(settings)) {
      assertThatThrownBy(() -> teacher.logits(ROWS.batch(0)))
          .isInstanceOf(RuntimeUnavailableException.class)
          .hasMessageContaining("CUDA");
    }
  }

  @Test
  void closesTwiceAndThenSaysNothing() throws IOException {
    Teacher teacher = open(TinyTeacher.model(3));
    teacher.logits(ROWS.batch(0));
    teacher.close();
    teacher.close();
    assertThatThrownBy(() -> teacher.logits(ROWS.batch(0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }

  @Test
  void answersManyThreadsAtOnce() throws IOException {
    try (Teacher teacher = open(TinyTeacher.model(3))) {
      assertThat(
              IntStream.range(0, 200)
                  .parallel()
                  .allMatch(
                      i ->
                          Arrays.equals(
                              teacher.logits(ROWS.batch(i % 20)).get(0), expected(i % 20))))
          .isTrue();
    }
  }

  private Teacher open(ModelProto.Builder model) throws IOException {
    return Teacher.open(
        TeacherSettings.of(TinyTeacher.write(folder.resolve("teacher.onnx"), model), LABELS));
  }

  private static float[] expected(int row) {
    return TinyTeacher.expectedLogits(ROWS.sequences().get(row), 3);
  }

  private static float[] rowOf(float[] logits, int row) {
    return Arrays.copyOfRange(logits, row * 3, row * 3 + 3);
  }

  private static Tensor golden(String name) throws IOException {
    try (InputStream in =
        TeacherTest.class.getResourceAsStream("/zoo/bert_seqcls_ts11/data/" + name + ".pb")) {
      return Tensor.of(TensorProto.parseFrom(in));
    }
  }
}
