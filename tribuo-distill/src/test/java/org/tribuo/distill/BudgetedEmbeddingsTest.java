package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.generation.GeneratedTokensFactory;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.KeptVocabulary;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.selection.BudgetedTrainer;
import org.tribuo.distill.selection.SearchListener;
import org.tribuo.distill.selection.StudentBudget;
import org.tribuo.distill.selection.StudentCandidate;
import org.tribuo.distill.student.FactorizedEmbeddingsStudent;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.student.NarrowedStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTable;

/** Students whose files are too large with the whole table of embeddings, of 101 rows and 32. */
class BudgetedEmbeddingsTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = TinyWords.ORDER;

  @TempDir Path folder;
  private Path whole;
  private TinyWords words;

  @BeforeEach
  void write() throws Exception {
    words = TinyWords.in(folder);
    whole = words.tokenizer();
  }

  private MutableDataset<Label> texts(Path tokenizer) {
    return words.read(tokenizer);
  }

  private KeptVocabulary reduced(int leastTexts, Path file) throws Exception {
    KeptVocabulary kept = KeptVocabulary.ofExamples(whole, texts(whole), leastTexts);
    kept.writeTokenizer(file);
    return kept;
  }

  private DistillationTrainer<Label> trainer(OnnxTeacher teacher) {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(BERT, ORDER))
        .teacher(teacher)
        .epochs(1)
        .optimizer(new AdamWOptimizer().learningRate(1e-3f))
        .softTargetStore(folder.resolve("store"))
        .device(Device.cpu(1))
        .build();
  }

  private OnnxTeacher teacher() {
    return OnnxTeacher.of(BERT, ORDER).reading(whole, 0);
  }

  /** All are two layers of width 32, in floats. */
  private BudgetedTrainer<Label> within(long bytes) {
    return within(trainer(teacher()), bytes);
  }

  private static BudgetedTrainer<Label> within(DistillationTrainer<Label> trainer, long bytes) {
    return BudgetedTrainer.of(trainer, StudentBudget.parse(bytes + "B"))
        .speed(new SpeedMeter(0, 1, 1, 1, 1))
        .depths(2)
        .widths(32)
        .precisions(ExportPrecision.FLOAT32);
  }

  private static EmbeddingTable table(DistilledModel<?> model) {
    Transformer transformer = Transformer.of(OnnxModel.parse(model.network().onnx().toBytes()));
    return transformer.embeddings().largest(transformer.graph());
  }

  /** What a search measures, in order. */
  private List<StudentCandidate> measured(BudgetedTrainer<Label> search) {
    List<StudentCandidate> measured = listed(search);
    search.train(texts(whole)).close();
    return measured;
  }

  /** What a search measures, in order, that finds nothing. */
  private List<StudentCandidate> refused(BudgetedTrainer<Label> search) {
    List<StudentCandidate> measured = listed(search);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> search.train(texts(whole)))
        .withMessageStartingWith("No student is within");
    return measured;
  }

  /** Has what a search will measure. */
  private static List<StudentCandidate> listed(BudgetedTrainer<Label> search) {
    List<StudentCandidate> measured = new ArrayList<>();
    search.setListener(
        new SearchListener() {
          @Override
          public void onMeasured(StudentCandidate candidate, boolean withinBudget) {
            measured.add(candidate);
          }
        });
    return measured;
  }

  @Test
  void theLargestRankThatFitsIsTaken() {
    long ofWhole = measured(within(1_000_000)).get(0).bytes();
    // A product of rank 6 has 798 numbers of four bytes instead of 3,232; of 28 it has more.
    BudgetedTrainer<Label> search = within(ofWhole - 1_000).ranks(3, 28, 6);

    try (DistilledModel<Label> model = search.train(texts(whole))) {
      assertThat(table(model).width()).isEqualTo(6);
      assertThat(RunValue.of(model.getProvenance(), BudgetedTrainer.CHOSEN))
          .startsWith("2 layers of width 32, embeddings of rank 6 in FLOAT32: ");
    }
    assertThat(measured(search))
        .extracting(StudentCandidate::rank)
        .containsExactly(OptionalInt.empty(), OptionalInt.of(6));
  }

  /** Ranks are those of the narrow table, of 101 rows and 24, whatever the width. */
  @Test
  void embeddingsThatAreAProductGetALowerRank() {
    DistillationTrainer<Label> factorised =
        trainer(teacher()).toBuilder()
            .student(FactorizedEmbeddingsStudent.ofRank(OnnxStudent.of(BERT, ORDER), 24))
            .build();
    long ofWhole = measured(within(factorised, 1_000_000)).get(0).bytes();

    // The tables have 3,696 and 6,696 bytes less, which the operator and its provenance outweigh.
    assertThat(refused(within(factorised, ofWhole - 3_000)))
        .extracting(StudentCandidate::rank)
        .containsExactly(OptionalInt.empty(), OptionalInt.of(12), OptionalInt.of(6));
    assertThat(refused(within(factorised, ofWhole - 3_000).ranks(28, 6)))
        .extracting(StudentCandidate::rank)
        .containsExactly(OptionalInt.empty(), OptionalInt.of(6));
  }

  @Test
  void theLargestVocabularyThatFitsIsTaken() throws Exception {
    Path ofOne = folder.resolve("one.json");
    Path ofTwo = folder.resolve("two.json");
    KeptVocabulary large = reduced(1, ofOne);
    KeptVocabulary small = reduced(2, ofTwo);
    assertThat(small.size()).isLessThan(large.size());
    StudentCandidate larger = measured(within(1_000_000).vocabularies(whole, ofTwo, ofOne)).get(0);
    assertThat(larger.tokens()).hasValue(large.size());

    BudgetedTrainer<Label> search =
        within(larger.bytes() - 50).vocabularies(whole, ofOne, ofTwo).ranks(32);

    assertThat(measured(search).get(1).tokens()).hasValue(small.size());
    try (DistilledModel<Label> model = search.train(texts(whole))) {
      assertThat(table(model).rows()).isEqualTo(small.size());
      assertThat(model.predict(texts(ofTwo))).hasSize(24);
    }
  }

  /** A quarter of two heads is no head. */
  @Test
  void widthsThatCannotBeCutAreSkippedWhereRanksAreStated() {
    DistillationTrainer<Label> twoHeads =
        trainer(teacher()).toBuilder()
            .student(NarrowedStudent.of(OnnxStudent.of(BERT, ORDER), 16))
            .build();
    List<Integer> skipped = new ArrayList<>();
    BudgetedTrainer<Label> search =
        BudgetedTrainer.of(twoHeads, StudentBudget.parse("1MB"))
            .speed(new SpeedMeter(0, 1, 1, 1, 1))
            .depths(1)
            .ranks(4);
    search.setListener(
        new SearchListener() {
          @Override
          public void onSkipped(int layers, int width, String reason) {
            skipped.add(width);
          }
        });

    assertThat(search.choose(texts(whole)).candidates())
        .extracting(StudentCandidate::width)
        .containsOnly(8, 16);
    assertThat(skipped).containsExactly(4, 12);
  }

  @Test
  void ranksOfEmbeddingsThatCanBeNoProductAreRefused() {
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(() -> within(fused(), 130_000).ranks(2).train(texts(whole)))
        .withMessageContaining("EmbedLayerNormalization")
        .withMessageContaining("cannot be factorised");
  }

  /** It is not measured with all others, for it does not promise to fit. */
  @Test
  void whereNothingFitsTheSmallestHasTheSmallestVocabulary() throws Exception {
    Path ofOne = folder.resolve("one.json");
    Path ofTwo = folder.resolve("two.json");
    reduced(1, ofOne);
    KeptVocabulary small = reduced(2, ofTwo);
    BudgetedTrainer<Label> search = within(1_000).vocabularies(whole, ofOne, ofTwo).ranks(32);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> search.train(texts(whole)))
        .withMessageContaining(
            "The smallest is that of 2 layers of width 32, %d tokens in FLOAT32", small.size());
  }

  /** The file's own operator looks up rows of the table. */
  @Test
  void embeddingsThatAFusedOperatorReadsAreNoProduct() {
    assertThat(reasonOfNoProduct(fused())).contains("EmbedLayerNormalization");
  }

  @Test
  void embeddingsThatAreFrozenByTheirNameAreNoProduct() {
    TrainingGraphOptions frozen =
        new TrainingGraphOptions()
            .frozenWeights(FrozenWeights.named("bert.embeddings.word_embeddings.weight"));

    assertThat(reasonOfNoProduct(trainer(teacher()).toBuilder().trainingGraph(frozen).build()))
        .contains("'bert.embeddings.word_embeddings.weight' matches none of");
  }

  private DistillationTrainer<Label> fused() {
    return trainer(teacher()).toBuilder()
        .student(OnnxStudent.of(Zoo.file("bert_seqcls_ort_fused"), ORDER))
        .build();
  }

  /** What is told of students with a table of the usual ranks, where the whole one is too large. */
  private String reasonOfNoProduct(DistillationTrainer<Label> trainer) {
    BudgetedTrainer<Label> search =
        within(trainer, measured(within(trainer, 1_000_000)).get(0).bytes() - 1);
    List<String> skipped = new ArrayList<>();
    search.setListener(
        new SearchListener() {
          @Override
          public void onSkipped(int layers, int width, String reason) {
            skipped.add(reason);
          }
        });
    assertThatIllegalArgumentException()
        .isThrownBy(() -> search.train(texts(whole)))
        .withMessageStartingWith("No student is within");
    assertThat(skipped).first().asString().startsWith("its embeddings are no product: ");
    return skipped.get(0);
  }

  /** With their outputs, weights and texts. */
  @Test
  void theExamplesAreThoseOfTheChosenVocabulary() throws Exception {
    Path small = folder.resolve("small.json");
    reduced(2, small);
    MutableDataset<Label> examples = texts(whole);
    examples.getExample(3).setWeight(0.5f);

    Dataset<Label> chosen =
        within(1_000_000).vocabularies(whole, small).choose(examples).examples();

    assertThat(chosen.getData().stream().map(BudgetedEmbeddingsTest::content))
        .containsExactlyElementsOf(
            texts(small).getData().stream().map(BudgetedEmbeddingsTest::content).toList());
    assertThat(chosen.getExample(3).getWeight()).isEqualTo(0.5f);
  }

  private static String content(Example<Label> example) {
    List<Feature> features = new ArrayList<>();
    example.forEach(features::add);
    return "%s: %s, %s".formatted(example.getOutput(), features, example.getMetadataValue("text"));
  }

  @Test
  void aTeacherThatReadsTheStudentsTokensIsRefused() throws Exception {
    Path ofOne = folder.resolve("one.json");
    reduced(1, ofOne);
    BudgetedTrainer<Label> search =
        BudgetedTrainer.of(trainer(OnnxTeacher.of(BERT, ORDER)), StudentBudget.parse("1MB"))
            .vocabularies(whole, ofOne);

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> search.train(texts(whole)))
        .withMessageContaining("which reads the student's tokens")
        .withMessageContaining("OnnxTeacher.reading");
  }

  /** What follows a token is one of the whole vocabulary. */
  @Test
  void vocabulariesOfALanguageModelAreRefused() throws Exception {
    Path ofOne = folder.resolve("one.json");
    reduced(1, ofOne);
    MutableDataset<GeneratedTokens> texts =
        TinyTexts.dataset(
            List.of(TokenSequence.of(5, 6).toExample(GeneratedTokens.of(7, 2))),
            new GeneratedTokensFactory(Vocabulary.ofSize(101)));
    DistillationTrainer<GeneratedTokens> trainer =
        DistillationTrainer.<GeneratedTokens>builder()
            .student(OnnxStudent.of(Zoo.file("gpt2_causal_optimum")))
            .device(Device.cpu(1))
            .build();
    BudgetedTrainer<GeneratedTokens> search =
        BudgetedTrainer.of(trainer, StudentBudget.parse("1MB")).vocabularies(whole, ofOne);

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> search.train(texts))
        .withMessageContaining("reducedTokenizers")
        .withMessageContaining("the outputs are those of single tokens")
        .withMessageContaining("ReducedVocabularyStudent");
  }

  @Test
  void theProvenanceIsAConfiguration() throws Exception {
    Path ofOne = folder.resolve("one.json");
    reduced(1, ofOne);
    BudgetedTrainer<Label> search = within(1_000_000).ranks(8, 4).vocabularies(whole, ofOne);
    ConfigurationManager configurations = new ConfigurationManager();
    configurations.addConfiguration(ProvenanceUtil.extractConfiguration(search.getProvenance()));

    assertThat(configurations.lookupAll(BudgetedTrainer.class))
        .singleElement()
        .satisfies(again -> assertThat(again.getProvenance()).isEqualTo(search.getProvenance()));
  }

  @Test
  void examplesWithoutTheirTextsAreRefused() throws Exception {
    Path ofOne = folder.resolve("one.json");
    reduced(1, ofOne);
    MutableDataset<Label> tokens =
        new MutableDataset<>(CsvTextDataSource.of(words.csv(), whole, new LabelFactory()).read());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> within(1_000_000).vocabularies(whole, ofOne).train(tokens))
        .withMessageContaining("does not keep its text, which students read in other tokens");
  }

  @Test
  void examplesWithTheTokensOfAnotherTokenizerAreRefused() throws Exception {
    Path ofOne = folder.resolve("one.json");
    reduced(1, ofOne);

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> within(1_000_000).vocabularies(whole, ofOne).train(texts(ofOne)))
        .withMessageContaining("Property: tokenizer, is " + whole)
        .withMessageContaining("but the examples have the tokens of another");
  }

  @Test
  void aTokenizerThatIsNotMadeOfTheOtherIsRefused() {
    Path other =
        Path.of("src/test/resources/org/tribuo/distill/input/text/tinybert-tokenizer.json");

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> within(1_000_000).vocabularies(whole, other).train(texts(whole)))
        .withMessageContaining("is not made of");
  }

  @Test
  void aRankBelowOneIsRefused() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> within(1_000_000).ranks(4, 0))
        .withMessageContaining("ranks")
        .withMessageContaining("is 0, expected 1 or more");
  }

  @Test
  void vocabulariesOfNoTokenizerAreRefused() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> within(1_000_000).vocabularies(whole))
        .withMessageContaining("reducedTokenizers")
        .withMessageContaining("state both, or neither");
  }
}
