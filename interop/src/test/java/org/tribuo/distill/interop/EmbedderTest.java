package org.tribuo.distill.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.embedding.TextEmbedder;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.loss.CosineDistance;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.EmbeddingStudent;
import org.tribuo.distill.student.EmbeddingStudent.Projection;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ScratchStudent;
import org.tribuo.distill.teacher.EmbeddingTeacher;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/**
 * LangChain4j and DJL load the file of a distilled embedder as it is, and give the same vectors; in
 * JVMs of their own, which have ONNX Runtime's jar in the place of the library that trains.
 */
class EmbedderTest {
  private static final Path RESOURCES =
      Path.of("../examples/src/test/resources/org/tribuo/distill/examples");
  private static final Path ENCODER = RESOURCES.resolve("tiny-bert.onnx");
  private static final Path TOKENIZER = RESOURCES.resolve("tiny-tokenizer.json");
  private static final List<String> TEXTS =
      List.of(
          "where is my new card",
          "what is the exchange rate",
          "please reset the pin of my card",
          "euro");

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void start() {
    file = folder.resolve("embedder.onnx");
  }

  @ParameterizedTest
  @CsvSource({
    "WithLangChain4j, MEAN, MEAN, NEW",
    "WithLangChain4j, FIRST_TOKEN, CLS, BERT",
    "WithDjl, MEAN, MEAN, NEW",
    "WithDjl, FIRST_TOKEN, CLS, BERT"
  })
  void anotherLibraryGivesTheSameVectors(
      String program, Pooling pooling, String theirs, Encoder encoder) throws Exception {
    train(pooling, encoder);
    List<float[]> expected;
    try (TextEmbedder embedder = TextEmbedder.of(file, TOKENIZER)) {
      expected = embedder.embed(TEXTS);
    }

    List<float[]> found = run(program, theirs, encoder);

    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i))
          .as(TEXTS.get(i))
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(expected.get(i));
    }
  }

  /**
   * What the student is: a layer of BERT, or a new and narrower one with a projection that stays.
   */
  enum Encoder {
    BERT,
    NEW;

    EmbeddingStudent student(int vocabulary, Pooling pooling) {
      return this == BERT
          ? EmbeddingStudent.of(
              PrunedStudent.keeping(1, EncoderStudent.of(ENCODER, pooling)), pooling)
          : EmbeddingStudent.of(ScratchStudent.of(vocabulary, 1, 8, 2), pooling)
              .projection(Projection.KEPT);
    }
  }

  private void train(Pooling pooling, Encoder encoder) throws Exception {
    RegressionFactory outputs = new RegressionFactory();
    MutableDataset<Regressor> texts =
        new MutableDataset<>(new SimpleDataSourceProvenance("texts", outputs), outputs);
    int vocabulary;
    try (TextTokenizer tokenizer = TextTokenizer.open(TOKENIZER, 16)) {
      vocabulary = tokenizer.vocabularySize();
      tokenizer
          .encodeAll(TEXTS)
          .forEach(text -> texts.add(text.toExample(outputs.getUnknownOutput())));
    }
    DistillationTrainer<Regressor> trainer =
        DistillationTrainer.<Regressor>builder()
            .student(encoder.student(vocabulary, pooling))
            .teacher(EmbeddingTeacher.of(ENCODER, pooling))
            .objective(new DistillationObjective().softLoss(new CosineDistance()))
            .epochs(2)
            .build();
    try (DistilledModel<Regressor> model = trainer.train(texts)) {
      model.exportOnnx(file);
    }
  }

  private List<float[]> run(String program, String pooling, Encoder encoder) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(List.of("-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"));
    command.add("-DtokenTypes=" + (encoder == Encoder.BERT));
    command.addAll(List.of("-cp", classPath()));
    command.add(Path.of("src/test/programs", program + ".java").toString());
    command.addAll(List.of(file.toString(), TOKENIZER.toString(), pooling));
    command.addAll(TEXTS);
    Path errors = folder.resolve("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s\n%s", printed, Files.readString(errors)).isZero();
    return printed.lines().map(EmbedderTest::numbers).toList();
  }

  private static float[] numbers(String line) {
    String[] cells = line.split(" ");
    float[] numbers = new float[cells.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Float.parseFloat(cells[i]);
    }
    return numbers;
  }

  /** Without this library, and without the one that trains. */
  private static String classPath() {
    String separator = System.getProperty("path.separator");
    return Arrays.stream(System.getProperty("java.class.path").split(separator))
        .filter(
            entry ->
                !entry.contains("tribuo-distill")
                    && !entry.replace('\\', '/').contains("/org/bytedeco/"))
        .collect(Collectors.joining(separator));
  }
}
