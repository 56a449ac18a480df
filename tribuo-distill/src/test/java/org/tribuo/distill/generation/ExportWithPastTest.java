package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.RecordedSteps;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.student.ScratchEncoderDecoderStudent;
import org.tribuo.distill.student.ScratchTokenStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.BlockNormalization;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.PositionEncoding;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.LayerCut;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** New students of each form learn, and their files with a past say what those without one say. */
class ExportWithPastTest {
  private static final Path TOKENIZER = TinyStories.tokenizer();
  private static final MutableDataset<GeneratedTokens> STORIES =
      ofTokenizer(TinyStories.dataset(80, 4, 12, 1));
  private static final MutableDataset<GeneratedTokens> PAIRS =
      ofTokenizer(TinyTranslations.dataset(80, 2, 4, 1));
  private static final String PAST = "past_key_values.";
  private static final String PRESENT = "present.";
  private static final int COLUMNS = TinyStories.VOCABULARY.size();

  @TempDir private static Path folder;

  /** With the names that the tokenizer has for the same tokens. */
  private static MutableDataset<GeneratedTokens> ofTokenizer(
      MutableDataset<GeneratedTokens> numbered) {
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(vocabulary());
    return new MutableDataset<>(
        numbered.getData(), new SimpleDataSourceProvenance("tiny texts", outputs), outputs);
  }

  private static Vocabulary vocabulary() {
    try {
      return Vocabulary.of(TOKENIZER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DistilledModel<GeneratedTokens> learned(
      StudentSource student, MutableDataset<GeneratedTokens> data, int epochs) {
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<GeneratedTokens> trainer =
        DistillationTrainer.<GeneratedTokens>builder()
            .student(student)
            .epochs(epochs)
            .optimizer(new AdamWOptimizer().learningRate(1e-2f))
            .batching(new Batching().batchSize(8))
            .trainingGraph(new TrainingGraphOptions().dropout(0))
            .device(Device.cpu(1))
            .build();
    trainer.setListener(steps);
    DistilledModel<GeneratedTokens> model = trainer.train(data);
    // that of even probabilities is 4.6
    assertThat(steps.firstTerms().get("hard")).isGreaterThan(4);
    assertThat(new PerplexityEvaluator().evaluate(model, data).meanLogLikelihood())
        .isGreaterThan(-3);
    return model;
  }

  private static ScratchTokenStudent decoder(PositionEncoding positions) {
    return ScratchTokenStudent.of(2, 16, 2)
        .withPositions(24)
        .withPositionEncoding(positions)
        .withNormalization(normalization(positions))
        .withTiedEmbeddings(positions == PositionEncoding.SINUSOIDAL);
  }

  private static ScratchEncoderDecoderStudent encoderDecoder(PositionEncoding positions) {
    return ScratchEncoderDecoderStudent.of(1, 2, 16, 2)
        .withPositions(24)
        .withPositionEncoding(positions)
        .withNormalization(normalization(positions))
        .withTiedEmbeddings(positions == PositionEncoding.SINUSOIDAL);
  }

  private static BlockNormalization normalization(PositionEncoding positions) {
    return positions == PositionEncoding.LEARNED
        ? BlockNormalization.AFTER
        : BlockNormalization.BEFORE;
  }

  /** A file that ONNX Runtime runs with what it has kept. */
  private static final class Stepped implements AutoCloseable {
    private final Map<String, TensorType> inputs;
    private final Set<String> outputs;
    private final InferenceSession session;
    private final Map<String, Tensor> past = new LinkedHashMap<>();

    Stepped(Path file) throws Exception {
      OnnxModel model = OnnxModel.read(file);
      this.inputs = Graph.of(model).inputs();
      this.outputs = new HashSet<>(Graph.of(model).outputs());
      this.session =
          new InferenceSession(where -> Engines.inference().load(model, where), Device.cpu(1));
      inputs.forEach(
          (name, type) -> {
            if (name.startsWith(PAST)) {
              past.put(name, Tensor.of(new float[0], 1, size(type, 1), 0, size(type, 3)));
            }
          });
    }

    private static long size(TensorType type, int axis) {
      return ((Dimension.Fixed) type.shape().orElseThrow().dimension(axis)).size();
    }

    /** The logits of all tokens that are read. */
    float[] read(Map<String, Tensor> tokens) {
      Map<String, Tensor> fed = new LinkedHashMap<>(tokens);
      fed.putAll(past);
      Map<String, Tensor> made = session.run(fed, outputs);
      past.replaceAll(
          (name, before) -> Objects.requireNonNull(made.get(name.replace(PAST, PRESENT)), name));
      return Objects.requireNonNull(made.get("logits")).toFloats();
    }

    @Override
    public void close() {
      session.close();
    }
  }

  private static int best(float[] logits) {
    int from = logits.length - COLUMNS;
    return IntStream.range(0, COLUMNS)
        .reduce((a, b) -> logits[from + b] > logits[from + a] ? b : a)
        .getAsInt();
  }

  private static int[] with(int[] tokens, int next) {
    int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
    longer[tokens.length] = next;
    return longer;
  }

  private static Tensor row(int... tokens) {
    return Tensor.of(TinyTranslations.longs(tokens), 1, tokens.length);
  }

  private static Tensor ones(int length) {
    int[] ones = new int[length];
    Arrays.fill(ones, 1);
    return row(ones);
  }

  private static Map<String, Tensor> text(int[] tokens, int all) {
    return Map.of("input_ids", row(tokens), "attention_mask", ones(all));
  }

  private static float[] lastRow(float[] logits) {
    return Arrays.copyOfRange(logits, logits.length - COLUMNS, logits.length);
  }

  /** The prompt at once, then token by token: new positions are those behind the past. */
  @ParameterizedTest
  @EnumSource(PositionEncoding.class)
  void aLanguageModelReadsEachTokenOnce(PositionEncoding positions) throws Exception {
    Path plain = folder.resolve(positions + ".onnx");
    Path cached = folder.resolve(positions + "-past.onnx");
    try (DistilledModel<GeneratedTokens> model = learned(decoder(positions), STORIES, 12)) {
      model.exportOnnx(plain);
      model.exportWithPast(cached, ExportPrecision.FLOAT32);
    }
    assertThat(Graph.of(OnnxModel.read(plain)).inputs()).hasSize(2);
    assertThat(Graph.of(OnnxModel.read(cached)).inputs().keySet())
        .containsExactlyInAnyOrder(
            "input_ids",
            "attention_mask",
            "past_key_values.0.key",
            "past_key_values.0.value",
            "past_key_values.1.key",
            "past_key_values.1.value");
    int[] all = {7, 14, 21};
    try (Stepped stepped = new Stepped(cached)) {
      float[] logits = stepped.read(text(all, all.length));
      for (int step = 0; step < 10; step++) {
        float[] expected =
            lastRow(OnnxRun.of(OnnxModel.read(plain), text(all, all.length), "logits"));
        assertThat(lastRow(logits)).containsExactly(expected, within(1e-4f));
        assertThat(best(logits)).isEqualTo(best(expected));
        all = with(all, best(logits));
        logits = stepped.read(text(new int[] {all[all.length - 1]}, all.length));
      }
    }
    try (TextGenerator ofPlain = TextGenerator.builder(plain, TOKENIZER).maxTokens(30).open();
        TextGenerator ofCached = TextGenerator.builder(cached, TOKENIZER).maxTokens(30).open()) {
      assertThat(ofCached.generate("w7 w14 w21").tokens().tokens())
          .startsWith(Arrays.copyOfRange(all, 3, 13));
      assertThat(ofCached.generate("w7 w14 w21").tokens().tokens())
          .hasSize(30)
          .isEqualTo(ofPlain.generate("w7 w14 w21").tokens().tokens());
    }
  }

  /** A source once, its target token by token, as a plain file and a generator make it. */
  @ParameterizedTest
  @EnumSource(PositionEncoding.class)
  void anEncoderDecoderReadsEachTokenOnce(PositionEncoding positions) throws Exception {
    Path plain = folder.resolve(positions + "-both.onnx");
    Path encoder = folder.resolve(positions + "-encoder.onnx");
    Path decoder = folder.resolve(positions + "-decoder.onnx");
    try (DistilledModel<GeneratedTokens> model = learned(encoderDecoder(positions), PAIRS, 12)) {
      model.exportOnnx(plain);
      model.exportWithPast(encoder, decoder, ExportPrecision.FLOAT32);
    }
    OnnxModel ofSource = OnnxModel.read(encoder);
    assertThat(Graph.of(ofSource).inputs().keySet())
        .containsExactlyInAnyOrder("input_ids", "attention_mask");
    assertThat(Graph.of(ofSource).outputs())
        .containsExactlyInAnyOrder(
            "encoder_key_values.0.key",
            "encoder_key_values.0.value",
            "encoder_key_values.1.key",
            "encoder_key_values.1.value");
    int[] all = assertSaysTheSame(plain, encoder, decoder);
    try (TextGenerator ofPlain =
        TextGenerator.builder(plain, TOKENIZER)
            .beginToken("[CLS]")
            .sourceEndToken("w8")
            .maxTokens(8)
            .open()) {
      assertThat(ofPlain.generate("w6 w7").tokens().tokens())
          .isEqualTo(Arrays.copyOfRange(all, 1, 9));
    }
  }

  /**
   * Runs eight steps of a target, with a past and without.
   *
   * @return the target's tokens
   */
  private static int[] assertSaysTheSame(Path plain, Path encoder, Path decoder) throws Exception {
    OnnxModel ofSource = OnnxModel.read(encoder);
    int[] source = {6, 7, 8};
    Map<String, Tensor> read = new LinkedHashMap<>(text(source, source.length));
    Map<String, Tensor> handed = new LinkedHashMap<>();
    try (InferenceSession session =
            new InferenceSession(
                where -> Engines.inference().load(ofSource, where), Device.cpu(1));
        Stepped stepped = new Stepped(decoder)) {
      handed.putAll(session.run(read, Set.copyOf(Graph.of(ofSource).outputs())));
      handed.put("attention_mask", ones(source.length));
      int[] all = {TinyTranslations.START};
      for (int step = 0; step < 8; step++) {
        read.put("decoder_input_ids", row(all));
        float[] expected = lastRow(OnnxRun.of(OnnxModel.read(plain), read, "logits"));
        handed.put("decoder_input_ids", row(all[all.length - 1]));
        float[] logits = stepped.read(handed);
        assertThat(logits).hasSize(COLUMNS).containsExactly(expected, within(1e-4f));
        assertThat(best(logits)).isEqualTo(best(expected));
        all = with(all, best(logits));
      }
      return all;
    }
  }

  /** Its first layer makes the relative positions of all, of the number of its keys. */
  @Test
  void theLastLayerOfADecoderIsExportedAlone() throws Exception {
    Path cut = folder.resolve("t5.onnx");
    Path encoder = folder.resolve("t5-encoder.onnx");
    Path decoder = folder.resolve("t5-decoder.onnx");
    Transformer whole = Transformer.of(Zoo.model("t5_seq2seq_optimum"));
    LayerCut.keep(whole.graph(), whole.stacks().decoder().orElseThrow(), List.of(1))
        .toModel()
        .write(cut);
    try (DistilledModel<GeneratedTokens> model =
        DistilledModel.of(OnnxTeacher.of(cut), PAIRS.getOutputFactory())) {
      model.exportWithPast(encoder, decoder, ExportPrecision.FLOAT32);
    }
    assertThat(Graph.of(OnnxModel.read(decoder)).inputs().keySet())
        .containsExactlyInAnyOrder(
            "decoder_input_ids",
            "attention_mask",
            "past_key_values.0.key",
            "past_key_values.0.value",
            "encoder_key_values.0.key",
            "encoder_key_values.0.value");
    assertSaysTheSame(cut, encoder, decoder);
  }

  /** Weights of other precisions are about the same, and their file is smaller. */
  @Test
  void weightsOfOtherPrecisionsAreKept() throws Exception {
    Path floats = folder.resolve("floats.onnx");
    try (DistilledModel<GeneratedTokens> model =
        learned(decoder(PositionEncoding.ROTARY), STORIES, 12)) {
      model.exportWithPast(floats, ExportPrecision.FLOAT32);
      for (ExportPrecision precision :
          new ExportPrecision[] {ExportPrecision.FLOAT16, ExportPrecision.INT8}) {
        Path file = folder.resolve(precision + ".onnx");
        model.exportWithPast(file, precision);
        assertThat(file.toFile().length()).isLessThan(floats.toFile().length());
        try (Stepped exact = new Stepped(floats);
            Stepped rounded = new Stepped(file)) {
          int[] begin = {7, 14, 21};
          assertThat(best(rounded.read(text(begin, 3))))
              .isEqualTo(best(exact.read(text(begin, 3))));
          assertThat(best(rounded.read(text(new int[] {8}, 4))))
              .isEqualTo(best(exact.read(text(new int[] {8}, 4))));
        }
      }
    }
  }

  /** What it rounds to 8 bits depends on all positions, which is no reading of later ones. */
  @Test
  void aFileThatRoundsItsFactorsIsNotAccused() throws Exception {
    Path bytes = folder.resolve("bytes.onnx");
    try (DistilledModel<GeneratedTokens> model =
        learned(decoder(PositionEncoding.ROTARY), STORIES, 12)) {
      model.exportOnnx(bytes, ExportPrecision.INT8);
    }
    try (DistilledModel<GeneratedTokens> file =
        DistilledModel.of(OnnxTeacher.of(bytes), STORIES.getOutputFactory())) {
      assertThatExceptionOfType(GraphException.class)
          .isThrownBy(
              () -> file.exportWithPast(folder.resolve("bytes-past.onnx"), ExportPrecision.FLOAT32))
          .withMessageContaining("it computes in a way that is not understood");
    }
  }

  /** A file with a past is a model like any other, which reads whole texts with an empty one. */
  @Test
  void aFileWithAPastIsATeacherToo() throws Exception {
    Path cached = folder.resolve("teacher.onnx");
    double perplexity;
    try (DistilledModel<GeneratedTokens> model =
        learned(decoder(PositionEncoding.ROTARY), STORIES, 12)) {
      model.exportWithPast(cached, ExportPrecision.FLOAT32);
      perplexity = new PerplexityEvaluator().evaluate(model, STORIES).perplexity();
    }
    try (DistilledModel<GeneratedTokens> teacher =
        DistilledModel.of(OnnxTeacher.of(cached), STORIES.getOutputFactory())) {
      assertThat(teacher.maxLength()).isEqualTo(24);
      assertThat(new PerplexityEvaluator().evaluate(teacher, STORIES).perplexity())
          .isEqualTo(perplexity, within(1e-4));
      teacher.exportWithPast(folder.resolve("again.onnx"), ExportPrecision.FLOAT32);
    }
    assertThat(Graph.of(OnnxModel.read(folder.resolve("again.onnx"))).inputs())
        .isEqualTo(Graph.of(OnnxModel.read(cached)).inputs());
  }

  /** What was not made here is exported so as well, if it is understood. */
  @Test
  void otherModelsAreExportedToo() throws Exception {
    try (DistilledModel<GeneratedTokens> llama =
            DistilledModel.of(
                OnnxTeacher.of(Zoo.file("llama_causal_ts17")), STORIES.getOutputFactory());
        DistilledModel<GeneratedTokens> bart =
            DistilledModel.of(
                OnnxTeacher.of(Zoo.file("bart_seq2seq_ts14")), PAIRS.getOutputFactory())) {
      Path decoder = folder.resolve("bart-decoder.onnx");
      llama.exportWithPast(folder.resolve("llama.onnx"), ExportPrecision.FLOAT32);
      bart.exportWithPast(folder.resolve("bart.onnx"), decoder, ExportPrecision.FLOAT32);
      assertThat(Graph.of(OnnxModel.read(decoder)).inputs().keySet())
          .contains("decoder_input_ids", "encoder_key_values.1.value", "past_key_values.1.value");
    }
    try (DistilledModel<GeneratedTokens> extended =
        DistilledModel.of(
            OnnxTeacher.of(Zoo.file("llama_causal_ort_extended")), STORIES.getOutputFactory())) {
      assertThatExceptionOfType(GraphException.class)
          .isThrownBy(
              () ->
                  extended.exportWithPast(folder.resolve("extended.onnx"), ExportPrecision.FLOAT32))
          .withMessage(
              "The keys and values that the student is to keep cannot be found in its graph: it computes in a way that is not understood; export it without a past");
    }
  }

  @Test
  void whatGeneratesNothingHasNoPast() throws Exception {
    Path file = folder.resolve("labels.onnx");
    try (DistilledModel<Label> labels =
        DistilledModel.of(
            OnnxTeacher.of(Zoo.file("bert_seqcls_optimum"), List.of("a", "b", "c")),
            new LabelFactory())) {
      assertThatExceptionOfType(GraphException.class)
          .isThrownBy(() -> labels.exportWithPast(file, ExportPrecision.FLOAT32))
          .withMessage(
              "The model predicts [a, b, c], expected one that generates tokens, whose keys and values can be kept; export it without a past");
    }
    Path plain = folder.resolve("plain.onnx");
    Path bothWays = folder.resolve("both-ways.onnx");
    try (DistilledModel<GeneratedTokens> model =
        learned(decoder(PositionEncoding.LEARNED), STORIES, 12)) {
      model.exportOnnx(plain);
    }
    Graph graph = Graph.of(OnnxModel.read(plain));
    graph.initializers().entrySet().stream()
        .filter(each -> each.getValue().elementType() == ElementType.FLOAT)
        .filter(each -> each.getValue().rank() == 0 && each.getValue().toFloats()[0] < -1e3f)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(name -> graph.setInitializer(name, Tensor.scalar(0f)));
    graph.toModel().write(bothWays);
    try (DistilledModel<GeneratedTokens> masked =
        DistilledModel.of(OnnxTeacher.of(bothWays), STORIES.getOutputFactory())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> masked.exportWithPast(file, ExportPrecision.FLOAT32))
          .withMessageContaining("reads later positions");
    }
    assertThat(file).doesNotExist();
  }

  /** A new encoder and an old decoder would be of two models. */
  @Test
  void bothFilesAreWrittenOrNone() throws Exception {
    Path encoder = Files.writeString(folder.resolve("older.onnx"), "older");
    Path missing = folder.resolve("missing");
    try (DistilledModel<GeneratedTokens> bart =
        DistilledModel.of(
            OnnxTeacher.of(Zoo.file("bart_seq2seq_ts14")), PAIRS.getOutputFactory())) {
      assertThatExceptionOfType(NoSuchFileException.class)
          .isThrownBy(
              () ->
                  bart.exportWithPast(
                      encoder, missing.resolve("decoder.onnx"), ExportPrecision.FLOAT32))
          .withMessageContaining("There is no folder '%s'", missing);
    }
    assertThat(encoder).hasContent("older");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void aFileForEachPartIsAskedFor() {
    Path one = folder.resolve("one.onnx");
    Path other = folder.resolve("other.onnx");
    try (DistilledModel<GeneratedTokens> text =
            learned(decoder(PositionEncoding.LEARNED), STORIES, 12);
        DistilledModel<GeneratedTokens> pair =
            learned(encoderDecoder(PositionEncoding.LEARNED), PAIRS, 12)) {
      assertThatExceptionOfType(GraphException.class)
          .isThrownBy(() -> pair.exportWithPast(one, ExportPrecision.FLOAT32))
          .withMessage(
              "The model has an encoder, whose source is to be read once; export it with a file for the encoder and one for the decoder");
      assertThatExceptionOfType(GraphException.class)
          .isThrownBy(() -> text.exportWithPast(one, other, ExportPrecision.FLOAT32))
          .withMessage(
              "The model has no encoder, expected one that reads a source; export it to one file");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pair.exportWithPast(one, one, ExportPrecision.FLOAT32))
          .withMessage(
              "Encoder and decoder are both to be written to '%s', expected two files", one);
    }
    assertThat(one).doesNotExist();
    assertThat(other).doesNotExist();
  }
}
