package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.selection.BudgetedTrainer;
import org.tribuo.distill.selection.SearchListener;
import org.tribuo.distill.selection.StudentBudget;
import org.tribuo.distill.selection.StudentCandidate;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.internal.TransformerLayers;

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
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(BERT, TinyTexts.LABELS))
        .teacher(OnnxTeacher.of(BERT, TinyTexts.LABELS))
        .softTargetStore(folder.resolve("soft-targets"))
        .optimizer(new AdamWOptimizer().learningRate(3e-3f))
        .epochs(1)
        .device(Device.cpu(1))
        .build();
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
    return told("1GB").all.stream()
        .filter(each -> each.layers() == 2 && each.width() == 32)
        .filter(each -> each.precision() == precision)
        .mapToLong(StudentCandidate::bytes)
        .max()
        .orElseThrow();
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
    long integers = bytesOfTheWhole(ExportPrecision.INT8) + 1_000;

    try (DistilledModel<Label> model = within(integers + "B").widths(32).train(texts())) {
      assertThat(BudgetedTrainer.precisionOf(model)).isEqualTo(ExportPrecision.INT8);
      assertThat(model.network().transformer().layers().count()).isEqualTo(2);
    }
  }

  /** The short trainings leave examples out, and ask no more of the teacher. */
  @Test
  void theTeacherRunsOnce() {
    List<Long> computed = new ArrayList<>();
    DistillationTrainer<Label> trainer = trainer();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onSoftTargets(TeacherRun run) {
            computed.add((long) run.computedRows());
          }
        });
    BudgetedTrainer.of(trainer, StudentBudget.parse("1GB"))
        .speed(QUICK)
        .depths(1, 2)
        .widths(16, 32)
        .precisions(ExportPrecision.FLOAT32)
        .train(texts())
        .close();
    long ofAll = computed.stream().mapToLong(each -> each).sum();
    assertThat(ofAll).isEqualTo(60);
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
