package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.examples.DistillText.DistillTextOptions;
import org.tribuo.distill.examples.console.Console;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.report.ExperimentResults;
import org.tribuo.distill.report.ModelMeter;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.protos.core.ModelProto;

class DistillTextTest {
  private static final SpeedMeter QUICK = new SpeedMeter(1, 3, 4, 1, 1);

  @TempDir Path folder;

  private TinyExperiment experiment;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void provide() throws IOException {
    experiment = TinyExperiment.in(folder);
  }

  @Test
  void theClassMeansAreLeftOutOnRequest() throws Exception {
    assertThat(run(options("--class-means", "false", "--epochs", "1")).models())
        .extracting(ModelMeter.Report::name)
        .containsExactly("teacher", "student", "control");
  }

  @Test
  void theWholeWayFromTextsToAStudentAndAgainWithWhatIsKept() throws Exception {
    ExperimentResults first = run(options());

    assertThat(first.models())
        .extracting(ModelMeter.Report::name)
        .containsExactly("teacher", "student", "control", "class means");
    ModelMeter.Report teacher = first.models().get(0);
    ModelMeter.Report student = first.models().get(1);
    assertThat(teacher.quality().agreement()).isEqualTo(1);
    assertThat(student.parameters()).isLessThan(teacher.parameters()).isPositive();
    assertThat(first.seconds()).containsKeys("teacher", "soft targets", "student", "control");
    assertThat(said()).contains("Texts: 12 to learn from, 8 of them with one of 3 labels");
    assertThat(said()).contains("texts.csv: 12 rows, comma-separated, cells may be quoted, UTF-8.");
    assertThat(said()).contains("12 in ").contains("0 reused.");
    assertThat(folder.resolve("out"))
        .isDirectoryContaining("glob:**student.onnx")
        .isDirectoryContaining("glob:**student-model.tribuo")
        .isDirectoryContaining("glob:**results.csv")
        .isDirectoryNotContaining("glob:**.part");

    printed.reset();
    Path xml = folder.resolve("out/experiment.xml");
    byte[] configuration = Files.readAllBytes(xml);
    ExperimentResults again = run("-c", xml.toString(), "--experiment", ExperimentFile.NAME);

    assertThat(said()).contains("teacher-model.tribuo is the same teacher");
    assertThat(said()).contains("12 reused: the teacher did not run.");
    assertThat(again.models())
        .extracting(ModelMeter.Report::quality)
        .isEqualTo(first.models().stream().map(ModelMeter.Report::quality).toList());

    assertThatThrownBy(
            () ->
                run(
                    "-c",
                    xml.toString(),
                    "--experiment",
                    ExperimentFile.NAME,
                    "--@experiment-training.temperature",
                    "4"))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining(xml + " is the configuration that this run is started from")
        .hasMessageContaining("--@experiment-output.folder");
    assertThat(xml).hasBinaryContent(configuration);

    assertThat(labels("where is my card", "", "convert dollar"))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).matches("(card|rate|pin)\\t[01]\\.\\d{3}\\t.+"));
  }

  @Test
  void aTeacherMayComputeItsSoftTargetsInInt8() throws Exception {
    run(options("--control-epochs", "0", "--teacher-precision", "INT8_PRODUCTS"));

    assertThat(said()).contains("INT8_PRODUCTS against float32 on 12 of them: divergence ");
    assertThat(folder.resolve("out/experiment.xml"))
        .content()
        .contains("name=\"precision\" value=\"INT8_PRODUCTS\"");
    assertThatThrownBy(
            () -> run(options("--provider", "CUDA", "--teacher-precision", "INT8_PRODUCTS")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining(
            "is INT8_PRODUCTS, which is for the CPU, but the trainer's device is");
  }

  @Test
  void aStudentMayHaveAVocabularyOfItsOwnAndASmallFile() throws Exception {
    String[] small = {
      "--student-vocabulary", "2", "--student-precision", "INT8", "--early-stopping", "true"
    };
    ExperimentResults first = run(options(small));
    ResultFolder results = new ResultFolder(folder.resolve("out"));

    assertThat(first.models())
        .extracting(ModelMeter.Report::name)
        .containsExactly("teacher", "student", "student in int8", "control", "class means");
    ModelMeter.Report student = first.models().get(1);
    ModelMeter.Report int8 = first.models().get(2);
    assertThat(int8.bytesOnDisk()).isEqualTo(Files.size(results.student(ExportPrecision.INT8)));
    assertThat((double) OnnxModel.read(results.student(ExportPrecision.INT8)).bytesOfInitializers())
        .isLessThan(.5 * OnnxModel.read(results.student()).bytesOfInitializers());
    assertThat(first.models().get(3).parameters()).isEqualTo(student.parameters());
    int tokens;
    try (TextTokenizer whole = TextTokenizer.open(results.tokenizer());
        TextTokenizer few = TextTokenizer.open(results.studentTokenizer());
        DistilledModel<Label> model = results.readStudent()) {
      tokens = few.vocabularySize();
      assertThat(tokens).isLessThan(whole.vocabularySize());
      assertThat(CsvTextDataSource.tokenizers(model.getProvenance().getDatasetProvenance()))
          .containsExactly(few.sha256());
      assertThat(model.getProvenance().getTrainerProvenance().toString().toLowerCase(Locale.ROOT))
          .contains(whole.sha256(), few.sha256());
    }
    assertThat(said())
        .contains("Vocabulary: %d of the teacher's tokens, those of 2 texts".formatted(tokens));
    assertThat(labels("where is my card", "help my child"))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).matches("(card|rate|pin)\\t[01]\\.\\d{3}\\t.+"));

    printed.reset();
    String xml = results.configuration().toString();
    ExperimentResults again = run("-c", xml, "--experiment", ExperimentFile.NAME);

    assertThat(said()).contains("12 reused: the teacher did not run.");
    assertThat(again.models())
        .extracting(ModelMeter.Report::quality)
        .isEqualTo(first.models().stream().map(ModelMeter.Report::quality).toList());

    run(options("--control-epochs", "0", "--early-stopping", "true"));
    assertThat(said()).as("the teacher reads the same").doesNotContain("12 in ");
    assertThat(results.studentTokenizer()).doesNotExist();
    assertThat(results.student(ExportPrecision.INT8)).doesNotExist();
    assertThat(labels("where is my card")).hasSize(1);
  }

  @Test
  void theBestStudentWithinABudgetIsSearchedFor() throws Exception {
    String[] budget = {"--student-budget", "120KB, 10s"};
    ResultFolder results = new ResultFolder(folder.resolve("out"));
    Files.createDirectories(results.vocabularies());
    Path left = Files.createFile(results.vocabularies().resolve("left.json"));
    ExperimentResults first = run(options(budget));

    assertThat(said())
        .contains("Search: students within 0.12MB, 10000ms are measured")
        .contains("Chosen: ")
        .containsPattern("chosen +\\d")
        .contains("# chosen");
    assertThat(first.seconds()).containsKey("search");
    List<Path> files = new ArrayList<>(List.of(results.student()));
    for (ExportPrecision precision : ExportPrecision.values()) {
      files.add(results.student(precision));
    }
    assertThat(files).anySatisfy(file -> assertThat(Files.size(file)).isLessThan(120_000));
    assertThat(results.studentTokenizer()).exists();
    assertThat(results.vocabularies()).isDirectoryContaining(left::equals);
    assertThat(results.vocabularies().toFile().list()).hasSize(1);
    assertThat(first.models().stream().filter(each -> each.name().equals("control")))
        .singleElement()
        .satisfies(
            control ->
                assertThat(control.parameters()).isEqualTo(first.models().get(1).parameters()));

    printed.reset();
    ExperimentResults again =
        run("-c", results.configuration().toString(), "--experiment", ExperimentFile.NAME);

    assertThat(said()).doesNotContain("Search:").contains("12 reused: the teacher did not run.");
    assertThat(again.models())
        .extracting(ModelMeter.Report::quality)
        .isEqualTo(first.models().stream().map(ModelMeter.Report::quality).toList());
  }

  @Test
  void aBudgetAndAWidthAreRefusedBeforeATeacherIsTrained() {
    assertThatThrownBy(() -> run(options("--student-budget", "1MB", "--student-width", "8")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("budget")
        .hasMessageContaining("state one or the other");
    assertThatThrownBy(() -> run(options("--student-budget", "1MB", "--student-choice", "LAST")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("a choice of layers");
    assertThatThrownBy(() -> run(options("--student-budget", "small")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("'small' in the budget 'small' is neither a size nor a time");
    assertThat(said()).doesNotContain("1. Teacher");
  }

  @Test
  void aNewEncoderMayHaveAVocabularyOfItsOwn() throws Exception {
    String[] size = {"--student-width", "24", "--student-heads", "2", "--control-epochs", "0"};
    long whole = run(options(size)).models().get(1).parameters();
    List<String> small = new ArrayList<>(List.of(size));
    small.addAll(List.of("--student-vocabulary", "3"));

    ExperimentResults run = run(options(small.toArray(String[]::new)));

    assertThat(run.models().get(1).parameters()).isLessThan(whole);
  }

  @Test
  void aTextIsCutAsInTraining() throws Exception {
    run(options("--control-epochs", "0", "--max-length", "6", "--epochs", "1"));
    String text = "my card is lost please convert my currency what is the exchange rate";
    ResultFolder results = new ResultFolder(folder.resolve("out"));

    String line = labels(text).get(0);

    try (DistilledModel<Label> student = results.readStudent();
        TextTokenizer tokenizer = TextTokenizer.open(results.tokenizer(), 6)) {
      assertThat(student.maxLength()).isEqualTo(6);
      Label label =
          student.predict(tokenizer.encode(text).toExample(LabelFactory.UNKNOWN_LABEL)).getOutput();
      assertThat(line)
          .isEqualTo(
              String.format(Locale.ROOT, "%s\t%.3f\t%s", label.getLabel(), label.getScore(), text));
    }
    assertThat(OnnxMetadata.maxLength(OnnxModel.read(results.student()))).hasValue(6);
  }

  @Test
  void theNameOfALabelIsATextToo() throws Exception {
    run(options("--label-names", "true", "--control-epochs", "0", "--epochs", "1"));

    assertThat(said()).contains("15 to learn from, 11 of them with one of 3 labels");
  }

  @Test
  void aFinishedClassifierTeachesWithoutAnyLabel() throws Exception {
    Files.writeString(folder.resolve("labelled.txt"), "");
    String[] finished =
        options("--teacher-epochs", "0", "--teacher-labels", "card,pin,rate", "--epochs", "1");

    ExperimentResults first = run(finished);

    assertThat(first.models())
        .extracting(ModelMeter.Report::name)
        .containsExactly("teacher", "student");
    assertThat(said())
        .contains("12 to learn from, 0 of them with one of 0 labels")
        .contains("1. Teacher: " + folder.resolve("tiny-bert.onnx") + ", as it is.")
        .contains("No text has the label card, pin, rate: known from the teacher alone.")
        .contains("12 in ")
        .contains("Control: none, as no text has a label.");
    assertThat(folder.resolve("out/teacher.onnx")).doesNotExist();
    printed.reset();
    run(finished);
    assertThat(said()).contains("12 reused: the teacher did not run.");
    assertThat(labels("where is my card").get(0)).matches("(card|rate|pin)\t.+");
  }

  @Test
  void whatAFinishedClassifierReadsNeedsNoColumnOfLabels() throws Exception {
    Path texts = folder.resolve("texts.tsv");
    Files.writeString(texts, "id\ttext\n1\tmy card, is lost\n2\twhat is my pin\n");
    Files.writeString(folder.resolve("labelled.txt"), "");
    String[] finished =
        options(
            "--train",
            texts.toString(),
            "--teacher-epochs",
            "0",
            "--teacher-labels",
            "card,pin,rate",
            "--epochs",
            "1");

    run(finished);

    assertThat(said())
        .contains(
            texts
                + ": 2 rows, tab-separated, quotation marks are letters, UTF-8, without a column of labels.")
        .contains("2 to learn from, 0 of them with one of 0 labels");
    assertThatThrownBy(() -> run(options("--train", texts.toString())))
        .hasMessageContaining("there is no single column 'label' in " + texts);
  }

  @Test
  void aTeacherThatDoesNotKnowALabelIsRefusedAtTheStart() throws Exception {
    assertThatThrownBy(
            () -> run(options("--teacher-epochs", "0", "--teacher-labels", "card,pin,fee")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: data, Property: train, row 4 of")
        .hasMessageContaining("texts.csv has the label 'rate', but the columns of the teacher")
        .hasMessageContaining("tiny-bert.onnx are [card, fee, pin]; name them as the texts do");
    Files.writeString(folder.resolve("labelled.txt"), "");
    assertThatThrownBy(() -> run(options()))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: data, Property: train, no row of ")
        .hasMessageContaining("or take a finished classifier with --teacher-epochs 0");
    assertThat(said()).doesNotContain("1. Teacher");
  }

  @Test
  void aTextThatAFinishedTeacherCannotReadIsRefusedAtTheStart() throws Exception {
    Path longer =
        Files.writeString(
            folder.resolve("longer.csv"),
            "text,label\nmy pin,pin\n%s,card\n".formatted("my card ".repeat(400)));
    Files.writeString(folder.resolve("labelled.txt"), "");
    for (String file : List.of("--train", "--test")) {
      String[] finished =
          options(
              file,
              longer.toString(),
              "--max-length",
              "600",
              "--teacher-epochs",
              "0",
              "--teacher-labels",
              "card,pin,rate");
      assertThatThrownBy(() -> run(finished))
          .isInstanceOf(PropertyException.class)
          .hasMessageContaining("Component: teacher, Property: model")
          .hasMessageContaining("cannot read the texts of " + longer)
          .hasMessageContaining("Example 1");
    }
    assertThat(said()).doesNotContain("1. Teacher");
  }

  @Test
  void aFinishedClassifierMayStateItsLabelsItself() throws Exception {
    OnnxModel bert = OnnxModel.read(folder.resolve("tiny-bert.onnx"));
    bert.withMetadata(Map.of(OnnxMetadata.LABEL_ORDER, "[\"rate\", \"pin\", \"card\"]"))
        .write(folder.resolve("tiny-bert.onnx"));

    ExperimentResults results = run(options("--teacher-epochs", "0", "--epochs", "1"));

    assertThat(results.models())
        .extracting(ModelMeter.Report::name)
        .containsExactly("teacher", "student", "control");
    try (DistilledModel<Label> student = new ResultFolder(folder.resolve("out")).readStudent()) {
      assertThat(student.labelOrder()).containsExactly("rate", "pin", "card");
    }
  }

  @Test
  void aFinishedClassifierWhoseColumnsNobodyNamesIsRefused() {
    assertThatThrownBy(() -> run(options("--teacher-epochs", "0")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("labelOrder")
        .hasMessageContaining("tiny-bert.onnx does not say what the columns of its logits");
  }

  @Test
  void theControlHasNothingOfTheFineTunedTeacher() throws Exception {
    DistillTextOptions parsed = new DistillTextOptions();
    new ConfigurationManager(options(), parsed).close();
    Trainers trainers = parsed.chosen().trainers();

    assertThat(trainers.control().getProvenance().toString()).contains("/tiny-bert.onnx");
    assertThat(trainers.control(folder.resolve("tiny-bert.onnx")).getProvenance().toString())
        .isNotEqualTo(trainers.control().getProvenance().toString());
  }

  @Test
  void frozenEmbeddingsAreThoseOfTheTeacher() throws Exception {
    run(options("--control-epochs", "0", "--epochs", "1", "--frozen-layers", "0"));

    ResultFolder results = new ResultFolder(folder.resolve("out"));
    Map<String, Tensor> teacher = OnnxModel.read(results.teacher()).initializers();
    Map<String, Tensor> student = OnnxModel.read(results.student()).initializers();
    assertThat(student.keySet()).anyMatch(name -> name.contains("word_embeddings"));
    student.forEach(
        (name, tensor) -> {
          if (tensor.elementType().isFloat() && tensor.elements() > 1) {
            assertThat(tensor.equals(teacher.get(name)))
                .as(name)
                .isEqualTo(name.contains("embeddings"));
          }
        });
  }

  @Test
  void anotherSeedIsAnotherTeacher() throws Exception {
    run(options("--control-epochs", "0", "--epochs", "1"));
    printed.reset();

    ExperimentResults other = run(options("--control-epochs", "0", "--epochs", "1", "--seed", "1"));

    assertThat(said()).doesNotContain("Reused").contains("12 in ");
    assertThat(other.models()).hasSize(2);
  }

  @Test
  void aTeacherIsNotReusedBesideTheFileOfAnother() throws Exception {
    ResultFolder results = new ResultFolder(folder.resolve("out"));
    run(options("--control-epochs", "0", "--epochs", "1"));
    Files.delete(results.teacher());
    Path inTheWay = Files.createDirectory(results.teacher());
    Files.createFile(inTheWay.resolve("file"));
    assertThatThrownBy(() -> run(options("--control-epochs", "0", "--epochs", "1", "--seed", "1")))
        .as("stops where it writes the other teacher")
        .isInstanceOf(IOException.class);
    printed.reset();
    Files.delete(inTheWay.resolve("file"));
    Files.delete(inTheWay);
    Files.copy(folder.resolve("tiny-bert.onnx"), results.teacher());

    run(options("--control-epochs", "0", "--epochs", "1"));

    assertThat(said()).contains("1. Teacher").doesNotContain("Reused");
  }

  @Test
  void aTeacherIsNotReusedBesideAFileOfOtherWeights() throws Exception {
    ResultFolder results = new ResultFolder(folder.resolve("out"));
    String[] arguments = options("--control-epochs", "0", "--epochs", "1");
    run(options("--control-epochs", "0", "--epochs", "1", "--teacher-epochs", "1"));
    byte[] other = Files.readAllBytes(results.teacher());
    ExperimentResults first = run(arguments);
    Files.write(results.teacher(), other);
    printed.reset();

    ExperimentResults again = run(arguments);

    assertThat(said()).doesNotContain("Reused");
    assertThat(Files.readAllBytes(results.teacher())).isNotEqualTo(other);
    assertThat(again.models())
        .extracting(ModelMeter.Report::quality)
        .isEqualTo(first.models().stream().map(ModelMeter.Report::quality).toList());
  }

  @Test
  void whatWasMovedIsTheSame() throws Exception {
    Path before = Files.createDirectory(folder.resolve("before"));
    Path after = folder.resolve("after");
    String[] more = {"--control-epochs", "0"};
    run(TinyExperiment.in(before).options(more));
    Files.move(before, after);
    printed.reset();

    run(new TinyExperiment(after).options(more));

    assertThat(said()).contains("teacher-model.tribuo is the same teacher");
    assertThat(said()).contains("12 reused: the teacher did not run.");
  }

  static Stream<Arguments> whatIsNoTeacherOfThisVersion() {
    ModelProto gone =
        ModelProto.newBuilder().setClassName("org.tribuo.distill.GoneWithTheLastVersion").build();
    return Stream.of(
        Arguments.of("a model of a class that is gone", gone.toByteArray()),
        Arguments.of("no model", "no model".getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("whatIsNoTeacherOfThisVersion")
  void aTeacherThatCannotBeReadIsMadeAgain(String what, byte[] content) throws Exception {
    ResultFolder results = new ResultFolder(Files.createDirectories(folder.resolve("out")));
    Files.write(results.teacherModel(), content);
    Files.copy(folder.resolve("tiny-bert.onnx"), results.teacher());

    run(options("--control-epochs", "0", "--epochs", "1"));

    assertThat(said()).contains("1. Teacher").doesNotContain("Reused");
    assertThat(Files.readAllBytes(results.teacherModel())).isNotEqualTo(content);
  }

  @Test
  void aTrainingFileWantsATestFile() {
    assertThatThrownBy(() -> run("--train", "mine.csv", "--output", folder.toString()))
        .hasMessageContaining("test")
        .hasMessageContaining("is missing, expected a CSV file with labels beside mine.csv");
  }

  @Test
  void aSettingOutOfRangeIsRefusedBeforeTheTeacherIsTrained() {
    assertThatThrownBy(() -> run(options("--alpha", "7")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("alpha");
    assertThatThrownBy(() -> run(options("--student-layers", "3")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("3 layers are to be cut out of")
        .hasMessageContaining("tiny-bert.onnx, which has 2");
    assertThatThrownBy(() -> run(options("--frozen-layers", "2")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("2 layers are to keep their weights, but the student has 1");
    assertThatThrownBy(() -> run(options("--frozen-layers", "3", "--student-budget", "1MB")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("3 layers are to keep their weights, but the student has 2");
    assertThatThrownBy(() -> run(options("--student-rank", "33")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("is 33, but the table of embeddings is 32 wide");
    assertThatThrownBy(() -> run(options("--student-rank", "0")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: rank, is 0, expected 1 or more; or omit it");
    assertThatThrownBy(() -> run(options("--student-vocabulary", "-1")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: vocabulary, is -1, expected 1 or more; or omit it");
    assertThatThrownBy(() -> run(options("--frozen-layers", "-1")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: frozenLayers, is -1, expected 0 or more; or omit it");
    assertThat(said()).doesNotContain("1. Teacher");
  }

  /** Those that have as many layers are searched. */
  @Test
  void allLayersOfAStudentWithinABudgetMayBeFrozen() throws Exception {
    run(options("--frozen-layers", "2", "--student-budget", "10s", "--control-epochs", "0"));

    assertThat(said())
        .contains("Skipped, of 1 layers and width 8: ")
        .containsPattern("Chosen: 2 layers of width");
  }

  /** Embeddings that are a product are kept in the configuration. */
  @Test
  void embeddingsMayBeAProduct() throws Exception {
    run(options("--student-rank", "4", "--student-vocabulary", "1", "--control-epochs", "0"));

    assertThat(said())
        .contains("with its embeddings and head, embeddings of rank 4.")
        .contains("Its embeddings are a product of rank 4");
    printed.reset();
    run(
        "-c",
        new ResultFolder(folder.resolve("out")).configuration().toString(),
        "--experiment",
        ExperimentFile.NAME);
    assertThat(said()).contains("Its embeddings are a product of rank 4");
  }

  @Test
  void aSizeThatTheStudentDoesNotGetIsRefused() {
    assertThatThrownBy(() -> run(options("--student-heads", "1")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: heads, is stated, but the student keeps the width")
        .hasMessageContaining("state TEACHER as its weights");
    String encoder = folder.resolve("tiny-bert.onnx").toString();
    assertThatThrownBy(() -> run(options("--student", encoder, "--student-width", "16")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: width, is stated, but the student is ")
        .hasMessageContaining("tiny-bert.onnx, which has its own; omit it");
    assertThat(said()).doesNotContain("1. Teacher");
  }

  @Test
  void aNarrowerStudentIsTakenFromTheTeacher() throws Exception {
    run(
        options(
            "--student-choice",
            "INFLUENCE",
            "--student-weights",
            "TEACHER",
            "--student-width",
            "16",
            "--control-epochs",
            "0"));

    assertThat(said())
        .contains(
            "3. Student: 1 of the teacher's layers, with its embeddings and head, made narrower.")
        .containsPattern("Of 2 layers [12] stays?; the influence of each is 0\\.\\d+, 0\\.\\d+\\.")
        .containsPattern(
            "Of its channels stay: width 16 of 32, heads 2 of 4, inner width \\d+ of \\d+\\.")
        .containsPattern(
            "The student has [\\d,]+ parameters in 0\\.\\d MB, 1 layer and [\\d,]+ operations")
        .containsPattern(
            "The teacher has [\\d,]+ parameters in 0\\.\\d MB, 2 layers and [\\d,]+ operations");
    assertThatThrownBy(() -> run(options("--student-weights", "TEACHER", "--student-width", "20")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("in proportion to a width of 20 of 32");
  }

  @Test
  void aTestLabelThatTrainingDoesNotKnowIsRefusedAtTheStart() throws IOException {
    Path test = folder.resolve("test.csv");
    Files.writeString(test, "text,label\nmy card is lost,card\nwhat is this fee,fee\n");
    assertThatThrownBy(() -> run(options("--test", test.toString())))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: data, Property: test, row 1 of " + test)
        .hasMessageContaining("has the label 'fee', which no labelled training text has")
        .hasMessageContaining("expected one of [card, pin, rate]");
    Files.writeString(test, "text,label\nmy card is lost,card\nwhat is this fee,\n");
    assertThatThrownBy(() -> run(options("--test", test.toString())))
        .hasMessageContaining("row 1 of " + test + " has no label");
    Files.writeString(test, "text,label\nmy card is lost,card\n,pin\n");
    assertThatThrownBy(() -> run(options("--test", test.toString())))
        .hasMessageContaining("row 1 (line 3) of " + test + " has no text in column 'text'");
    assertThat(said()).doesNotContain("1. Teacher");
  }

  @Test
  void aStudentWithTooFewPositionsIsRefusedBeforeATeacherIsTrained() throws IOException {
    Path student = folder.resolve("positions8.onnx");
    try (InputStream in = DistillTextTest.class.getResourceAsStream("positions8.onnx")) {
      Files.copy(in, student);
    }
    Path train = folder.resolve("longer.csv");
    Files.writeString(
        train,
        "text,label\nmy card is lost,card\nmy pin is wrong,pin\n"
            + "what is the rate for the euro and for the dollar please,rate\n");
    assertThatThrownBy(
            () ->
                run(
                    options(
                        "--student",
                        student.toString(),
                        "--train",
                        train.toString(),
                        "--labelled-rows",
                        Files.writeString(folder.resolve("all.txt"), "0\n1\n2\n").toString())))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: student, Property: model")
        .hasMessageContaining("positions8.onnx")
        .hasMessageContaining("cannot read the texts of " + train)
        .hasMessageContaining("Example 2: ")
        .hasMessageContaining("set the tokenizer's maximum length to that");
    assertThat(said()).doesNotContain("1. Teacher");
  }

  @Test
  void theFormatOfTheFilesIsFoundOutAndToldOrStated() throws Exception {
    Path tsv = folder.resolve("texts.tsv");
    String rows = Files.readString(folder.resolve("texts.csv")).replace(',', '\t');
    Files.writeString(tsv, rows.replace("my card is lost", "\"my card is lost"));
    DistillTextOptions parsed = new DistillTextOptions();
    new ConfigurationManager(options("--train", tsv.toString()), parsed).close();
    assertThat(Texts.read(parsed.data, parsed.teacher).files())
        .containsExactly(
            tsv + ": 12 rows, tab-separated, quotation marks are letters, UTF-8",
            folder.resolve("texts.csv") + ": 12 rows, comma-separated, cells may be quoted, UTF-8");
    assertThatThrownBy(() -> run(options("--train", tsv.toString(), "--quoting", "DOUBLE_QUOTES")))
        .hasMessageContaining("row 0 is malformed: Unclosed quoted field");
    assertThatThrownBy(() -> run(options("--train", tsv.toString(), "--separator", "comma")))
        .hasMessageContaining("there is no single column 'text'");
    assertThatThrownBy(() -> run(options("--charset", "klingon")))
        .hasMessageContaining("is 'klingon', expected a character set");
  }

  @Test
  void noFileThatIsReadIsReplaced() throws Exception {
    Path out = Files.createDirectories(folder.resolve("out"));
    Path teacher = folder.resolve("tiny-bert.onnx");
    byte[] before = Files.readAllBytes(teacher);
    for (String name :
        List.of("teacher.onnx", "student.onnx", "control.onnx", "class-means.onnx")) {
      Path link = Files.createLink(out.resolve(name), teacher);
      assertThatThrownBy(() -> run(options()))
          .isInstanceOf(PropertyException.class)
          .hasMessageContaining(
              "%s is read, and would be replaced by the result %s; name another --output"
                  .formatted(teacher, link));
      Files.delete(link);
    }
    Path csv = Files.createSymbolicLink(out.resolve("results.csv"), folder.resolve("texts.csv"));
    assertThatThrownBy(() -> run(options())).hasMessageContaining("by the result " + csv);
    Files.delete(csv);
    assertThatThrownBy(() -> run(options("--store", folder.resolve("texts.csv").toString())))
        .hasMessageContaining("texts.csv is read, and would be replaced");
    assertThat(teacher).hasBinaryContent(before);
    assertThat(said()).doesNotContain("1. Teacher");
  }

  @Test
  void aTextThatIsLabelledStaysInItsLine() throws Exception {
    run(options("--control-epochs", "0", "--epochs", "1"));

    assertThat(labels("my card\nis\tlost\r", "C:\\new"))
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).endsWith("\tmy card\\nis\\tlost\\r"))
        .anySatisfy(line -> assertThat(line).endsWith("\tC:\\\\new"));
  }

  @Test
  void aStudentThatWasNeverMadeIsMissed() {
    assertThatThrownBy(() -> labels("where is my card"))
        .hasMessageContaining("there is no " + folder.resolve("out/student-model.tribuo"));
  }

  @Test
  void theSummarySaysHowToUseTheFiles() throws Exception {
    DistillTextOptions parsed = new DistillTextOptions();
    new ConfigurationManager(options(), parsed).close();
    ExperimentResults results =
        new ExperimentResults(
            List.of(),
            Map.of("teacher", Duration.ofSeconds(5), "student", Duration.ofSeconds(6)),
            Duration.ofSeconds(4),
            OptionalLong.of(1_500_000_000));

    assertThat(new Summary(parsed.chosen(), results).lines())
        .contains("Memory: 1.50 GB at most.")
        .anyMatch(line -> line.endsWith("; 11 s in all, and 4 s for the speeds above."))
        .anyMatch(line -> line.contains("-Dmain=Classify -Dargs=\"--folder " + folder))
        .anyMatch(line -> line.contains("experiment.xml --experiment experiment\""));
  }

  private String[] options(String... more) {
    return experiment.options(more);
  }

  private ExperimentResults run(String... arguments) throws Exception {
    DistillTextOptions options = new DistillTextOptions();
    StartedFrom startedFrom;
    try (ConfigurationManager configuration = new ConfigurationManager(arguments, options)) {
      startedFrom = StartedFrom.of(arguments, configuration, options.chosen());
    }
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return new DistillTextRun(options.chosen(), startedFrom, Console.of(out), QUICK).run();
  }

  private List<String> labels(String... texts) throws IOException {
    Classify.ClassifyOptions options = new Classify.ClassifyOptions();
    options.folder = folder.resolve("out");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Classify.label(options, List.of(texts), new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private String said() {
    return printed.toString(StandardCharsets.UTF_8);
  }
}
