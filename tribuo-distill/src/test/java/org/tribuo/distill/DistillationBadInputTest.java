package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.internal.SquaredError;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.hash.HashCodeHasher;
import org.tribuo.hash.HashingTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/** What is wrong with data and files is said before anything is computed. */
class DistillationBadInputTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final MutableDataset<Label> LABELLED =
      TinyTexts.dataset(TinyTexts.labelled(12, 1));

  @Test
  void anEmptyDataset() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bert().train(TinyTexts.dataset(List.<Example<Label>>of())))
        .withMessage("The dataset is empty, expected examples to train on");
  }

  @Test
  void aModelThatWasDeletedSinceItWasNamed(@TempDir Path folder) throws IOException {
    Path file = Files.copy(BERT, folder.resolve("deleted.onnx"));
    DistillationTrainer<Label> trainer =
        builder().teacher(OnnxTeacher.of(file, ORDER)).epochs(1).build();
    Files.delete(file);

    assertThatThrownBy(() -> trainer.checkExamples(LABELLED))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("%s: There is no such file any more; put it back".formatted(file));
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> trainer.train(LABELLED))
        .withMessageContaining("there is no file %s, expected an ONNX model".formatted(file));
  }

  @Test
  void oneClassOnly() {
    List<Example<Label>> red =
        LABELLED.getData().stream().map(e -> TinyTexts.withOutput(e, new Label("red"))).toList();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bert().train(TinyTexts.dataset(red)))
        .withMessage("The dataset has the single label [red], expected at least two");
  }

  @Test
  void unlabelledExamplesWithoutATeacher() {
    List<Example<Label>> some = new ArrayList<>(TinyTexts.labelled(6, 1));
    some.addAll(TinyTexts.unlabelled(3, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bert().train(TinyTexts.dataset(some)))
        .withMessageContaining("3 of 9 examples have no label, the first is example 6")
        .withMessageContaining("there is no teacher")
        .withMessageContaining("name a teacher");
  }

  @Test
  void noLabelAtAllIsFineWithATeacher() {
    DistillationTrainer<Label> trainer =
        builder().teacher(OnnxTeacher.of(BERT, ORDER)).epochs(1).build();
    MutableDataset<Label> unlabelled = TinyTexts.dataset(TinyTexts.unlabelled(12, 2));
    try (DistilledModel<Label> model = trainer.train(unlabelled)) {
      assertThat(model.getOutputIDInfo().getDomain())
          .extracting(Label::getLabel)
          .containsExactlyInAnyOrderElementsOf(ORDER);
      assertThat(model.predict(unlabelled)).hasSize(12);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                builder()
                    .teacher(OnnxTeacher.of(BERT, ORDER))
                    .stages(TrainingStage.of(3), TrainingStage.fineTuning(1))
                    .build()
                    .train(unlabelled))
        .withMessageContaining("No example has a label")
        .withMessageContaining("in the stage 'fine-tuning'; label some, or omit the stage");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                builder()
                    .teacher(OnnxTeacher.of(BERT, ORDER))
                    .earlyStopping(new EarlyStopping(0.1, 1))
                    .build()
                    .train(unlabelled))
        .withMessageContaining("Early stopping holds out labelled examples, and there are 0");
  }

  @Test
  void valuesThatAreNoNumbers() {
    RegressionFactory regression = new RegressionFactory();
    List<Example<Regressor>> numbers = new ArrayList<>();
    for (Example<Label> example : LABELLED) {
      double y = numbers.size() == 4 ? Double.NaN : 1;
      numbers.add(
          TinyTexts.withOutput(
              example, new Regressor(new String[] {"x", "y"}, new double[] {1, y})));
    }
    DistillationTrainer<Regressor> trainer =
        DistillationTrainer.<Regressor>builder()
            .student(OnnxStudent.of(Zoo.file("bert_regression2_ts17"), List.of("x", "y")))
            .build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(TinyTexts.dataset(numbers, regression)))
        .withMessageContaining("Dimension 'y' of example 4 is NaN");
  }

  @Test
  void aTextLongerThanThePositions() {
    int[] ids = new int[65];
    Arrays.fill(ids, 9);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bert().train(with(TokenSequence.of(ids))))
        .withMessageStartingWith("Example 12: ")
        .withMessageContaining("a token at position 64, the model reads texts of at most 64 tokens")
        .withMessageContaining("set the tokenizer's maximum length to that");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().batching(new Batching().maxLength(8)).build().train(LABELLED))
        .withMessageContaining("reads texts of at most 8 tokens");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().batching(new Batching().maxLength(65)).build().train(LABELLED))
        .withMessage("maxLength is 65 tokens, but the model has positions for 64");
  }

  @Test
  void aPaddingTokenOutsideOfTheVocabulary() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().batching(new Batching().padId(101)).build().train(LABELLED))
        .withMessage(
            "padId is 101, outside of the vocabulary of 101 that the student has; state the id of"
                + " its padding token");
  }

  @Test
  void aFolderForTheLastGoodStudentThatIsNotThere(@TempDir Path folder) {
    Path file = folder.resolve("later").resolve("student.onnx");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().lastGoodStudent(file).build().train(LABELLED))
        .withMessage(
            "lastGoodStudent is %s, but there is no folder %s; make it, or name another file"
                .formatted(file, file.getParent()));
  }

  @Test
  void aTokenOutsideOfTheVocabulary() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bert().train(with(TokenSequence.of(1, 101, 2))))
        .withMessageStartingWith("Example 12: Token 101 at position 1 is outside of the model's")
        .withMessageContaining("vocabulary of 101");
  }

  @Test
  void aSecondTextForAStudentOrATeacherThatReadsOne(@TempDir Path folder) throws IOException {
    Graph graph = Graph.of(Zoo.model("bert_seqcls_ts11"));
    String table = "bert.embeddings.token_type_embeddings.weight";
    float[] one = Arrays.copyOf(graph.initializer(table).toFloats(), 32);
    graph.setInitializer(table, Tensor.of(one, 1, 32));
    Path file = folder.resolve("one-segment.onnx");
    graph.toModel().write(file);
    Dataset<Label> pairs = with(new TokenSequence(new int[] {1, 5, 2, 6}, new int[] {0, 0, 1, 1}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer(OnnxStudent.of(file, ORDER)).train(pairs))
        .withMessage(
            "Example 12 has a token of segment 1, as the second text of a pair is, but the student"
                + " has embeddings for 1 segments; leave out the second text, or take a model that"
                + " reads pairs");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().teacher(OnnxTeacher.of(file, ORDER)).build().train(pairs))
        .withMessageContaining("Example 12 has a token of segment 1")
        .withMessageContaining("the teacher '%s' has embeddings for 1".formatted(file));
  }

  @Test
  void aStudentOfAFixedSizeOrOfFewPositionsIsRefusedBeforeAnythingRuns() {
    Path faults = Path.of("src/test/resources/faults/text");
    MutableDataset<Label> texts =
        new MutableDataset<>(
            CsvTextDataSource.of(
                    faults.resolve("test-labels_test-new-label.csv"),
                    faults.resolve("softmax-teacher_tokenizer.json"),
                    new LabelFactory())
                .read());
    DistillationTrainer<Label> fixed =
        trainer(OnnxStudent.of(faults.resolve("static-shapes_static-2x8.onnx"), ORDER));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fixed.checkExamples(texts))
        .withMessageContaining("a token at position 8")
        .withMessageContaining("set the tokenizer's maximum length to that");
    DistillationTrainer<Label> few =
        trainer(EncoderStudent.of(faults.resolve("student-limits_positions8.onnx"), Pooling.MEAN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> few.checkExamples(texts))
        .withMessageStartingWith("Example ")
        .withMessageContaining("a token at position 8")
        .withMessageContaining("set the tokenizer's maximum length to that");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> few.train(texts))
        .withMessageContaining("a token at position 8");
    trainer(OnnxStudent.of(faults.resolve("softmax-teacher_logits-teacher.onnx"), ORDER))
        .checkExamples(texts);
  }

  @Test
  void aCheckOfSeveralDatasetsReadsFilesOnce(@TempDir Path folder) throws IOException {
    Path faults = Path.of("src/test/resources/faults/text");
    MutableDataset<Label> texts =
        new MutableDataset<>(
            CsvTextDataSource.of(
                    faults.resolve("test-labels_test-new-label.csv"),
                    faults.resolve("softmax-teacher_tokenizer.json"),
                    new LabelFactory())
                .read());
    Path file =
        Files.copy(
            faults.resolve("softmax-teacher_logits-teacher.onnx"), folder.resolve("student.onnx"));
    Consumer<Dataset<Label>> check = trainer(OnnxStudent.of(file, ORDER)).exampleCheck();
    check.accept(texts);
    Files.delete(file);
    check.accept(texts);
  }

  @Test
  void anOutputThatWouldReplaceAnInput(@TempDir Path folder) throws IOException {
    Path model = Files.copy(BERT, folder.resolve("model.onnx"));
    Path hard = Files.createLink(folder.resolve("hard.onnx"), model);
    byte[] before = Files.readAllBytes(model);
    assertThatThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(OnnxStudent.of(model, ORDER))
                    .lastGoodStudent(hard)
                    .build()
                    .train(LABELLED))
        .hasMessageContaining("hard.onnx")
        .hasMessageContaining("model.onnx")
        .hasMessageContaining("would be replaced");
    assertThatThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(OnnxStudent.of(BERT, ORDER))
                    .teacher(OnnxTeacher.of(model, ORDER))
                    .softTargetStore(model)
                    .build()
                    .train(LABELLED))
        .hasMessageContaining("model.onnx")
        .hasMessageContaining("would be replaced");
    try (DistilledModel<Label> trained = train(OnnxStudent.of(model, ORDER))) {
      Path symbolic = Files.createSymbolicLink(folder.resolve("symbolic.onnx"), model);
      for (Path output : List.of(model, hard, symbolic)) {
        assertThatThrownBy(() -> trained.exportOnnx(output))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("would be replaced; name another file");
        assertThatThrownBy(() -> trained.serializeToFile(output))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("would be replaced; name another file");
      }
      trained.exportOnnx(folder.resolve("student.onnx"));
    }
    assertThat(model).hasBinaryContent(before);
  }

  @Test
  void featuresThatAreNoTokens() {
    List<Example<Label>> persons = new ArrayList<>();
    for (String label : ORDER) {
      persons.add(
          new ArrayExample<>(new Label(label), new String[] {"height"}, new double[] {1.8}));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bert().train(TinyTexts.dataset(persons)))
        .withMessageContaining("None of the 1 features is a token");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new HashingTrainer<>(bert(), new HashCodeHasher("abcdefghijkl"))
                    .train(TinyTexts.dataset(TinyTexts.labelled(12, 1))))
        .withMessageContaining("The feature names are hashed");
  }

  @Test
  void logitsThatDoNotFitTheLabels() {
    List<String> four = List.of("a", "b", "c", "d");
    List<Example<Label>> examples = new ArrayList<>();
    for (Example<Label> example : LABELLED) {
      examples.add(TinyTexts.withOutput(example, new Label(four.get(examples.size() % 4))));
    }
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(OnnxStudent.of(BERT, four))
                    .build()
                    .train(TinyTexts.dataset(examples)))
        .withMessageContaining("logits")
        .withMessageContaining("no output for 4 labels, expected floats [rows, 4] but it has");
  }

  @Test
  void aLabelOrderThatDoesNotMatch() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(OnnxStudent.of(BERT, List.of("red", "blue", "yellow")))
                    .build()
                    .train(LABELLED))
        .withMessageContaining("missing [green], unexpected [yellow]");
  }

  @Test
  void aTeacherWithOtherLabels() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                builder()
                    .teacher(OnnxTeacher.of(BERT, List.of("red", "blue", "yellow")))
                    .build()
                    .train(LABELLED))
        .withMessageContaining("missing in the teacher [green]")
        .withMessageContaining("unknown to the student [yellow]");
  }

  @Test
  void aTeacherThatReadsFewerTokens(@TempDir Path folder) throws IOException {
    Graph graph = Graph.of(Zoo.model("bert_seqcls_ts11"));
    String table = "bert.embeddings.word_embeddings.weight";
    int rows = 91;
    float[] some = Arrays.copyOf(graph.initializer(table).toFloats(), rows * 32);
    graph.setInitializer(table, Tensor.of(some, rows, 32));
    Path file = folder.resolve("teacher.onnx");
    graph.toModel().write(file);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().teacher(OnnxTeacher.of(file, ORDER)).build().train(LABELLED))
        .withMessageContaining("Example 1 has token 91, outside of the vocabulary of 91")
        .withMessageContaining("teacher.onnx")
        .withMessageContaining("must read the same tokens");
  }

  @Test
  void aLabelOrderThatNobodyStates() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(OnnxStudent.of(BERT))
                    .build()
                    .train(LABELLED))
        .withMessageContaining("Component: OnnxStudent, Property: labelOrder")
        .withMessageContaining("does not say what the columns of its logits stand for");
  }

  @Test
  void aLabelOrderWithANameThatIsNoneOrNotItsOwn(@TempDir Path folder) throws IOException {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> OnnxTeacher.of(BERT, List.of("red", "red", "blue")))
        .withMessageContaining("Component: OnnxTeacher, Property: labelOrder")
        .withMessageContaining("has 'red' twice, expected a name of its own for each column");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> OnnxStudent.of(BERT, List.of("red", "red", "blue")))
        .withMessageContaining("Component: OnnxStudent, Property: labelOrder")
        .withMessageContaining("has 'red' twice, expected a name of its own for each column");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> OnnxStudent.of(BERT, List.of("red", " ", "blue")))
        .withMessageContaining("has a blank name");
    Path file = folder.resolve("two-reds.onnx");
    OnnxModel.read(BERT)
        .withMetadata(Map.of(OnnxMetadata.LABEL_ORDER, "[\"red\", \"red\", \"blue\"]"))
        .write(file);
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> train(OnnxStudent.of(file)))
        .withMessageContaining("has 'red' twice")
        .withMessageContaining("two-reds.onnx");
  }

  @Test
  void aHardLossForOtherOutputs() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                builder()
                    .objective(new DistillationObjective().hardLoss(new SquaredError()))
                    .build()
                    .train(LABELLED))
        .withMessageContaining("SquaredError")
        .withMessageContaining(
            "is undefined for the outputs of the dataset, which are of type Label");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                builder()
                    .objective(
                        new DistillationObjective()
                            .hardLoss(new CrossEntropy(0, Map.of("yellow", 2f))))
                    .build()
                    .train(LABELLED))
        .withMessageContaining("Component: CrossEntropy, Property: classWeights")
        .withMessageContaining("names [yellow], expected some of");
  }

  @Test
  void lossesOutOfTheirRange() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> new CrossEntropy(1, Map.of()))
        .withMessageContaining("Property: labelSmoothing");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> new Dkd(-1, 1))
        .withMessageContaining("Component: Dkd, Property: alpha")
        .withMessageContaining("is -1.0, expected a finite number of 0 or more");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> new Dkd(1, Double.POSITIVE_INFINITY))
        .withMessageContaining("Component: Dkd, Property: beta")
        .withMessageContaining("is Infinity");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> new Dist(1, Double.NaN))
        .withMessageContaining("Component: Dist, Property: gamma")
        .withMessageContaining("is NaN");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> new Dist(0, 0))
        .withMessageContaining("Component: Dist")
        .withMessageContaining("expected at least one above 0");
  }

  @Test
  void layersThatAreNotThere() {
    OnnxStudent whole = OnnxStudent.of(BERT, ORDER);
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(PrunedStudent.keeping(3, whole))
                    .build()
                    .train(LABELLED))
        .withMessageContaining("Component: PrunedStudent, Property: keep")
        .withMessageContaining("has 2 layers, expected at least 3");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(PrunedStudent.keeping(List.of(1, 5), whole))
                    .build()
                    .train(LABELLED))
        .withMessageContaining("Property: layers")
        .withMessageContaining("has 2 layers, expected at least 5");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> PrunedStudent.keeping(0, whole))
        .withMessageContaining("Property: keep, is 0, expected 1 or more");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> PrunedStudent.keeping(List.of(2, 1), whole))
        .withMessageContaining("are [2, 1], expected numbers from 1 in ascending order");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> PrunedStudent.keeping(List.of(0, 1), whole))
        .withMessageContaining("Component: PrunedStudent, Property: layers")
        .withMessageContaining("are [0, 1], expected numbers from 1 in ascending order")
        .withMessageContaining("0 is the embeddings, which always stay");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> EncoderStudent.of(BERT, Pooling.NONE))
        .withMessageContaining("Component: EncoderStudent, Property: pooling");
  }

  @Test
  void aFileThatIsNoModel(@TempDir Path folder) throws IOException {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> OnnxStudent.of(folder.resolve("nowhere.onnx")))
        .withMessageContaining("Component: OnnxStudent, Property: path, there is no file")
        .withMessageContaining("nowhere.onnx");
    Path text = Files.writeString(folder.resolve("text.onnx"), "no model at all");
    assertThatThrownBy(() -> train(OnnxStudent.of(text, ORDER)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("text.onnx' is not an ONNX file");
    byte[] whole = Files.readAllBytes(BERT);
    Path half = Files.write(folder.resolve("half.onnx"), Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> train(OnnxStudent.of(half, ORDER)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("was cut off");
  }

  @Test
  void aGpuThatIsNotThere() {
    assumeFalse(Engines.inference().providers().contains(ExecutionProvider.CUDA));
    assertThatExceptionOfType(RuntimeUnavailableException.class)
        .isThrownBy(() -> builder().device(Device.cuda(0)).build().train(LABELLED))
        .withMessageContaining("The execution provider CUDA is not part of the native library");
  }

  @Test
  void aFolderThatIsNotThere(@TempDir Path folder) throws IOException {
    Path nowhere = folder.resolve("missing").resolve("student");
    try (DistilledModel<Label> model = builder().epochs(1).build().train(LABELLED)) {
      assertThatThrownBy(() -> model.exportOnnx(nowhere))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("There is no folder");
      assertThatThrownBy(() -> model.serializeToFile(nowhere))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("There is no folder");
    }
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  private static DistillationTrainer.Builder<Label> builder() {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(BERT, ORDER))
        .device(Device.cpu(1));
  }

  private static DistillationTrainer<Label> bert() {
    return builder().build();
  }

  private static DistilledModel<Label> train(StudentSource student) {
    return trainer(student).train(LABELLED);
  }

  private static DistillationTrainer<Label> trainer(StudentSource student) {
    return DistillationTrainer.<Label>builder().student(student).build();
  }

  private static Dataset<Label> with(TokenSequence text) {
    List<Example<Label>> examples = new ArrayList<>(TinyTexts.labelled(12, 1));
    examples.add(text.toExample(new Label("red")));
    return TinyTexts.dataset(examples, new LabelFactory());
  }
}
