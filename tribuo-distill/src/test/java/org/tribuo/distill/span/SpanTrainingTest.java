package org.tribuo.distill.span;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.RecordedSteps;
import org.tribuo.distill.RunValue;
import org.tribuo.distill.TeacherAssistant;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.internal.text.ContextTokens;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.selection.CrossValidatedTrainer;
import org.tribuo.distill.student.CosineHead;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ScratchStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.ProbabilityFile;
import org.tribuo.distill.teacher.SeveralTeachers;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.teacher.TribuoTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.test.Helpers;

class SpanTrainingTest {
  private static final MutableDataset<Span> TRAIN =
      TinyQuestions.dataset(TinyQuestions.make(80, 6, 1));
  private static final MutableDataset<Span> TEST =
      TinyQuestions.dataset(TinyQuestions.make(60, 6, 2));

  private static OnnxStudent bert() {
    return OnnxStudent.of(Zoo.file("bert_qa_ts17"));
  }

  /** The export of another tool, without a word about its outputs but their names. */
  private static OnnxTeacher albert() {
    return OnnxTeacher.of(Zoo.file("albert_qa_optimum"));
  }

  private static DistillationTrainer.Builder<Span> trainer(StudentSource student, int epochs) {
    return DistillationTrainer.<Span>builder()
        .student(student)
        .epochs(epochs)
        .optimizer(new AdamWOptimizer().learningRate(5e-3f))
        .batching(new Batching().batchSize(8))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1));
  }

  private static SpanEvaluator.Evaluation evaluation(Model<Span> model) {
    return new SpanEvaluator().evaluate(model, TEST);
  }

  @Test
  void aStudentLearnsFromAnswersAndThenTeaches(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("teacher.onnx");
    try (DistilledModel<Span> model =
        trainer(bert(), 6).build().train(TinyQuestions.dataset(TinyQuestions.make(600, 6, 1)))) {
      assertThat(evaluation(model).all().exactMatch()).isGreaterThan(0.9);
      assertThat(evaluation(model).unanswered().questions()).isGreaterThan(5);
      assertThat(evaluation(model).unanswered().exactMatch()).isGreaterThan(0.8);
      model.exportOnnx(file);
    }
    assertThat(OnnxModel.read(file).metadata())
        .containsEntry("TRIBUO_LOGITS", "start_logits,end_logits");
    List<TinyQuestions.Asked> questions = new ArrayList<>(TinyQuestions.make(2, 6, 3));
    TinyQuestions.make(600, 6, 4).forEach(each -> questions.add(each.unanswered()));
    DistillationTrainer<Span> trainer =
        trainer(ScratchStudent.of(101, 2, 32, 4), 8)
            .teacher(OnnxTeacher.of(file))
            .softTargetStore(folder.resolve("store"))
            .build();
    MutableDataset<Span> mostlyUnanswered = TinyQuestions.dataset(questions);
    try (DistilledModel<Span> student = trainer.train(mostlyUnanswered)) {
      assertThat(evaluation(student).all().exactMatch()).isGreaterThan(0.8);
      assertThat(student.labelOrder()).containsExactly("start_logits", "end_logits");
      assertThat(run(student, "soft-targets-computed")).isEqualTo("602");
      assertThat(run(student, "labelled-rows")).isEqualTo("2");
      Helpers.testProvenanceMarshalling(student.getProvenance());
    }
    try (DistilledModel<Span> again = trainer.train(mostlyUnanswered)) {
      assertThat(run(again, "soft-targets-reused")).isEqualTo("602");
    }
  }

  @Test
  void aModelOfAnotherToolTeaches() throws Exception {
    MutableDataset<Span> unanswered =
        TinyQuestions.dataset(
            TinyQuestions.make(80, 6, 5).stream().map(TinyQuestions.Asked::unanswered).toList());
    try (DistilledModel<Span> teacher = DistilledModel.of(albert(), new SpanFactory());
        DistilledModel<Span> student =
            trainer(bert(), 12).teacher(albert()).build().train(unanswered)) {
      List<Prediction<Span>> expected = teacher.predict(TEST);
      List<Prediction<Span>> predicted = student.predict(TEST);
      int same = 0;
      for (int i = 0; i < expected.size(); i++) {
        same += expected.get(i).getOutput().equals(predicted.get(i).getOutput()) ? 1 : 0;
      }
      assertThat(same).isGreaterThan(40);
    }
  }

  /** The first step's losses, computed here from the logits of both files. */
  @Test
  void startAndEndAreLearntOverThePositionsOfTheContextAndNoAnswer() throws Exception {
    List<TinyQuestions.Asked> questions = new ArrayList<>(TinyQuestions.make(4, 6, 6));
    questions.set(1, TinyQuestions.make(1, 3, 7).get(0).unanswered());
    MutableDataset<Span> data = TinyQuestions.dataset(questions);
    float[] weights = {1, 1, .5f, .25f};
    for (int i = 0; i < weights.length; i++) {
      data.getExample(i).setWeight(weights[i]);
    }
    Map<String, Float> terms = firstStep(data);
    double hard = 0;
    double soft = 0;
    double labelled = 0;
    double all = 0;
    for (int i = 0; i < weights.length; i++) {
      ContextTokens tokens = ContextTokens.of(data.getExample(i));
      Span answer = data.getExample(i).getOutput();
      for (String output : List.of("start_logits", "end_logits")) {
        double[] logits = possible("bert_qa_ts17", output, tokens);
        double[] q = softmax(logits, 2);
        double[] p = softmax(possible("albert_qa_optimum", output, tokens), 2);
        soft += weights[i] * 4 * divergence(p, q) / 2;
        if (answer.isKnown()) {
          hard -= weights[i] * Math.log(softmax(logits, 1)[column(answer, output, tokens)]) / 2;
        }
      }
      all += weights[i];
      labelled += answer.isKnown() ? weights[i] : 0;
    }
    assertThat(terms.get("hard")).isEqualTo((float) (hard / labelled), within(1e-4f));
    assertThat(terms.get("soft")).isEqualTo((float) (soft / all), within(1e-4f));
    assertThat(terms.get("loss"))
        .isEqualTo((float) (.3 * hard / labelled + .7 * soft / all), within(1e-4f));
  }

  private static Map<String, Float> firstStep(MutableDataset<Span> data) {
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<Span> trainer =
        trainer(bert(), 1)
            .teacher(albert())
            .objective(new DistillationObjective().alpha(.7f).temperature(2))
            .build();
    trainer.setListener(steps);
    trainer.train(data).close();
    return steps.firstTerms();
  }

  /** The logits of no answer, and then those of the context. */
  private static double[] possible(String model, String output, ContextTokens tokens) {
    float[] logits = run(Zoo.model(model), output, tokens.tokens());
    List<Double> possible = new ArrayList<>(List.of((double) logits[0]));
    for (int i = 1; i < logits.length; i++) {
      if (tokens.isInContext(i)) {
        possible.add((double) logits[i]);
      }
    }
    return possible.stream().mapToDouble(each -> each).toArray();
  }

  private static int column(Span answer, String output, ContextTokens tokens) {
    int column = 0;
    for (int i = 0; i < tokens.length(); i++) {
      if (tokens.isInContext(i)) {
        column++;
        boolean found =
            output.equals("start_logits")
                ? tokens.start(i) == answer.start()
                : tokens.end(i) == answer.end();
        if (found) {
          return column;
        }
      }
    }
    assertThat(answer).isEqualTo(Span.noAnswer());
    return 0;
  }

  private static double[] softmax(double[] logits, double temperature) {
    double[] powers = Arrays.stream(logits).map(each -> Math.exp(each / temperature)).toArray();
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers).map(each -> each / sum).toArray();
  }

  private static double divergence(double[] p, double[] q) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i] * Math.log(p[i] / q[i]);
    }
    return sum;
  }

  private static float[] run(OnnxModel model, String output, TokenSequence tokens) {
    long[] ids = Arrays.stream(tokens.ids()).asLongStream().toArray();
    long[] types = Arrays.stream(tokens.typeIds()).asLongStream().toArray();
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    return OnnxRun.of(
        model,
        Map.of(
            "input_ids", Tensor.of(ids, 1, ids.length),
            "attention_mask", Tensor.of(ones, 1, ids.length),
            "token_type_ids", Tensor.of(types, 1, ids.length)),
        output);
  }

  @Test
  void longContextsAreTrainedAndPredictedInWindows() {
    MutableDataset<Span> longer = TinyQuestions.dataset(TinyQuestions.make(240, 20, 8));
    DistillationTrainer<Span> trainer =
        trainer(bert(), 8).batching(new Batching().batchSize(8).maxLength(14)).build();
    try (DistilledModel<Span> model = trainer.train(longer)) {
      assertThat(model.maxLength()).isEqualTo(14);
      MutableDataset<Span> test = TinyQuestions.dataset(TinyQuestions.make(40, 90, 9));
      SpanEvaluator.Evaluation evaluation = new SpanEvaluator().evaluate(model, test);
      assertThat(evaluation.answered().exactMatch()).isGreaterThan(.7);
      Span found = model.predict(test.getExample(0)).getOutput();
      assertThat(found.isAnswer()).isEqualTo(test.getExample(0).getOutput().isAnswer());
    }
  }

  @Test
  void predictionsAreThoseOfTheExportedFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("student.onnx");
    try (DistilledModel<Span> model =
        trainer(PrunedStudent.keeping(1, bert()), 6).build().train(TRAIN)) {
      model.exportOnnx(file);
      OnnxModel exported = OnnxModel.read(file);
      for (Example<Span> example : TEST) {
        ContextTokens tokens = ContextTokens.of(example);
        float[] start = run(exported, "start_logits", tokens.tokens());
        float[] end = run(exported, "end_logits", tokens.tokens());
        double best = Double.NEGATIVE_INFINITY;
        int first = 0;
        int last = 0;
        for (int i = 0; i < start.length; i++) {
          for (int j = i; j < start.length; j++) {
            if (tokens.isInContext(i) && tokens.isInContext(j) && start[i] + end[j] > best) {
              best = start[i] + end[j];
              first = i;
              last = j;
            }
          }
        }
        Prediction<Span> prediction = model.predict(example);
        Span answer = prediction.getOutputScores().get(Span.ANSWER);
        assertThat(answer.start()).isEqualTo(tokens.start(first));
        assertThat(answer.end()).isEqualTo(tokens.end(last));
        assertThat(Span.noAnswerMargin(prediction))
            .isEqualTo(start[0] + end[0] - best, within(1e-4));
      }
    }
  }

  @Test
  void aModelAndItsTrainerPassTribuosHarness() {
    DistillationTrainer<Span> trainer = trainer(bert(), 1).build();
    Helpers.testConfigurableRoundtrip(trainer);
    try (DistilledModel<Span> model = trainer.train(TRAIN)) {
      Helpers.testProvenanceMarshalling(model.getProvenance());
      Model<Span> read = Helpers.testModelProtoSerialization(model, Span.class, TEST);
      assertThat(((DistilledModel<Span>) read).labelOrder()).isEqualTo(model.labelOrder());
      SpanEvaluator.Evaluation evaluation = evaluation(model);
      Helpers.testProvenanceMarshalling(evaluation.getProvenance());
      assertThat(evaluation.getPredictions()).hasSize(TEST.size());
      assertThat(evaluation.asMap()).hasSize(6);
      assertThat(new SpanFactory().getEvaluator().evaluate(model, TEST).asMap())
          .isEqualTo(evaluation.asMap());
    }
  }

  @Test
  void heldOutQuestionsAreHeldOutWithAllTheirWindows() {
    try (DistilledModel<Span> model =
        trainer(bert(), 2)
            .batching(new Batching().maxLength(14))
            .earlyStopping(new EarlyStopping(0.01, 1))
            .build()
            .train(TinyQuestions.dataset(TinyQuestions.make(3, 40, 1)))) {
      assertThat(Integer.parseInt(run(model, "held-out-rows"))).isGreaterThan(3);
    }
  }

  @Test
  void aPrunedStudentAndAStageOfLabelsAlone() {
    List<TinyQuestions.Asked> questions = new ArrayList<>(TinyQuestions.make(16, 6, 3));
    questions.add(TinyQuestions.make(1, 6, 4).get(0).unanswered());
    try (DistilledModel<Span> model =
        trainer(PrunedStudent.keeping(1, bert()), 1)
            .stages(TrainingStage.fineTuning(1))
            .build()
            .train(TinyQuestions.dataset(questions))) {
      assertThat(run(model, "fine-tuning-steps")).isEqualTo("2");
    }
  }

  @Test
  void anEncoderGetsAFreshHeadWithTwoOutputs(@TempDir Path folder) throws Exception {
    Path encoder = Zoo.file("minilm_embedding_ts14");
    Path file = folder.resolve("fresh.onnx");
    try (DistilledModel<Span> model =
        trainer(EncoderStudent.of(encoder, Pooling.MEAN), 1).build().train(TRAIN)) {
      model.exportOnnx(file);
    }
    assertThat(Graph.of(OnnxModel.read(file)).outputs())
        .containsExactly("start_logits", "end_logits");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(
                        EncoderStudent.of(encoder, Pooling.MEAN)
                            .withHead(new CosineHead().imprinted(true)),
                        1)
                    .build()
                    .train(TRAIN))
        .withMessageContaining("to be imprinted with class means, but the outputs");
  }

  @Test
  void aTrainerIsChosenByCrossValidation() {
    CrossValidatedTrainer<Span> choice =
        CrossValidatedTrainer.of(
                List.of(
                    trainer(bert(), 1).optimizer(new AdamWOptimizer().learningRate(1e-7f)).build(),
                    trainer(bert(), 6).build()))
            .folds(2);
    try (DistilledModel<Span> model =
        (DistilledModel<Span>) choice.train(TinyQuestions.dataset(TinyQuestions.make(200, 6, 1)))) {
      assertThat(run(model, CrossValidatedTrainer.CHOSEN)).isEqualTo("1");
    }
  }

  @Test
  void anAssistantIsTrainedOnTheSameWindows() {
    TeacherAssistant assistant =
        TeacherAssistant.of(
            trainer(bert(), 1)
                .batching(new Batching().batchSize(8).maxLength(14))
                .teacher(albert())
                .build());
    try (DistilledModel<Span> model =
        trainer(PrunedStudent.keeping(1, bert()), 1)
            .batching(new Batching().batchSize(8).maxLength(14))
            .teacher(assistant)
            .build()
            .train(TinyQuestions.dataset(TinyQuestions.make(8, 30, 1)))) {
      assertThat(Integer.parseInt(run(model, "soft-targets-computed"))).isGreaterThan(8);
    }
  }

  @Test
  void anAssistantMayReadLessThanItsStudent() {
    TeacherAssistant assistant =
        TeacherAssistant.of(
            trainer(bert(), 1).batching(new Batching().batchSize(8).maxLength(10)).build());
    DistillationTrainer<Span> trainer =
        trainer(PrunedStudent.keeping(1, bert()), 1)
            .batching(new Batching().batchSize(8).maxLength(14))
            .teacher(assistant)
            .build();
    trainer.train(TinyQuestions.dataset(TinyQuestions.make(8, 30, 1))).close();
  }

  @Test
  void aStageMayHaveQuestionsOfItsOwn(@TempDir Path folder) throws Exception {
    Path questions = folder.resolve("questions.csv");
    Files.writeString(
        questions,
        "question,context,answer,start\nw10,w20 w21 w22 w23 w24 w25 w26 w27 w28 w29 sky w80,w80,\n");
    try (DistilledModel<Span> model =
        trainer(bert(), 1)
            .batching(new Batching().batchSize(8).maxLength(12))
            .stages(
                TrainingStage.of(1),
                TrainingStage.fineTuning(1)
                    .on(QuestionDataSource.of(questions, TinyQuestions.tokenizer())))
            .build()
            .train(TRAIN)) {
      assertThat(run(model, "fine-tuning-steps")).isEqualTo("1");
    }
  }

  @Test
  void whatHasARowOfNumbersForAQuestionIsNoTeacher(@TempDir Path folder) throws Exception {
    Path saved = folder.resolve("model.pb");
    try (DistilledModel<Span> model = trainer(bert(), 1).build().train(TEST)) {
      model.serializeToFile(saved);
    }
    Path table =
        Files.writeString(folder.resolve("table.csv"), "start_logits,end_logits\n0.5,0.5\n");
    for (TeacherSource teacher : List.of(TribuoTeacher.of(saved), ProbabilityFile.of(table))) {
      assertThatExceptionOfType(PropertyException.class)
          .isThrownBy(() -> trainer(bert(), 1).teacher(teacher).build().train(TEST))
          .withMessageContaining(
              "has one row of numbers for each example, but Spans predicts more of one; use an ONNX model as the teacher");
    }
  }

  @Test
  void theOutputsOfAnotherExporterAreNamed() throws Exception {
    OnnxTeacher named =
        OnnxTeacher.of(Zoo.file("albert_qa_optimum"), List.of(), "start_logits,end_logits");
    try (DistilledModel<Span> teacher = DistilledModel.of(named, new SpanFactory())) {
      assertThat(teacher.predict(TEST.getExample(0)).getOutputScores()).hasSize(2);
    }
    OnnxTeacher one = OnnxTeacher.of(Zoo.file("albert_qa_optimum"), List.of(), "start_logits");
    assertThatExceptionOfType(TeacherException.class)
        .isThrownBy(() -> DistilledModel.of(one, new SpanFactory()))
        .withMessageContaining(
            "in the outputs [start_logits], expected 2: one each for [start_logits, end_logits]");
  }

  @Test
  void aClassifierIsNeitherStudentNorTeacher() {
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(
            () -> trainer(OnnxStudent.of(Zoo.file("bert_seqcls_ts11")), 1).build().train(TRAIN))
        .withMessageContaining("has no output 'start_logits', expected one of ['logits'");
    assertThatExceptionOfType(TeacherException.class)
        .isThrownBy(
            () ->
                trainer(bert(), 1)
                    .teacher(OnnxTeacher.of(Zoo.file("bert_seqcls_ts11")))
                    .build()
                    .train(TRAIN))
        .withMessageContaining("has no output 'start_logits', expected one of ['logits'");
  }

  @Test
  void badInputIsRefused() {
    DistillationTrainer<Span> trainer = trainer(bert(), 1).build();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer.train(
                    TinyQuestions.dataset(
                        TinyQuestions.make(3, 4, 1).stream()
                            .map(TinyQuestions.Asked::unanswered)
                            .toList())))
        .withMessageStartingWith("3 of 3 examples have no label");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> trainer(bert(), 1).batching(new Batching().maxLength(4)).build().train(TRAIN))
        .withMessageStartingWith("Example 0: The question has 4 tokens, special ones included");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(bert(), 1)
                    .objective(new DistillationObjective().hardLoss(new CrossEntropy(.1f)))
                    .build()
                    .train(TRAIN))
        .withMessageContaining("compares all positions, those too at which no answer can be");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(bert(), 1)
                    .teacher(albert())
                    .objective(new DistillationObjective().softLoss(new LogitsMse()))
                    .build()
                    .train(TRAIN))
        .withMessageContaining(
            "is undefined for the outputs of the dataset, which are of type Span");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(bert(), 1)
                    .teacher(SeveralTeachers.of(albert(), albert()))
                    .build()
                    .train(TRAIN))
        .withMessageContaining("not where it is a span; expected one teacher");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                trainer(bert(), 1)
                    .teacher(albert().reading(TinyQuestions.tokenizer()))
                    .build()
                    .train(TRAIN))
        .withMessageContaining(
            "is stated, but what Spans predicts is compared token by token: the teacher must read the student's tokens");
    SpanFactory outputs = new SpanFactory();
    MutableDataset<Span> texts =
        new MutableDataset<>(
            List.of(TokenSequence.of(1, 5, 2).toExample(Span.noAnswer())),
            new SimpleDataSourceProvenance("texts", outputs),
            outputs);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(texts))
        .withMessageStartingWith("Example 0: No token is one of a context");
  }

  @Test
  void labelsAreNotWhatAModelOfSpansPredicts() {
    LabelFactory labels = new LabelFactory();
    MutableDataset<Label> classified =
        new MutableDataset<>(
            List.of(
                TokenSequence.of(1, 5, 2).toExample(new Label("a")),
                TokenSequence.of(1, 6, 2).toExample(new Label("b"))),
            new SimpleDataSourceProvenance("labels", labels),
            labels);
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(OnnxStudent.of(Zoo.file("bert_qa_ts17"), List.of("a", "b")))
                    .build()
                    .train(classified))
        .withMessageContaining("has several outputs that can hold logits for 2 labels");
  }

  /** Of windows, which are numbered on their way, it is said what is wrong with the question. */
  @Test
  void whatDoesNotFitIsNamedAsTheUserKnowsIt() {
    MutableDataset<Span> odd = TinyQuestions.dataset(TinyQuestions.make(3, 40, 1));
    odd.getExample(2).setWeight(-1);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> trainer(bert(), 1).batching(new Batching().maxLength(14)).build().train(odd))
        .withMessage("Example 2 has the weight -1.0, expected a finite number of 0 or more");
  }

  @Test
  void whatCannotBePredictedIsNamedAsTheUserKnowsItToo() {
    MutableDataset<Span> odd = TinyQuestions.dataset(TinyQuestions.make(3, 40, 1));
    odd.getExample(1).set(new org.tribuo.Feature("input_ids@00030", 5000));
    try (DistilledModel<Span> model =
        trainer(bert(), 1).batching(new Batching().maxLength(14)).build().train(TRAIN)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(odd))
          .withMessageStartingWith("Example 1: Token 4999 at position ");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(odd.getExample(1)))
          .withMessageStartingWith("Token 4999 at position ");
    }
  }

  @Test
  void aTrainerAndItsQuestionsAreConfiguredInXml(@TempDir Path folder) throws Exception {
    Path questions = folder.resolve("questions.csv");
    Files.writeString(
        questions,
        "question,context,answer,start\nw10,w20 sky w80,w80,8\nw11,w20 sky,,-1\nw10,w5,,\n");
    Path file = folder.resolve("answers.xml");
    Files.writeString(
        file,
        """
        <config>
          <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="student" value="student"/>
            <property name="teacher" value="teacher"/>
          </component>
          <component name="student" type="org.tribuo.distill.student.ScratchStudent">
            <property name="vocabulary" value="101"/>
            <property name="layers" value="1"/>
            <property name="width" value="8"/>
            <property name="heads" value="2"/>
          </component>
          <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
            <property name="path" value="%s"/>
          </component>
          <component name="questions" type="org.tribuo.distill.span.QuestionDataSource">
            <property name="dataPath" value="%s"/>
            <property name="tokenizerPath" value="%s"/>
          </component>
        </config>
        """
            .formatted(Zoo.file("albert_qa_optimum"), questions, TinyQuestions.tokenizer()));
    ConfigurationManager configuration = new ConfigurationManager(file.toString());
    QuestionDataSource source = (QuestionDataSource) configuration.lookup("questions");
    MutableDataset<Span> data = new MutableDataset<>(source);
    @SuppressWarnings("unchecked") // the trainer trains on what it is given
    DistillationTrainer<Span> trainer = (DistillationTrainer<Span>) configuration.lookup("trainer");
    try (DistilledModel<Span> model = trainer.train(data)) {
      assertThat(model.predict(data)).hasSize(3);
      Helpers.testProvenanceMarshalling(model.getProvenance());
      assertThat(ProvenanceUtil.formattedProvenanceString(model.getProvenance()))
          .contains("questions.csv", "resource-hash", "tokenizer-hash");
    }
  }

  private static String run(DistilledModel<Span> model, String name) {
    return RunValue.of(model.getProvenance(), name);
  }
}
