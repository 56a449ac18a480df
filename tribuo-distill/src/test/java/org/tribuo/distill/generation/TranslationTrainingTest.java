package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.LastLogits;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.RecordedSteps;
import org.tribuo.distill.UnmaskedModel;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.ScratchEncoderDecoderStudent;
import org.tribuo.distill.student.ScratchTokenStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.test.Helpers;

/** Sources and targets: each step of a target is learnt from those before it and the source. */
class TranslationTrainingTest {
  private static final MutableDataset<GeneratedTokens> TRAIN =
      TinyTranslations.dataset(600, 2, 4, 1);
  private static final MutableDataset<GeneratedTokens> TEST = TinyTranslations.dataset(30, 2, 4, 2);
  private static final int VOCABULARY = TinyTranslations.VOCABULARY.size();

  @TempDir private static Path folder;
  private static Path teacher;

  private static DistillationTrainer.Builder<GeneratedTokens> trainer(
      StudentSource student, int epochs) {
    return DistillationTrainer.<GeneratedTokens>builder()
        .student(student)
        .epochs(epochs)
        .optimizer(new AdamWOptimizer().learningRate(1e-2f))
        .batching(new Batching().batchSize(16))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1));
  }

  private static double perplexity(Model<GeneratedTokens> model) {
    return new PerplexityEvaluator().evaluate(model, TEST).perplexity();
  }

  /** The logits [positions, vocabulary] of a model that ONNX Runtime runs alone. */
  private static float[] logits(OnnxModel model, int[] source, int... read) {
    long[] mask = new long[source.length];
    Arrays.fill(mask, 1);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(TinyTranslations.longs(source), 1, source.length));
    inputs.put("attention_mask", Tensor.of(mask, 1, source.length));
    inputs.put("decoder_input_ids", Tensor.of(TinyTranslations.longs(read), 1, read.length));
    return OnnxRun.of(model, inputs, "logits");
  }

  @BeforeAll
  static void aTeacherLearnsFromPairs() throws Exception {
    teacher = folder.resolve("teacher.onnx");
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchEncoderDecoderStudent.of(1, 1, 32, 4).withPositions(24), 40)
            .build()
            .train(TRAIN)) {
      assertThat(perplexity(model)).isBetween(1.0, 1.6);
      assertThat(model.labelOrder()).isEqualTo(TinyTranslations.VOCABULARY.names());
      assertThat(model.maxLength()).isEqualTo(24);
      model.exportOnnx(teacher);
    }
  }

  /** Of sources alone nothing but the teacher says what their targets begin with. */
  @Test
  void aStudentLearnsFromATeacher() {
    List<Example<GeneratedTokens>> unknown = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 200; i++) {
      unknown.add(
          TinyTranslations.example(
              TinyTranslations.source(random.nextInt(2, 5), random),
              TinyTranslations.START,
              GeneratedTokens.unknown()));
    }
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchEncoderDecoderStudent.of(1, 1, 16, 2).withPositions(24), 40)
            .teacher(OnnxTeacher.of(teacher))
            .softTargetStore(folder.resolve("store"))
            .build();
    try (DistilledModel<GeneratedTokens> student =
        trainer.train(TinyTranslations.dataset(unknown))) {
      int right = 0;
      for (int i = 0; i < 50; i++) {
        int[] source = TinyTranslations.source(3, random);
        Prediction<GeneratedTokens> first =
            student.predict(
                TinyTranslations.example(
                    source, TinyTranslations.START, GeneratedTokens.unknown()));
        right += first.getOutput().token(0) == TinyTranslations.target(source)[0] ? 1 : 0;
      }
      assertThat(right).isGreaterThan(40);
    }
  }

  /** The first step's losses, computed here from the logits of both models at every step. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachStepOfATargetIsLearnt(boolean unlabelledToo) throws Exception {
    SplittableRandom random = new SplittableRandom(4);
    int[][] sources = new int[4][];
    List<Example<GeneratedTokens>> some = new ArrayList<>();
    for (int i = 0; i < sources.length; i++) {
      sources[i] = TinyTranslations.source(2 + i, random);
      some.add(
          unlabelledToo && i == 0
              ? TinyTranslations.example(
                  sources[i], TinyTranslations.START, GeneratedTokens.unknown())
              : TinyTranslations.example(sources[i]));
    }
    Path start = folder.resolve("start.onnx");
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchEncoderDecoderStudent.of(2, 1, 8, 2), 1).build().train(TRAIN)) {
      model.exportOnnx(start);
    }
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(OnnxStudent.of(start), 1)
            .teacher(OnnxTeacher.of(teacher))
            .objective(
                new DistillationObjective()
                    .alpha(.7f)
                    .temperature(2)
                    .softLoss(new SparseKlDivergence(VOCABULARY)))
            .build();
    trainer.setListener(steps);
    trainer.train(TinyTranslations.dataset(some)).close();

    double hard = 0;
    double soft = 0;
    int labelled = 0;
    int all = 0;
    for (int i = 0; i < sources.length; i++) {
      boolean known = !unlabelledToo || i > 0;
      int[] target = TinyTranslations.target(sources[i]);
      int[] read = known ? TinyTranslations.read(target) : new int[] {TinyTranslations.START};
      float[] ofStudent = logits(OnnxModel.read(start), sources[i], read);
      float[] ofTeacher = logits(OnnxModel.read(teacher), sources[i], read);
      for (int step = 0; step < read.length; step++) {
        double[] p = logProbabilities(ofTeacher, step, 2);
        double[] q = logProbabilities(ofStudent, step, 2);
        for (int token = 0; token < VOCABULARY; token++) {
          soft += 4 * Math.exp(p[token]) * (p[token] - q[token]);
        }
        all++;
        if (known) {
          hard -= logProbabilities(ofStudent, step, 1)[target[step]];
          labelled++;
        }
      }
    }
    Map<String, Float> terms = steps.firstTerms();
    assertThat(terms.get("hard")).isEqualTo((float) (hard / labelled), within(1e-4f));
    // the store keeps the teacher's logits in steps of 1/128 to 1/16
    assertThat(terms.get("soft")).isEqualTo((float) (soft / all), within(1e-3f));
    assertThat(terms.get("loss"))
        .isEqualTo((float) (.3 * hard / labelled + .7 * soft / all), within(1e-3f));
  }

  private static double[] logProbabilities(float[] logits, int step, double temperature) {
    double[] logs = new double[VOCABULARY];
    double sum = 0;
    for (int i = 0; i < VOCABULARY; i++) {
      logs[i] = logits[step * VOCABULARY + i] / temperature;
      sum += Math.exp(logs[i]);
    }
    for (int i = 0; i < VOCABULARY; i++) {
      logs[i] -= Math.log(sum);
    }
    return logs;
  }

  /** Encoder-decoders as exporters write them. */
  @ParameterizedTest
  @ValueSource(strings = {"bart_seq2seq_ts14", "marian_seq2seq_ts17", "t5_seq2seq_optimum"})
  void exportsAreTeachersAndStudents(String name) throws Exception {
    MutableDataset<GeneratedTokens> texts = TinyTranslations.dataset(60, 2, 5, 5);
    try (DistilledModel<GeneratedTokens> exported =
        DistilledModel.of(OnnxTeacher.of(Zoo.file(name)), texts.getOutputFactory())) {
      double logLikelihood = 0;
      int tokens = 0;
      for (Example<GeneratedTokens> example : texts) {
        int[] source = source(example);
        int[] target = example.getOutput().tokens();
        float[] logits =
            logits(OnnxModel.read(Zoo.file(name)), source, TinyTranslations.read(target));
        for (int step = 0; step < target.length; step++) {
          logLikelihood += logProbabilities(logits, step, 1)[target[step]];
          tokens++;
        }
      }
      PerplexityEvaluator.Evaluation evaluation =
          new PerplexityEvaluator().evaluate(exported, texts);
      assertThat(evaluation.tokens()).isEqualTo(tokens);
      assertThat(evaluation.meanLogLikelihood()).isEqualTo(logLikelihood / tokens, within(1e-4));
    }
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(OnnxStudent.of(Zoo.file(name)), 12)
            .batching(new Batching().batchSize(16).maxLength(16))
            .teacher(OnnxTeacher.of(Zoo.file(name)))
            .objective(new DistillationObjective().alpha(.05f).softLoss(new SparseKlDivergence(8)))
            .build();
    trainer.setListener(steps);
    try (DistilledModel<GeneratedTokens> student = trainer.train(texts)) {
      assertThat(steps.firstTerms().get("hard")).isGreaterThan(4);
      assertThat(new PerplexityEvaluator().evaluate(student, texts).perplexity()).isLessThan(40);
    }
  }

  private static int[] source(Example<?> example) {
    List<Integer> source = new ArrayList<>();
    example.forEach(
        feature -> {
          if (feature.getName().startsWith("input_ids@")) {
            source.add((int) feature.getValue() - 1);
          }
        });
    return source.stream().mapToInt(i -> i).toArray();
  }

  /** The exported file and the model say the same, in batches of all lengths. */
  @Test
  void aModelIsItsFileAndIsSaved() throws Exception {
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchEncoderDecoderStudent.of(1, 2, 8, 2), 1).build();
    Helpers.testConfigurableRoundtrip(trainer);
    try (DistilledModel<GeneratedTokens> model = trainer.train(TRAIN)) {
      Helpers.testProvenanceMarshalling(model.getProvenance());
      Model<GeneratedTokens> read =
          Helpers.testModelProtoSerialization(model, GeneratedTokens.class, TEST);
      assertThat(perplexity(read)).isEqualTo(perplexity(model));
      Path file = folder.resolve("model.onnx");
      model.exportOnnx(file);
      for (Prediction<GeneratedTokens> prediction : model.predict(TEST)) {
        int[] target = prediction.getExample().getOutput().tokens();
        float[] logits =
            logits(
                OnnxModel.read(file),
                source(prediction.getExample()),
                TinyTranslations.read(target));
        double logLikelihood = 0;
        for (int step = 0; step < target.length; step++) {
          logLikelihood += logProbabilities(logits, step, 1)[target[step]];
        }
        assertThat(prediction.getOutputScores().get(PerplexityEvaluator.KNOWN).logLikelihood())
            .isEqualTo(logLikelihood, within(1e-4));
      }
    }
  }

  @Test
  void aTargetIsReadAtOnce() {
    MutableDataset<GeneratedTokens> longer =
        TinyTranslations.dataset(
            List.of(
                TinyTranslations.example(7, 8),
                TinyTranslations.example(
                    new int[] {7, 8}, TinyTranslations.START, GeneratedTokens.of(new int[9]))));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchEncoderDecoderStudent.of(1, 1, 8, 2).withPositions(8), 1)
                    .build()
                    .train(longer))
        .withMessage(
            "Example 1: The target has 9 tokens to be read, and the model reads 8 at once; shorten it, or leave the pair out");
  }

  @Test
  void aLongSourceIsRefused() {
    MutableDataset<GeneratedTokens> longer =
        TinyTranslations.dataset(
            List.of(
                TinyTranslations.example(new int[9], 1, GeneratedTokens.of(3)),
                TinyTranslations.example(7, 8)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchEncoderDecoderStudent.of(1, 1, 8, 2).withPositions(8), 1)
                    .build()
                    .train(longer))
        .withMessageContaining("first text")
        .withMessageContaining("8");
  }

  @Test
  void otherVocabulariesAreRefused() {
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(Vocabulary.ofSize(100));
    MutableDataset<GeneratedTokens> others =
        new MutableDataset<>(
            List.of(TinyTranslations.example(7, 8), TinyTranslations.example(9)),
            new SimpleDataSourceProvenance("others", outputs),
            outputs);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchEncoderDecoderStudent.of(1, 1, 8, 2).withPositions(24), 1)
                    .teacher(OnnxTeacher.of(teacher))
                    .build()
                    .train(others))
        .withMessageStartingWith("The teacher predicts 101 tokens and the student 100")
        .withMessageContaining("take a teacher and a student of one tokenizer");
  }

  /** Some exports have the logits behind the last token alone. */
  @Test
  void anExportWithoutLogitsAtEachStepIsRefused() throws Exception {
    Path file = LastLogits.write(teacher, folder.resolve("last.onnx"));
    assertThatExceptionOfType(TeacherException.class)
        .isThrownBy(
            () ->
                trainer(ScratchEncoderDecoderStudent.of(1, 1, 8, 2).withPositions(24), 1)
                    .teacher(OnnxTeacher.of(file))
                    .build()
                    .train(TRAIN))
        .withMessageContaining("logits at every position");
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(() -> trainer(OnnxStudent.of(file), 1).build().train(TRAIN))
        .withMessageContaining("logits at every position");
  }

  @Test
  void kindsOfModelsAndTextsAreToldApart() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchEncoderDecoderStudent.of(1, 1, 8, 2), 1)
                    .build()
                    .train(TinyStories.dataset(10, 3, 5, 1)))
        .withMessageContaining("is a token of a second text");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer(ScratchTokenStudent.of(1, 8, 2), 1).build().train(TRAIN))
        .withMessageContaining("second_input_ids@00000");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchEncoderDecoderStudent.of(1, 1, 8, 2), 1)
                    .teacher(OnnxTeacher.of(Zoo.file("gpt2_causal_optimum")))
                    .build()
                    .train(TRAIN))
        .withMessageContaining("none of which takes a target");
  }

  @Test
  void tokensOutsideOfTheVocabularyAreNamed() {
    MutableDataset<GeneratedTokens> wrong =
        TinyTranslations.dataset(
            List.of(
                TinyTranslations.example(7, 8),
                TokenSequence.of(5, 300).toExample(TokenSequence.of(1), GeneratedTokens.of(3))));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> trainer(ScratchEncoderDecoderStudent.of(1, 1, 8, 2), 1).build().train(wrong))
        .withMessageContaining("300")
        .withMessageContaining("Example 1");
  }

  @Test
  void aTeacherWhoseDecoderHasNoMaskIsRefused() throws Exception {
    List<Path> masked =
        List.of(
            teacher,
            Zoo.file("bart_seq2seq_ts14"),
            Zoo.file("marian_seq2seq_ts17"),
            Zoo.file("t5_seq2seq_optimum"));
    for (Path model : masked) {
      Path file = UnmaskedModel.write(model, folder.resolve("both-ways.onnx"));
      assertThatIllegalArgumentException()
          .as(model.toString())
          .isThrownBy(
              () ->
                  trainer(ScratchEncoderDecoderStudent.of(1, 1, 8, 1).withPositions(24), 1)
                      .teacher(OnnxTeacher.of(file))
                      .build()
                      .train(TEST))
          .withMessageStartingWith("The teacher '%s' reads later positions".formatted(file))
          .withMessageContaining("take a model whose attention has a causal mask");
    }
  }
}
