package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.offset;
import static org.tribuo.distill.transformer.ExportPrecision.FLOAT32;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.generation.GeneratedTokensFactory;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.selection.BudgetedTrainer;
import org.tribuo.distill.selection.SearchListener;
import org.tribuo.distill.selection.StudentBudget;
import org.tribuo.distill.selection.StudentCandidate;
import org.tribuo.distill.student.BiEncoderStudent;
import org.tribuo.distill.student.EmbeddingStudent;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/** The whole student has two layers of width 32, with four heads. */
class BudgetedTrainerTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final SpeedMeter QUICK = new SpeedMeter(0, 1, 1, 1, 1);

  @TempDir Path folder;

  private static MutableDataset<Label> texts() {
    List<Example<Label>> texts = new ArrayList<>(TinyTexts.labelled(40, 1));
    texts.addAll(TinyTexts.unlabelled(20, 2));
    return TinyTexts.dataset(texts);
  }

  private DistillationTrainer<Label> trainer() {
    return withoutStore().softTargetStore(folder.resolve("soft-targets")).build();
  }

  private static DistillationTrainer.Builder<Label> withoutStore() {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(BERT, TinyTexts.LABELS))
        .teacher(OnnxTeacher.of(BERT, TinyTexts.LABELS))
        .optimizer(new AdamWOptimizer().learningRate(3e-3f))
        .epochs(1)
        .device(Device.cpu(1));
  }

  private BudgetedTrainer<Label> within(String budget) {
    return BudgetedTrainer.of(trainer(), StudentBudget.parse(budget)).speed(QUICK);
  }

  /** Keeps what a search tells. */
  private static final class Told implements SearchListener {
    private final List<StudentCandidate> all = new ArrayList<>();
    private final List<StudentCandidate> within = new ArrayList<>();
    private final List<StudentCandidate> promising = new ArrayList<>();
    private final List<StudentCandidate> tried = new ArrayList<>();
    private final List<StudentCandidate> chosen = new ArrayList<>();

    @Override
    public void onMeasured(StudentCandidate candidate, boolean withinBudget) {
      all.add(candidate);
      if (withinBudget) {
        within.add(candidate);
      }
    }

    @Override
    public void onPromising(List<StudentCandidate> candidates) {
      promising.addAll(candidates);
    }

    @Override
    public void onTried(StudentCandidate candidate) {
      tried.add(candidate);
    }

    @Override
    public void onChosen(StudentCandidate candidate) {
      chosen.add(candidate);
    }
  }

  private Told told(String budget) {
    Told told = new Told();
    BudgetedTrainer<Label> search = within(budget);
    search.setListener(told);
    search.train(texts()).close();
    return told;
  }

  @Test
  void depthsWidthsAndPrecisionsAreMeasured() {
    Told told = told("1GB");

    assertThat(told.all)
        .extracting(each -> "%dx%d %s".formatted(each.layers(), each.width(), each.precision()))
        .containsExactlyInAnyOrder(
            "1x8 FLOAT32",
            "1x8 INT8",
            "1x16 FLOAT32",
            "1x16 INT8",
            "1x24 FLOAT32",
            "1x24 INT8",
            "1x32 FLOAT32",
            "1x32 INT8",
            "2x8 FLOAT32",
            "2x8 INT8",
            "2x16 FLOAT32",
            "2x16 INT8",
            "2x24 FLOAT32",
            "2x24 INT8",
            "2x32 FLOAT32",
            "2x32 INT8");
    assertThat(told.within).isEqualTo(told.all);
    assertThat(told.promising).as("the whole is as deep and as wide as all").hasSize(1);
    assertThat(told.tried).as("there is nothing to compare").isEmpty();
    assertThat(told.chosen.get(0))
        .matches(each -> each.layers() == 2 && each.width() == 32)
        .matches(each -> each.precision() == ExportPrecision.FLOAT32);
  }

  /** Less than the whole has, more than one layer of it, or two narrower ones. */
  private long sevenTenthsOfTheWhole() {
    return bytesOfTheWhole(ExportPrecision.FLOAT32) * 7 / 10;
  }

  private long bytesOfTheWhole(ExportPrecision precision) {
    return within("1GB")
        .depths(2)
        .widths(32)
        .precisions(precision)
        .choose(texts())
        .chosen()
        .bytes();
  }

  @Test
  void theBestOfTheLargestWithinTheBudgetIsTrained() throws Exception {
    long limit = sevenTenthsOfTheWhole();
    Told told = new Told();
    BudgetedTrainer<Label> search = within(limit + "B").precisions(ExportPrecision.FLOAT32);
    search.setListener(told);

    Path file = folder.resolve("student.onnx");
    try (DistilledModel<Label> model = search.train(texts())) {
      StudentCandidate chosen = told.chosen.get(0);
      assertThat(told.promising)
          .hasSizeGreaterThan(1)
          .allSatisfy(each -> assertThat(each.bytes()).isLessThanOrEqualTo(limit));
      assertThat(told.tried).hasSameSizeAs(told.promising);
      assertThat(chosen)
          .isEqualTo(
              told.tried.stream()
                  .max(Comparator.comparing(each -> each.score().orElseThrow()))
                  .orElseThrow());
      TransformerLayers layers = model.network().transformer().layers();
      assertThat(layers.count()).isEqualTo(chosen.layers());
      assertThat(layers.width()).isEqualTo(chosen.width());
      assertThat(BudgetedTrainer.precisionOf(model)).isEqualTo(ExportPrecision.FLOAT32);
      assertThat(RunValue.of(model.getProvenance(), BudgetedTrainer.CHOSEN))
          .isEqualTo(chosen.toString());
      model.exportOnnx(file, BudgetedTrainer.precisionOf(model));
    }
    assertThat(Files.size(file)).isLessThanOrEqualTo(limit);
    assertThat(OnnxModel.read(file).parameters()).isEqualTo(told.chosen.get(0).parameters());
  }

  @Test
  void integersAreTakenWhereFloatsAreTooLarge() throws Exception {
    long integers = bytesOfTheWhole(ExportPrecision.INT8) + 8_000;

    try (DistilledModel<Label> model = within(integers + "B").widths(32).train(texts())) {
      assertThat(BudgetedTrainer.precisionOf(model)).isEqualTo(ExportPrecision.INT8);
      assertThat(model.network().transformer().layers().count()).isEqualTo(2);
    }
  }

  /** The short trainings leave examples out, and ask no more of the teacher. */
  @Test
  void theTeacherRunsOnce() {
    assertThat(computedRows(trainer())).containsExactly(60L, 0L, 0L);
  }

  @Test
  void withoutAStoreTheTeacherRunsForTheShortTrainingsAndForTheLast() {
    assertThat(computedRows(withoutStore().build())).containsExactly(60L, 0L, 60L);
  }

  /** How often the teacher runs for the two short trainings and the last one. */
  private List<Long> computedRows(DistillationTrainer<Label> trainer) {
    List<Long> computed = new ArrayList<>();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onSoftTargets(TeacherRun run) {
            computed.add((long) run.computedRows());
          }
        });
    twoTried(trainer).train(texts()).close();
    return computed;
  }

  /** One is wider than the other, which is deeper. */
  private <T extends Output<T>> BudgetedTrainer<T> twoTried(DistillationTrainer<T> trainer) {
    StudentBudget budget = StudentBudget.parse(sevenTenthsOfTheWhole() + "B");
    return BudgetedTrainer.of(trainer, budget)
        .speed(QUICK)
        .precisions(ExportPrecision.FLOAT32)
        .trials(2, 1);
  }

  /** What a training tells of its candidates makes a file no larger than was measured. */
  @Test
  @Tag("slow")
  void theFileOfAStudentOfManyCandidatesIsNoLargerThanWasMeasured() throws Exception {
    Told told = new Told();
    BudgetedTrainer<Label> search =
        within("60s")
            .depths(1)
            .widths(8)
            .precisions(Collections.nCopies(90, FLOAT32).toArray(ExportPrecision[]::new));
    search.setListener(told);
    Path file = folder.resolve("student.onnx");
    try (DistilledModel<Label> model = search.train(texts())) {
      model.exportOnnx(file);
    }
    assertThat(Files.size(file))
        .isBetween(told.all.get(0).bytes() - 20_000, told.all.get(0).bytes());
  }

  @Test
  void aNarrowerStudentHasGreaterRatesInEachStage() {
    DistillationTrainer<Label> trainer =
        withoutStore()
            .optimizer(new AdamWOptimizer().learningRate(new ConstantSchedule(1e-3f)))
            .stages(
                TrainingStage.of(1),
                TrainingStage.fineTuning(1).learningRate(new ConstantSchedule(1e-4f)))
            .build();
    RecordedSteps steps = new RecordedSteps();
    trainer.setListener(steps);
    BudgetedTrainer.of(trainer, StudentBudget.parse("1GB"))
        .speed(QUICK)
        .depths(1)
        .widths(8)
        .train(texts())
        .close();

    assertThat(steps.byStage().get("training"))
        .allSatisfy(step -> assertThat(step.learningRate()).isEqualTo(4e-3f, offset(1e-8f)));
    assertThat(steps.byStage().get("fine-tuning"))
        .allSatisfy(step -> assertThat(step.learningRate()).isEqualTo(4e-4f, offset(1e-8f)));
  }

  /** A training that stops is a student less, and its last good step is nobody's student. */
  @Test
  void studentsWhoseShortTrainingStopsAreSkipped() {
    List<String> skipped = new ArrayList<>();
    Path lastGood = folder.resolve("last-good.onnx");
    BudgetedTrainer<Label> search =
        twoTried(
                withoutStore()
                    .optimizer(new AdamWOptimizer().learningRate(1e30f))
                    .lastGoodStudent(lastGood)
                    .build())
            .trials(2, 2);
    search.setListener(
        new SearchListener() {
          @Override
          public void onSkipped(int layers, int width, String reason) {
            skipped.add(reason);
          }
        });

    assertThatIllegalArgumentException()
        .isThrownBy(() -> search.train(texts()))
        .withMessageContaining("their short trainings were stopped");
    assertThat(skipped).hasSize(2).allSatisfy(each -> assertThat(each).contains("was stopped"));
    assertThat(lastGood).doesNotExist();
  }

  /** R² is undefined where all numbers are equal. */
  @Test
  void aScoreThatIsNoNumberIsNotTheBest() {
    MutableDataset<Regressor> equal =
        TinyTexts.dataset(
            TinyTexts.labelled(20, 1).stream()
                .map(each -> TinyTexts.withOutput(each, new Regressor("length", 1)))
                .toList(),
            new RegressionFactory());
    DistillationTrainer<Regressor> trainer =
        DistillationTrainer.<Regressor>builder()
            .student(EncoderStudent.of(BERT, Pooling.MEAN))
            .epochs(1)
            .device(Device.cpu(1))
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> twoTried(trainer).train(equal))
        .withMessageContaining("their scores are not finite: [");
  }

  /** Its file is that of an encoder, whose vectors are no scores of pairs. */
  @Test
  void aStudentOfPairsOfTextsIsRefused() {
    SplittableRandom random = new SplittableRandom(1);
    List<Example<Regressor>> pairs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      pairs.add(
          TinyTexts.text(0, random)
              .toExample(TinyTexts.text(i % 3, random), new Regressor("likeness", i % 2)));
    }
    DistillationTrainer<Regressor> trainer =
        DistillationTrainer.<Regressor>builder()
            .student(
                BiEncoderStudent.of(
                    EmbeddingStudent.of(EncoderStudent.of(BERT, Pooling.MEAN), Pooling.MEAN)))
            .device(Device.cpu(1))
            .build();

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                BudgetedTrainer.of(trainer, StudentBudget.parse("1GB"))
                    .train(TinyTexts.dataset(pairs, new RegressionFactory())))
        .withMessageContaining("whose exported file does not predict the examples");
  }

  /** Of two stacks it is not known which is to be cut. */
  @Test
  void aStudentOfTwoStacksIsRefused() {
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(Vocabulary.ofSize(101));
    MutableDataset<GeneratedTokens> pairs =
        TinyTexts.dataset(
            List.of(
                TokenSequence.of(5, 6).toExample(TokenSequence.of(1), GeneratedTokens.of(7, 2))),
            outputs);
    DistillationTrainer<GeneratedTokens> trainer =
        DistillationTrainer.<GeneratedTokens>builder()
            .student(OnnxStudent.of(Zoo.file("bart_seq2seq_ts14")))
            .device(Device.cpu(1))
            .build();

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> BudgetedTrainer.of(trainer, StudentBudget.parse("1GB")).train(pairs))
        .withMessageContaining("out of which no smaller ones can be cut")
        .withMessageContaining("two stacks of layers");
  }

  @Test
  void aDepthThatIsStatedMustBeThere() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> within("1GB").depths(1, 3).train(texts()))
        .withMessageContaining("depths")
        .withMessageContaining("has 3, but ")
        .withMessageContaining("has 2 layers");
  }

  @Test
  void aBudgetThatNothingFitsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> within("1KB, 1us").train(texts()))
        .withMessageStartingWith(
            "No student is within 0.001MB, 0.001ms. The smallest is that of 1 layers of width 8 in INT8")
        .withMessageContaining("the quickest that of");
  }

  @Test
  void whereNothingIsLabelledNothingIsCompared() {
    MutableDataset<Label> unlabelled = TinyTexts.dataset(TinyTexts.unlabelled(20, 2));
    BudgetedTrainer<Label> search = within("1GB").widths(32).depths(1);

    search.train(unlabelled).close();
    BudgetedTrainer<Label> comparing =
        within(sevenTenthsOfTheWhole() + "B").precisions(ExportPrecision.FLOAT32);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> comparing.train(unlabelled))
        .withMessageContaining("0 of 20 examples have a label");
  }

  @Test
  void aWidthThatIsStatedMustBePossible() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> within("1GB").widths(30).train(texts()))
        .withMessageContaining("would be no whole number");
  }

  @ParameterizedTest
  @CsvSource({
    "budget, 10, in the budget '10' is neither a size nor a time",
    "trials, 0, 'is 0, expected 1 or more'",
    "trialEpochs, 0, 'is 0, expected 1 or more'",
    "heldOut, 0.6, 'is 0.6, expected a fraction above 0 and at most 0.5'",
  })
  void settingsOutOfRangeAreRefused(String property, String value, String message)
      throws Exception {
    Path xml = configuration(property, value);

    try (ConfigurationManager configurations = new ConfigurationManager(xml.toString())) {
      assertThatExceptionOfType(PropertyException.class)
          .isThrownBy(() -> configurations.lookup("within"))
          .withMessageContaining("within")
          .withMessageContaining(message);
    }
  }

  private Path configuration(String property, String value) throws Exception {
    return Files.writeString(
        folder.resolve("config.xml"),
        """
        <config>
        <component name="within" type="org.tribuo.distill.selection.BudgetedTrainer">
          <property name="trainer" value="trainer"/>
          %s
          <property name="%s" value="%s"/>
        </component>
        <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
          <property name="student" value="student"/>
        </component>
        <component name="student" type="org.tribuo.distill.student.OnnxStudent">
          <property name="path" value="%s"/>
        </component>
        </config>
        """
            .formatted(
                property.equals("budget") ? "" : "<property name=\"budget\" value=\"1MB\"/>",
                property,
                value,
                BERT));
  }

  @Test
  void theProvenanceIsAConfiguration() throws Exception {
    BudgetedTrainer<Label> search = within("60KB, 1s").depths(1, 2).widths(16, 32);
    ConfigurationManager configurations = new ConfigurationManager();
    configurations.addConfiguration(ProvenanceUtil.extractConfiguration(search.getProvenance()));

    assertThat(configurations.lookupAll(BudgetedTrainer.class))
        .singleElement()
        .satisfies(again -> assertThat(again.getProvenance()).isEqualTo(search.getProvenance()));
  }
}
