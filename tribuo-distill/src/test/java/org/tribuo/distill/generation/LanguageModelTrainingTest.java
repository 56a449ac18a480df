package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.LastLogits;
import org.tribuo.distill.RecordedSteps;
import org.tribuo.distill.RunValue;
import org.tribuo.distill.TeacherAssistant;
import org.tribuo.distill.UnmaskedModel;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LogitStandardization;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.loss.WeightedLosses;
import org.tribuo.distill.selection.CrossValidatedTrainer;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.NarrowedStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.ScratchTokenStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.transformer.BlockNormalization;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.PositionEncoding;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.create.NewDecoder;
import org.tribuo.distill.transformer.internal.create.SequenceForm;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTables;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.test.Helpers;

class LanguageModelTrainingTest {
  private static final MutableDataset<GeneratedTokens> TRAIN = TinyStories.dataset(80, 4, 12, 1);
  private static final MutableDataset<GeneratedTokens> TEST = TinyStories.dataset(30, 4, 12, 2);
  private static final int VOCABULARY = TinyStories.VOCABULARY.size();

  @TempDir private static Path folder;
  private static Path teacher;

  private static DistillationTrainer.Builder<GeneratedTokens> trainer(
      StudentSource student, int epochs) {
    return DistillationTrainer.<GeneratedTokens>builder()
        .student(student)
        .epochs(epochs)
        .optimizer(new AdamWOptimizer().learningRate(1e-2f))
        .batching(new Batching().batchSize(8))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1));
  }

  private static double perplexity(Model<GeneratedTokens> model) {
    return new PerplexityEvaluator().evaluate(model, TEST).perplexity();
  }

  @BeforeAll
  static void aTeacherLearnsFromTexts() throws Exception {
    teacher = folder.resolve("teacher.onnx");
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchTokenStudent.of(2, 16, 2).withPositions(24), 10).build().train(TRAIN)) {
      assertThat(perplexity(model)).isBetween(1.2, 2.5);
      assertThat(model.labelOrder()).isEqualTo(TinyStories.VOCABULARY.names());
      assertThat(model.maxLength()).isEqualTo(24);
      model.exportOnnx(teacher);
    }
  }

  /** Of prompts alone nothing but the teacher says what comes. */
  @Test
  void aStudentLearnsFromATeacher() {
    List<Example<GeneratedTokens>> unknown = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 150; i++) {
      unknown.add(TinyStories.example(1, TinyStories.make(1, random)));
    }
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchTokenStudent.of(1, 16, 1).withPositions(20), 25)
            .teacher(OnnxTeacher.of(teacher))
            .softTargetStore(folder.resolve("store"))
            .build();
    try (DistilledModel<GeneratedTokens> student = trainer.train(TinyStories.dataset(unknown))) {
      for (int token = 5; token < 25; token++) {
        Prediction<GeneratedTokens> next = student.predict(TinyStories.example(1, token));
        assertThat(next.getOutput()).isEqualTo(GeneratedTokens.of(TinyStories.after(token)));
        assertThat(next.getOutputScores()).isEmpty();
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchTokenStudent.of(1, 8, 1), 1)
                    .build()
                    .train(TinyStories.dataset(unknown)))
        .withMessageStartingWith("150 of 150 examples have no label");
  }

  /** The first step's losses, computed here from the logits of both models at every step. */
  @Test
  void completionsAreLearntAndPromptsAndPaddingAreNot() throws Exception {
    firstStepIsAsComputed(new DistillationObjective().alpha(.7f).temperature(2), VOCABULARY, false);
  }

  @Test
  void theTeachersLargestLogitsAloneMayBeKept() throws Exception {
    firstStepIsAsComputed(
        new DistillationObjective().alpha(.7f).temperature(2).softLoss(new SparseKlDivergence(3)),
        3,
        false);
  }

  @Test
  void theTailMayBeOneClass() throws Exception {
    firstStepIsAsComputed(
        new DistillationObjective()
            .alpha(.7f)
            .temperature(2)
            .softLoss(new SparseKlDivergence(3, SparseKlDivergence.Tail.REST_CLASS)),
        3,
        true);
  }

  private static void firstStepIsAsComputed(
      DistillationObjective objective, int largest, boolean rest) throws Exception {
    SplittableRandom random = new SplittableRandom(4);
    int[][] tokens = {
      TinyStories.make(5, random),
      TinyStories.make(9, random),
      TinyStories.make(3, random),
      TinyStories.make(2, random)
    };
    int[] prompts = {1, 4, 3, 1};
    float[] weights = {1, 1, .5f, .25f};
    List<Example<GeneratedTokens>> some = new ArrayList<>();
    for (int i = 0; i < tokens.length; i++) {
      some.add(TinyStories.example(prompts[i], tokens[i]));
      some.get(i).setWeight(weights[i]);
    }
    Path start = folder.resolve("start.onnx");
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchTokenStudent.of(1, 8, 2), 1).build().train(TRAIN)) {
      model.exportOnnx(start);
    }
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(OnnxStudent.of(start), 1)
            .teacher(OnnxTeacher.of(teacher))
            .objective(objective)
            .build();
    trainer.setListener(steps);
    trainer.train(TinyStories.dataset(some)).close();
    Map<String, Float> terms = steps.firstTerms();

    double hard = 0;
    double soft = 0;
    double labelled = 0;
    double all = 0;
    for (int i = 0; i < tokens.length; i++) {
      double[][] ofStudent = CausalZooTest.logProbabilities(OnnxModel.read(start), tokens[i]);
      double[][] ofTeacher = CausalZooTest.logProbabilities(OnnxModel.read(teacher), tokens[i]);
      // The third goes on with what nobody knows: its last step has the soft loss alone.
      int last = prompts[i] == tokens[i].length ? prompts[i] : tokens[i].length - 1;
      for (int step = prompts[i] - 1; step < last; step++) {
        if (step + 1 < tokens[i].length) {
          hard -= weights[i] * ofStudent[step][tokens[i][step + 1]];
          labelled += weights[i];
        }
        soft += weights[i] * 4 * divergence(ofTeacher[step], ofStudent[step], largest, rest);
        all += weights[i];
      }
    }
    assertThat(all).isEqualTo(4 + 5 + .5 + .25);
    assertThat(terms.get("hard")).isEqualTo((float) (hard / labelled), within(1e-4f));
    // The largest logits are kept in steps of 1/128 to 1/16.
    float exactly = largest < VOCABULARY ? 2e-3f : 1e-4f;
    assertThat(terms.get("soft")).isEqualTo((float) (soft / all), within(exactly));
    assertThat(terms.get("loss"))
        .isEqualTo((float) (.3 * hard / labelled + .7 * soft / all), within(exactly));
  }

  /** Of texts of different lengths, some of whose tokens nobody knows, with different weights. */
  @Test
  void anUpdateInPartsIsThatOfAllTokens() {
    List<Example<GeneratedTokens>> some = partlyKnown();
    for (boolean weighted : new boolean[] {false, true}) {
      if (weighted) {
        some.get(2).setWeight(.3f);
      }
      for (float alpha : new float[] {0, .4f, 1}) {
        String what = "weighted " + weighted + ", alpha " + alpha;
        assertSameInParts(what, some, new DistillationObjective().alpha(alpha));
      }
    }
  }

  /** Of losses some of which leave out what nobody knows, in sums of sums and on their own. */
  @Test
  void anUpdateInPartsIsThatOfAllTokensOfEachLoss() {
    List<Example<GeneratedTokens>> some = partlyKnown();
    some.get(2).setWeight(.3f);
    SoftLoss ofAll = new KlDivergence();
    SoftLoss ofKnown = new Dkd(1, 2);
    SoftLoss both = new WeightedLosses(List.of(ofAll, ofKnown), .5, 2);
    List<SoftLoss> losses =
        List.of(
            both,
            new WeightedLosses(List.of(ofKnown, ofKnown), .5, 2),
            new WeightedLosses(
                List.of(both, new LogitStandardization(both), ofKnown, ofAll), 1, 2, 3, 4),
            new WeightedLosses(
                List.of(new WeightedLosses(List.of(ofKnown, ofKnown), 1, 2), ofAll), 1, 2));
    for (SoftLoss loss : losses) {
      for (float alpha : new float[] {.4f, 1}) {
        String what = loss + ", alpha " + alpha;
        assertSameInParts(what, some, new DistillationObjective().alpha(alpha).softLoss(loss));
      }
    }
  }

  private static List<Example<GeneratedTokens>> partlyKnown() {
    List<Example<GeneratedTokens>> some = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(4);
    for (int length : new int[] {2, 3, 12, 13}) {
      some.add(TinyStories.example(1, TinyStories.make(length, random)));
    }
    some.add(TinyStories.example(3, TinyStories.make(3, random)));
    return some;
  }

  private static void assertSameInParts(
      String what, List<Example<GeneratedTokens>> texts, DistillationObjective objective) {
    Map<String, Float> whole = update(texts, objective, new Batching().batchSize(5));
    for (int batch : new int[] {1, 2}) {
      Map<String, Float> inParts =
          update(texts, objective, new Batching().batchSize(batch).accumulation(5));
      whole.forEach(
          (term, value) ->
              assertThat(inParts.get(term))
                  .as("%s of %s", term, what)
                  .isCloseTo(value, within(2e-5f * value)));
    }
  }

  /** What is reported of the first update, the norm of the gradients among it. */
  private static Map<String, Float> update(
      List<Example<GeneratedTokens>> texts, DistillationObjective objective, Batching batching) {
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchTokenStudent.of(1, 8, 1).withPositions(16), 1)
            .teacher(OnnxTeacher.of(teacher))
            .objective(objective)
            .optimizer(new AdamWOptimizer().learningRate(1e-2f).maxGradientNorm(1f))
            .batching(batching)
            .build();
    trainer.setListener(steps);
    trainer.train(TinyStories.dataset(texts)).close();
    return steps.firstTerms();
  }

  /** At T = 2, of logarithms of probabilities at T = 1, which are logits too. */
  private static double divergence(double[] teacher, double[] student, int largest, boolean rest) {
    int[] order =
        IntStream.range(0, teacher.length)
            .boxed()
            .sorted((a, b) -> Double.compare(teacher[b], teacher[a]))
            .mapToInt(i -> i)
            .toArray();
    double[] logP = Arrays.stream(order).limit(largest).mapToDouble(i -> teacher[i]).toArray();
    double[] logQ = Arrays.stream(order).limit(largest).mapToDouble(i -> student[i]).toArray();
    double ofAll = Arrays.stream(student).map(each -> Math.exp(each / 2)).sum();
    if (rest) {
      logP = Arrays.copyOf(logP, largest + 1);
      logQ = Arrays.copyOf(logQ, largest + 1);
      logP[largest] = logOfSum(order, teacher, largest);
      logQ[largest] = logOfSum(order, student, largest);
      ofAll = Arrays.stream(logQ).map(each -> Math.exp(each / 2)).sum();
    }
    double ofTeacher = Arrays.stream(logP).map(each -> Math.exp(each / 2)).sum();
    double divergence = 0;
    for (int i = 0; i < logP.length; i++) {
      double p = Math.exp(logP[i] / 2) / ofTeacher;
      divergence += p * Math.log(p / (Math.exp(logQ[i] / 2) / ofAll));
    }
    return divergence;
  }

  private static double logOfSum(int[] order, double[] logs, int from) {
    return Math.log(Arrays.stream(order).skip(from).mapToDouble(i -> Math.exp(logs[i])).sum());
  }

  /** Each token is predicted in one window; windows of a prediction overlap by half. */
  @Test
  void longTextsAreTrainedAndMeasuredInWindows() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    int[] tokens = TinyStories.make(40, random);
    MutableDataset<GeneratedTokens> longer =
        TinyStories.dataset(List.of(TinyStories.example(3, tokens)));
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchTokenStudent.of(1, 8, 2).withPositions(8), 1).build().train(longer)) {
      assertThat(run(model, "labelled-rows")).isEqualTo("5");
      Path file = folder.resolve("windows.onnx");
      model.exportOnnx(file);
      double logLikelihood = 0;
      for (int at = 3; at < tokens.length; at++) {
        int end = at <= 8 ? 8 : 8 + 4 * ((at - 8 + 3) / 4);
        end = Math.min(end, tokens.length - 1);
        double[][] logs =
            CausalZooTest.logProbabilities(
                OnnxModel.read(file), Arrays.copyOfRange(tokens, end - 8, end));
        logLikelihood += logs[at - 1 - (end - 8)][tokens[at]];
      }
      PerplexityEvaluator.Evaluation evaluation = new PerplexityEvaluator().evaluate(model, longer);
      assertThat(evaluation.tokens()).isEqualTo(37);
      assertThat(evaluation.meanLogLikelihood()).isEqualTo(logLikelihood / 37, within(1e-5));
    }
  }

  @Test
  void aModelAndItsTrainerPassTribuosHarness() {
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchTokenStudent.of(1, 8, 2), 1).build();
    Helpers.testConfigurableRoundtrip(trainer);
    try (DistilledModel<GeneratedTokens> model = trainer.train(TRAIN)) {
      Helpers.testProvenanceMarshalling(model.getProvenance());
      Model<GeneratedTokens> read =
          Helpers.testModelProtoSerialization(model, GeneratedTokens.class, TEST);
      assertThat(perplexity(read)).isEqualTo(perplexity(model));
      PerplexityEvaluator.Evaluation evaluation = new PerplexityEvaluator().evaluate(model, TEST);
      Helpers.testProvenanceMarshalling(evaluation.getProvenance());
      assertThat(evaluation.texts()).isEqualTo(TEST.size());
      assertThat(evaluation.asMap())
          .isEqualTo(TEST.getOutputFactory().getEvaluator().evaluate(model, TEST).asMap());
    }
  }

  @Test
  void theSameSeedGivesTheSameStudent() throws IOException {
    for (int i = 0; i < 2; i++) {
      DistillationTrainer<GeneratedTokens> trainer =
          trainer(ScratchTokenStudent.of(1, 8, 2), 1)
              .teacher(OnnxTeacher.of(teacher))
              .objective(
                  new DistillationObjective()
                      .softLoss(new SparseKlDivergence(5, SparseKlDivergence.Tail.REST_CLASS)))
              .trainingGraph(new TrainingGraphOptions().dropout(.1f))
              .build();
      try (DistilledModel<GeneratedTokens> model = trainer.train(TRAIN)) {
        model.exportOnnx(folder.resolve("same-%d.onnx".formatted(i)));
      }
    }
    assertThat(OnnxModel.read(folder.resolve("same-0.onnx")).initializers())
        .isEqualTo(OnnxModel.read(folder.resolve("same-1.onnx")).initializers());
  }

  @Test
  void filesOfOtherPrecisionsPredictTheSame() throws IOException {
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchTokenStudent.of(1, 16, 2).withPositions(24), 5).build().train(TRAIN)) {
      Path whole = folder.resolve("whole.onnx");
      model.exportOnnx(whole);
      for (ExportPrecision precision : List.of(ExportPrecision.FLOAT16, ExportPrecision.INT8)) {
        Path file = folder.resolve(precision + ".onnx");
        model.exportOnnx(file, precision);
        assertThat(Files.size(file)).isLessThan(Files.size(whole));
        try (DistilledModel<GeneratedTokens> small =
            DistilledModel.of(OnnxTeacher.of(file), TRAIN.getOutputFactory())) {
          assertThat(perplexity(small)).isCloseTo(perplexity(model), withinPercentage(10));
        }
      }
    }
  }

  @Test
  void earlyStoppingMeasuresTheLikelihoodOfTokens() {
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchTokenStudent.of(1, 16, 2).withPositions(6), 10)
            .earlyStopping(new EarlyStopping(0.2, 2))
            .build();
    List<Double> measured = new ArrayList<>();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public TrainingListener stage(String name) {
            return new TrainingListener() {
              @Override
              public void onEvaluation(EvaluationReport report) {
                measured.add(report.metrics().get("log-likelihood"));
              }
            };
          }
        });
    try (DistilledModel<GeneratedTokens> model = trainer.train(TRAIN)) {
      assertThat(measured).hasSizeGreaterThan(1).allMatch(each -> each < 0);
      assertThat(measured.get(measured.size() - 1)).isGreaterThan(measured.get(0));
      assertThat(Integer.parseInt(run(model, "held-out-rows"))).isGreaterThanOrEqualTo(16);
    }
  }

  /** Channels of positions that are computed go with those of the states. */
  @ParameterizedTest
  @EnumSource(PositionEncoding.class)
  void newModelsOfEachFormAreNarrowed(PositionEncoding positions) throws Exception {
    ScratchTokenStudent whole =
        ScratchTokenStudent.of(1, 16, 2)
            .withPositions(24)
            .withPositionEncoding(positions)
            .withTiedEmbeddings(positions == PositionEncoding.LEARNED);
    Path file = folder.resolve("narrowed.onnx");
    try (DistilledModel<GeneratedTokens> model =
        trainer(NarrowedStudent.of(whole, 8), 10).build().train(TRAIN)) {
      assertThat(perplexity(model)).isLessThan(10);
      model.exportOnnx(file);
    }
    assertThat(OnnxModel.read(file).initializers().get("embeddings.tokens").dim(1)).isEqualTo(8);
  }

  @Test
  void oneOfSeveralTrainersIsChosen() {
    CrossValidatedTrainer<GeneratedTokens> trainer =
        CrossValidatedTrainer.of(
                List.of(
                    trainer(ScratchTokenStudent.of(1, 4, 1), 1).build(),
                    trainer(ScratchTokenStudent.of(1, 16, 2), 6).build()))
            .folds(2);
    try (DistilledModel<GeneratedTokens> model =
        (DistilledModel<GeneratedTokens>) trainer.train(TRAIN)) {
      assertThat(perplexity(model)).isLessThan(4);
    }
  }

  /** Its examples are windows already, which are not cut anew unless they are too long for it. */
  @Test
  void anAssistantLearnsTheSameTokens() {
    DistillationTrainer<GeneratedTokens> assistant =
        trainer(ScratchTokenStudent.of(1, 16, 2).withPositions(8), 10)
            .teacher(OnnxTeacher.of(teacher))
            .build();
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchTokenStudent.of(1, 16, 1).withPositions(8), 10)
            .teacher(TeacherAssistant.of(assistant))
            .build();
    try (DistilledModel<GeneratedTokens> student = trainer.train(TRAIN)) {
      assertThat(perplexity(student)).isLessThan(4);
    }
  }

  @Test
  void otherVocabulariesAreRefused() {
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(Vocabulary.ofSize(100));
    MutableDataset<GeneratedTokens> data =
        new MutableDataset<>(
            TinyStories.examples(4, 3, 5, 6),
            new SimpleDataSourceProvenance("others", outputs),
            outputs);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchTokenStudent.of(1, 8, 1), 1)
                    .teacher(OnnxTeacher.of(teacher))
                    .build()
                    .train(data))
        .withMessage(
            "The teacher predicts 101 tokens and the student 100; in the teacher alone are [000100], in the student alone []: both must have the same vocabulary, as they read the ids of the same tokenizer; take a teacher and a student of one tokenizer");
    assertThatExceptionOfType(TeacherException.class)
        .isThrownBy(
            () ->
                trainer(ScratchTokenStudent.of(1, 8, 1), 1)
                    .teacher(OnnxTeacher.of(Zoo.file("gpt2_causal_optimum")))
                    .build()
                    .train(data))
        .withMessageContaining("has no output for 100 labels, expected floats [rows, tokens, 100]")
        .withMessageContaining("the vocabularySize");
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(
            () -> trainer(OnnxStudent.of(Zoo.file("gpt2_causal_optimum")), 1).build().train(data))
        .withMessageContaining("has no output for 100 labels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer(OnnxStudent.of(teacher), 1).build().train(data))
        .withMessageStartingWith(
            "The label order of 101 names does not match the 100 of the dataset: missing [], unexpected [000100]");
  }

  /**
   * Tables are filled up to a multiple of 8 or more: the logits have 104 columns for 101 tokens.
   */
  @Test
  void columnsBehindTheTokensAreLeftOut() throws Exception {
    Path whole = Zoo.file("gpt2_causal_optimum");
    Path filled = folder.resolve("filled-up.onnx");
    filledUp(whole).write(filled);
    Path named = folder.resolve("filled-up-named.onnx");
    List<String> names = Vocabulary.ofSize(104).names();
    OnnxMetadata.withLabelOrder(filledUp(whole), names).write(named);
    MutableDataset<GeneratedTokens> texts = TinyStories.dataset(20, 4, 9, 1);
    for (SoftLoss loss :
        List.of(
            new KlDivergence(),
            new SparseKlDivergence(8, SparseKlDivergence.Tail.REST_CLASS),
            SparseKlDivergence.ofMass(.5, SparseKlDivergence.Tail.REST_CLASS))) {
      float expected = firstLoss(whole, whole, loss, texts);
      assertThat(firstLoss(filled, whole, loss, texts)).isEqualTo(expected);
      assertThat(firstLoss(named, whole, loss, texts)).isEqualTo(expected);
      assertThat(firstLoss(whole, filled, loss, texts)).isEqualTo(expected);
      assertThat(firstLoss(named, named, loss, texts)).isEqualTo(expected);
    }
    try (DistilledModel<GeneratedTokens> expected =
            DistilledModel.of(OnnxTeacher.of(whole), texts.getOutputFactory());
        DistilledModel<GeneratedTokens> found =
            DistilledModel.of(OnnxTeacher.of(filled), texts.getOutputFactory())) {
      assertThat(new PerplexityEvaluator().evaluate(found, texts).perplexity())
          .isEqualTo(new PerplexityEvaluator().evaluate(expected, texts).perplexity());
    }
    Path student = folder.resolve("of-filled-up.onnx");
    try (DistilledModel<GeneratedTokens> model =
        trainer(OnnxStudent.of(filled), 1).build().train(texts)) {
      model.exportOnnx(student);
      assertThat(model.labelOrder()).hasSize(VOCABULARY);
    }
    assertThat(CausalZooTest.logProbabilities(OnnxModel.read(student), 7, 8))
        .hasDimensions(2, VOCABULARY);
  }

  /** With three rows and columns more, of which the latter are likelier than all tokens. */
  private static OnnxModel filledUp(Path model) throws IOException {
    Graph graph = Transformer.of(OnnxModel.read(model)).normalized();
    Ops op = Ops.on(graph);
    graph.removeOutput("logits");
    graph.rename("logits", "logits_of_tokens");
    Value tokens = graph.value("logits_of_tokens");
    Value further = op.add(op.slice(tokens, 2, 0, 3), op.scalar(50, tokens));
    graph.addOutput(op.named("logits", op.concat(2, List.of(tokens, further))).name());
    String name = EmbeddingTables.of(graph).largest(graph, "input_ids").initializer();
    Tensor table = graph.initializer(name);
    float[] rows = Arrays.copyOf(table.toFloats(), Math.toIntExact(104 * table.dim(1)));
    Value all = graph.setInitializer("filled_up", Tensor.of(rows, 104, table.dim(1)));
    Value ofTokens = op.slice(all, 0, 0, table.dim(0));
    for (Node reader : List.copyOf(graph.consumers(name))) {
      graph.replaceUse(reader, name, reader.is("Gather") ? all.name() : ofTokens.name());
    }
    return graph.toModel();
  }

  /** Of a decoder without its last product 128 channels are no columns of 101 tokens. */
  @Test
  void hiddenStatesAreNoLogits() throws IOException {
    Graph graph = Graph.of(decoder(VOCABULARY));
    graph.removeOutput("logits");
    putOutHiddenStates(graph);
    graph.removeUnused();
    Path file = folder.resolve("hidden.onnx");
    graph.toModel().write(file);
    assertThatExceptionOfType(TeacherException.class)
        .isThrownBy(() -> DistilledModel.of(OnnxTeacher.of(file), TRAIN.getOutputFactory()))
        .withMessageContaining("logits at every position");
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(() -> trainer(OnnxStudent.of(file), 1).build().train(TRAIN))
        .withMessageContaining("logits at every position");
  }

  /** The tables have as many rows as the widest of them has columns. */
  @Test
  void whichOfSeveralOutputsIsFilledUpIsToBeNamed() throws IOException {
    Graph graph = Graph.of(decoder(136));
    putOutHiddenStates(graph);
    Path file = folder.resolve("several.onnx");
    graph.toModel().write(file);
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(() -> trainer(OnnxStudent.of(file), 1).build().train(TRAIN))
        .withMessage(
            "Several outputs may hold the logits of 101 tokens and columns behind them, which have these numbers of columns: {logits=136, last_hidden_state=128}; name the output that holds the logits");
    OnnxStudent named = OnnxStudent.of(file, List.of(), "logits");
    try (DistilledModel<GeneratedTokens> model = trainer(named, 1).build().train(TRAIN)) {
      assertThat(model.labelOrder()).hasSize(VOCABULARY);
    }
  }

  private static OnnxModel decoder(int tokens) {
    SequenceForm form = new SequenceForm(BlockNormalization.BEFORE, PositionEncoding.ROTARY, true);
    return new NewDecoder(NewDecoder.Kind.TOKENS, tokens, 24, 1, 128, 2, 64, form).make(3);
  }

  private static void putOutHiddenStates(Graph graph) {
    Node last =
        graph.nodes().stream()
            .filter(node -> node.is("LayerNormalization"))
            .reduce((before, next) -> next)
            .orElseThrow();
    graph.rename(last.output(), "last_hidden_state");
    graph.addOutput("last_hidden_state");
  }

  private static float firstLoss(
      Path teacher, Path student, SoftLoss loss, MutableDataset<GeneratedTokens> texts) {
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(OnnxStudent.of(student), 1)
            .teacher(OnnxTeacher.of(teacher))
            .objective(new DistillationObjective().softLoss(loss).temperature(2))
            .build();
    trainer.setListener(steps);
    trainer.train(texts).close();
    return steps.lastTerms().get("soft");
  }

  /** Some exports have the logits behind the last token alone. */
  @Test
  void anExportWithoutLogitsAtEachPositionIsRefused() throws IOException {
    Path file = LastLogits.write(teacher, folder.resolve("last.onnx"));
    assertThatExceptionOfType(TeacherException.class)
        .isThrownBy(
            () ->
                trainer(ScratchTokenStudent.of(1, 8, 1), 1)
                    .teacher(OnnxTeacher.of(file))
                    .build()
                    .train(TRAIN))
        .withMessageContaining("logits at every position");
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(() -> trainer(OnnxStudent.of(file), 1).build().train(TRAIN))
        .withMessageContaining("logits at every position");
  }

  @Test
  void anEncoderIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(EncoderStudent.of(Zoo.file("bert_seqcls_optimum"), Pooling.MEAN), 1)
                    .build()
                    .train(TRAIN))
        .withMessageStartingWith("The student reads later positions");
  }

  /** A masked language model knows what it is to say. */
  @Test
  void aTeacherThatReadsLaterPositionsIsRefused() throws IOException {
    Path file = UnmaskedModel.write(teacher, folder.resolve("both-ways.onnx"));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchTokenStudent.of(1, 8, 1), 1)
                    .teacher(OnnxTeacher.of(file))
                    .build()
                    .train(TRAIN))
        .withMessageStartingWith("The teacher '%s' reads later positions".formatted(file))
        .withMessageContaining("take a model whose attention has a causal mask");
  }

  /** Its perplexity would be that of a model that knows what it is to say. */
  @Test
  void aTeacherThatReadsLaterPositionsIsNotScored() throws IOException {
    Path file = UnmaskedModel.write(teacher, folder.resolve("both-ways.onnx"));
    try (DistilledModel<GeneratedTokens> model =
        DistilledModel.of(OnnxTeacher.of(file), TRAIN.getOutputFactory())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new PerplexityEvaluator().evaluate(model, TEST))
          .withMessageStartingWith("The teacher reads later positions")
          .withMessageContaining("take a model whose attention has a causal mask");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(TEST.getExample(0)))
          .withMessageStartingWith("The teacher reads later positions");
    }
  }

  /** What it rounds to 8 bits depends on the largest number of all positions. */
  @Test
  void aTeacherWithRoundedFactorsIsAccepted() throws IOException {
    Path file = folder.resolve("integers.onnx");
    try (DistilledModel<GeneratedTokens> model =
        DistilledModel.of(OnnxTeacher.of(teacher), TRAIN.getOutputFactory())) {
      model.exportOnnx(file, ExportPrecision.INT8);
    }
    trainer(ScratchTokenStudent.of(1, 8, 1), 1)
        .teacher(OnnxTeacher.of(file))
        .build()
        .train(TRAIN)
        .close();
    try (DistilledModel<GeneratedTokens> model =
        DistilledModel.of(OnnxTeacher.of(file), TRAIN.getOutputFactory())) {
      assertThat(new PerplexityEvaluator().evaluate(model, TEST).perplexity()).isFinite();
    }
  }

  @Test
  void tokensOutsideTheVocabularyAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TinyStories.dataset(List.of(TinyStories.example(1, 5, 101))))
        .withMessageContaining("Token 101 is outside of the vocabulary of 101");
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchTokenStudent.of(1, 8, 1), 1).build().train(TRAIN)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(TinyStories.example(1, 5, 101)))
          .withMessageContaining("is outside of the vocabulary of 101");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(TinyStories.example(2, 101, 5, 6)))
          .withMessageContaining("Token 101 at position 0 is outside");
    }
  }

  @Test
  void theStoreHasNoLogitsButTheLargest() throws IOException {
    Path store = folder.resolve("sparse-store");
    trainer(ScratchTokenStudent.of(1, 8, 1), 1)
        .teacher(OnnxTeacher.of(teacher))
        .objective(
            new DistillationObjective()
                .softLoss(new SparseKlDivergence(4, SparseKlDivergence.Tail.REST_CLASS)))
        .softTargetStore(store)
        .build()
        .train(TRAIN)
        .close();
    long tokens = 0;
    for (Example<GeneratedTokens> example : TRAIN) {
      tokens += example.getOutput().length();
    }
    try (Stream<Path> files = Files.walk(store)) {
      long bytes =
          files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
      // Eight bytes for the largest logit and the tail, some bits for the others, and sixteen for
      // each text.
      assertThat(bytes)
          .isBetween(10 * tokens + 16L * TRAIN.size(), 24 * tokens + 16L * TRAIN.size() + 3000);
    }
  }

  /** As few as have it; what the store has of one mass is read again for another, and for a k. */
  @Test
  void aMassStandsForTheNumberOfTheLargest() throws Exception {
    Path store = folder.resolve("mass-store");
    List<Example<GeneratedTokens>> texts = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(5);
    double[] masses = new double[VOCABULARY];
    int tokens = 0;
    for (int i = 0; i < 20; i++) {
      int[] text = TinyStories.make(4 + i % 3, random);
      int prompt = 1 + i % 2;
      texts.add(TinyStories.example(prompt, text));
      double[][] logs = CausalZooTest.logProbabilities(Zoo.model("gpt2_causal_optimum"), text);
      for (int at = prompt - 1; at < text.length - 1; at++) {
        double[] sorted = Arrays.stream(logs[at]).map(Math::exp).map(p -> -p).sorted().toArray();
        for (int rank = 0; rank < VOCABULARY; rank++) {
          masses[rank] -= sorted[rank];
        }
        tokens++;
      }
    }
    for (double mass : new double[] {0.1, 0.7, 0.9, 0.999}) {
      double reached = 0;
      int expected = 0;
      while (expected < VOCABULARY && (expected < 32 || reached < mass * tokens)) {
        reached += masses[expected++];
      }
      RecordedSteps ofMass = new RecordedSteps();
      RecordedSteps ofNumber = new RecordedSteps();
      SparseKlDivergence.Tail rest = SparseKlDivergence.Tail.REST_CLASS;
      try (DistilledModel<GeneratedTokens> found =
              trained(SparseKlDivergence.ofMass(mass, rest), store, texts, ofMass);
          DistilledModel<GeneratedTokens> stated =
              trained(
                  new SparseKlDivergence(expected, rest), folder.resolve("k"), texts, ofNumber)) {
        assertThat(run(found, "training-largest-logits")).isEqualTo(Integer.toString(expected));
        assertThat(run(stated, "training-largest-logits")).isEqualTo(Integer.toString(expected));
        assertThat(run(found, "soft-targets-reused")).isEqualTo(mass > 0.1 ? "20" : "0");
      }
      assertThat(ofMass.firstTerms().get("soft"))
          .isCloseTo(ofNumber.firstTerms().get("soft"), within(1e-3f));
    }
  }

  private static DistilledModel<GeneratedTokens> trained(
      SoftLoss loss, Path store, List<Example<GeneratedTokens>> texts, RecordedSteps steps) {
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchTokenStudent.of(1, 8, 1), 1)
            .teacher(OnnxTeacher.of(Zoo.file("gpt2_causal_optimum")))
            .objective(new DistillationObjective().softLoss(loss))
            .softTargetStore(store)
            .build();
    trainer.setListener(steps);
    return trainer.train(TinyStories.dataset(texts));
  }

  private static String run(DistilledModel<GeneratedTokens> model, String name) {
    return RunValue.of(model.getProvenance(), name);
  }
}
