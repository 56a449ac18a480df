package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.KeptVocabulary;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.student.FactorizedEmbeddingsStudent;
import org.tribuo.distill.student.NarrowedStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ReducedVocabularyStudent;
import org.tribuo.distill.student.ScratchTokenStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.BlockNormalization;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.PositionEncoding;
import org.tribuo.distill.transformer.internal.create.NewDecoder;
import org.tribuo.distill.transformer.internal.create.SequenceForm;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Language models of which some tokens are kept. */
class ReducedLanguageModelTest {
  private static final Path TOKENIZER = TinyStories.tokenizer();

  @TempDir Path folder;
  private Path small;
  private KeptVocabulary kept;
  private Vocabulary vocabulary;

  @BeforeEach
  void reduce() throws Exception {
    StringBuilder text = new StringBuilder();
    Vocabulary whole = Vocabulary.of(TOKENIZER);
    for (int token = 5; token < 25; token++) {
      text.append(whole.token(token)).append(' ');
    }
    small = folder.resolve("small.json");
    kept = KeptVocabulary.of(TOKENIZER, List.of(text.toString()));
    kept.writeTokenizer(small);
    vocabulary = Vocabulary.of(small);
  }

  private MutableDataset<GeneratedTokens> texts(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Example<GeneratedTokens>> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] tokens = TinyStories.make(4 + i % 8, random);
      examples.add(
          TinyStories.example(
              1, Arrays.stream(tokens).map(token -> kept.newId(token).orElseThrow()).toArray()));
    }
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(vocabulary);
    return new MutableDataset<>(
        examples, new SimpleDataSourceProvenance("tiny stories", outputs), outputs);
  }

  private static DistillationTrainer.Builder<GeneratedTokens> trainer(StudentSource student) {
    return DistillationTrainer.<GeneratedTokens>builder()
        .student(student)
        .epochs(6)
        .optimizer(new AdamWOptimizer().learningRate(1e-2f))
        .batching(new Batching().batchSize(8).maxLength(16))
        .trainingGraph(new TrainingGraphOptions().dropout(0).quantizationAware(true))
        .device(Device.cpu(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2_causal_optimum", "llama_causal_dynamo", "llama_causal_ts17"})
  void allPartsTogetherLearnAndAreExported(String name) throws Exception {
    StudentSource student =
        NarrowedStudent.of(
                PrunedStudent.keeping(
                    1,
                    PrunedStudent.Choice.INFLUENCE,
                    FactorizedEmbeddingsStudent.ofRank(
                        ReducedVocabularyStudent.of(
                            OnnxStudent.of(Zoo.file(name)), TOKENIZER, small),
                        16)))
            .heads(2)
            .inner(24);
    MutableDataset<GeneratedTokens> texts = texts(80, 1);
    try (DistilledModel<GeneratedTokens> model = trainer(student).build().train(texts)) {
      double perplexity = perplexity(model);
      assertThat(perplexity).isLessThan(5);
      for (ExportPrecision precision : ExportPrecision.values()) {
        Path file = folder.resolve(precision + ".onnx");
        model.exportOnnx(file, precision);
        try (DistilledModel<GeneratedTokens> read =
            DistilledModel.of(OnnxTeacher.of(file), texts.getOutputFactory())) {
          assertThat(perplexity(read)).isEqualTo(perplexity, within(perplexity / 10));
        }
      }
    }
  }

  /** Of both stacks, which read tokens of one vocabulary, a layer stays. */
  @ParameterizedTest
  @ValueSource(strings = {"bart_seq2seq_ts14", "marian_seq2seq_ts17", "t5_seq2seq_optimum"})
  void encoderDecodersLearnAndAreExported(String name) throws Exception {
    StudentSource student =
        ReducedVocabularyStudent.of(OnnxStudent.of(Zoo.file(name)), TOKENIZER, small);
    for (PrunedStudent.Stack stack : PrunedStudent.Stack.values()) {
      student = PrunedStudent.keeping(1, PrunedStudent.Choice.INFLUENCE, student).stack(stack);
    }
    student = FactorizedEmbeddingsStudent.ofRank(student, 16);
    MutableDataset<GeneratedTokens> pairs = pairs(60, 1);
    try (DistilledModel<GeneratedTokens> model = trainer(student).build().train(pairs)) {
      double perplexity = new PerplexityEvaluator().evaluate(model, pairs).perplexity();
      assertThat(perplexity).isLessThan(15);
      for (ExportPrecision precision : ExportPrecision.values()) {
        Path file = folder.resolve(precision + ".onnx");
        model.exportOnnx(file, precision);
        try (DistilledModel<GeneratedTokens> read =
            DistilledModel.of(OnnxTeacher.of(file), pairs.getOutputFactory())) {
          assertThat(new PerplexityEvaluator().evaluate(read, pairs).perplexity())
              .isEqualTo(perplexity, within(perplexity / 10));
        }
      }
    }
  }

  /** A source, and the same backwards. */
  private MutableDataset<GeneratedTokens> pairs(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] words = IntStream.range(5, 25).map(id -> kept.newId(id).orElseThrow()).toArray();
    List<Example<GeneratedTokens>> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] source = random.ints(3, 0, words.length).map(word -> words[word]).toArray();
      int[] target = {source[2], source[1], source[0]};
      examples.add(
          TokenSequence.of(source)
              .toExample(TokenSequence.of(words[0]), GeneratedTokens.of(target)));
    }
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(vocabulary);
    return new MutableDataset<>(
        examples, new SimpleDataSourceProvenance("tiny pairs", outputs), outputs);
  }

  /** Its soft targets are those of other tokens, until it is cut too. */
  @Test
  void aTeacherOfTheWholeVocabularyIsRefused() throws Exception {
    Path file = Zoo.file("gpt2_causal_optimum");
    Path few = folder.resolve("few.onnx");
    kept.writeModel(file, few);
    learntFrom(OnnxTeacher.of(few)).train(texts(10, 1)).close();
    assertThatThrownBy(() -> learntFrom(OnnxTeacher.of(file)).train(texts(10, 1)))
        .hasMessageContaining("for 25 labels");
    assertThatThrownBy(
            () -> learntFrom(OnnxTeacher.of(file).reading(TOKENIZER)).train(texts(10, 1)))
        .hasMessageContaining("the teacher must read the student's tokens");
  }

  private DistillationTrainer<GeneratedTokens> learntFrom(OnnxTeacher teacher) {
    StudentSource whole = OnnxStudent.of(Zoo.file("gpt2_causal_optimum"));
    return trainer(ReducedVocabularyStudent.of(whole, TOKENIZER, small))
        .teacher(teacher)
        .epochs(1)
        .build();
  }

  /** Table and logits have 104 rows and columns for 101 tokens. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aModelThatIsFilledUpIsReduced(boolean tied) throws Exception {
    Path filled = folder.resolve("filled-up.onnx");
    SequenceForm form = new SequenceForm(BlockNormalization.BEFORE, PositionEncoding.ROTARY, tied);
    new NewDecoder(NewDecoder.Kind.TOKENS, 104, 24, 1, 16, 2, 64, form).make(3).write(filled);
    StudentSource student = ReducedVocabularyStudent.of(OnnxStudent.of(filled), TOKENIZER, small);
    Path file = folder.resolve("reduced.onnx");
    MutableDataset<GeneratedTokens> texts = texts(80, 1);
    try (DistilledModel<GeneratedTokens> model = trainer(student).build().train(texts)) {
      assertThat(model.labelOrder()).isEqualTo(vocabulary.names());
      assertThat(perplexity(model)).isLessThan(8);
      model.exportOnnx(file);
    }
    try (DistilledModel<GeneratedTokens> read =
        DistilledModel.of(OnnxTeacher.of(file), texts.getOutputFactory())) {
      assertThat(perplexity(read)).isLessThan(8);
    }
    assertThat(Graph.of(OnnxModel.read(file)).initializers().values())
        .noneMatch(weights -> LongStream.of(weights.dims()).anyMatch(size -> size == 104));
  }

  /** The names of the columns of its logits are those of the small vocabulary. */
  @Test
  void aFinishedLanguageModelIsReduced() throws Exception {
    Path file = folder.resolve("whole.onnx");
    Path few = folder.resolve("few.onnx");
    MutableDataset<GeneratedTokens> whole =
        new MutableDataset<>(
            TinyStories.examples(60, 4, 12, 1),
            new SimpleDataSourceProvenance(
                "tiny stories", new GeneratedTokensFactory(Vocabulary.of(TOKENIZER))),
            new GeneratedTokensFactory(Vocabulary.of(TOKENIZER)));
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchTokenStudent.of(1, 16, 2)).build().train(whole)) {
      model.exportOnnx(file);
    }
    kept.writeModel(file, few);

    try (DistilledModel<GeneratedTokens> read =
        DistilledModel.of(OnnxTeacher.of(few), new GeneratedTokensFactory(vocabulary))) {
      assertThat(read.labelOrder()).isEqualTo(vocabulary.names());
      assertThat(perplexity(read)).isLessThan(5);
    }
  }

  private double perplexity(DistilledModel<GeneratedTokens> model) {
    return new PerplexityEvaluator().evaluate(model, texts(20, 2)).perplexity();
  }
}
