package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.ProbabilityFile;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.test.Helpers;

/** Stages with examples of their own, such as general texts before those of the task. */
class StageExamplesTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final MutableDataset<Label> OF_THE_TASK =
      TinyTexts.dataset(TinyTexts.labelled(16, 3));
  private static final TrainingStage GENERAL =
      TrainingStage.of("general", 2).learningFrom(TrainingStage.From.TEACHER);
  private static final TrainingStage TASK = TrainingStage.of("task", 1);

  @TempDir Path folder;

  /** Texts, each with this label or, if it is empty, with none. */
  private Path csv(int rows, String label) throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    List<String> lines = new ArrayList<>(List.of("text,label"));
    for (int row = 0; row < rows; row++) {
      lines.add("w%d w%d,%s".formatted(random.nextInt(5, 90), random.nextInt(5, 90), label));
    }
    return Files.write(folder.resolve("texts-%d-%s.csv".formatted(rows, label)), lines);
  }

  private <T extends Output<T>> ConfigurableDataSource<T> source(
      Path csv, OutputFactory<T> outputs) {
    return CsvTextDataSource.of(csv, tokenizer(), outputs).read();
  }

  private static Path tokenizer() {
    try {
      return Path.of(
          Objects.requireNonNull(StageExamplesTest.class.getResource("tiny-tokenizer.json"))
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DistillationTrainer<Label> trainer(TrainingStage... stages) {
    return trainer(OnnxTeacher.of(BERT, ORDER), stages);
  }

  private static DistillationTrainer<Label> trainer(
      TeacherSource teacher, TrainingStage... stages) {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(BERT, ORDER))
        .teacher(teacher)
        .stages(stages)
        .batching(new Batching().batchSize(8))
        .device(Device.cpu(1))
        .build();
  }

  /** As many examples are not the same examples. */
  @Test
  void rowsInTheOrderOfOneDatasetTeachNoOther() throws Exception {
    List<String> rows = new ArrayList<>(List.of(String.join(",", ORDER)));
    OF_THE_TASK.forEach(example -> rows.add("0.2,0.3,0.5"));
    ProbabilityFile table = ProbabilityFile.of(Files.write(folder.resolve("table.csv"), rows));
    ConfigurableDataSource<Label> others =
        CsvTextDataSource.of(csv(OF_THE_TASK.size(), ""), tokenizer(), new LabelFactory())
            .labels()
            .read();

    trainer(table, GENERAL, TASK).train(OF_THE_TASK).close();
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> trainer(table, GENERAL.on(others), TASK).train(OF_THE_TASK))
        .withMessageContaining("table.csv are in the order of one dataset")
        .withMessageContaining("the stages learn from this teacher by 2")
        .withMessageContaining("name the column that has the ids");
  }

  @Test
  void eachStageIsTaughtItsOwnExamples() throws Exception {
    ConfigurableDataSource<Label> general =
        CsvTextDataSource.of(csv(40, ""), tokenizer(), new LabelFactory()).labels().read();
    TrainingStage inside =
        TrainingStage.of("inside", 1)
            .learningFrom(TrainingStage.From.ACTIVATIONS)
            .objective(
                new DistillationObjective()
                    .featureTerms(new FeatureTerm("relations", new MiniLm(4), 1)));
    DistillationTrainer<Label> trainer = trainer(inside.on(general), GENERAL.on(general), TASK);
    RecordedSteps steps = new RecordedSteps();
    trainer.setListener(steps);
    try (DistilledModel<Label> model = trainer.train(OF_THE_TASK)) {
      assertThat(model.getProvenance().getInstanceProvenance().getMap())
          .containsKeys("soft-targets-computed", "inside-soft-targets-computed")
          .doesNotContainKey("general-soft-targets-computed");
      assertThat(value(model, "inside-soft-targets-computed")).isEqualTo("40");
      assertThat(value(model, "inside-unlabelled-rows")).isEqualTo("40");
      assertThat(value(model, "soft-targets-computed")).isEqualTo("16");
      assertThat(value(model, "labelled-rows")).isEqualTo("16");
      assertThat(model.getProvenance().toString()).contains("texts-40-.csv");
      Helpers.testProvenanceMarshalling(model.getProvenance());
    }
    Map<String, List<StepReport>> heard = steps.byStage();
    assertThat(heard.get("inside")).hasSize(5);
    assertThat(heard.get("general")).hasSize(10);
    assertThat(heard.get("task")).hasSize(2);
  }

  @Test
  void labelledExamplesOfAStageAreLearntToo() throws Exception {
    ConfigurableDataSource<Label> red = source(csv(8, "red"), new LabelFactory());
    TrainingStage exam =
        TrainingStage.of("exam", 20)
            .learningFrom(TrainingStage.From.LABELS)
            .learningRate(1e-3f)
            .on(red);
    try (DistilledModel<Label> model = trainer(exam).train(OF_THE_TASK)) {
      assertThat(model.predict(OF_THE_TASK))
          .allSatisfy(prediction -> assertThat(prediction.getOutput().getLabel()).isEqualTo("red"));
    }
  }

  @Test
  void examplesOfAStageAreReadFromXmlAndWrittenToProvenance() throws Exception {
    String xml =
        """
        <?xml version="1.0" encoding="US-ASCII"?>
        <config>
          <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="student" value="student"/>
            <property name="teacher" value="teacher"/>
            <propertylist name="stages"><item>general</item></propertylist>
            <property name="device" value="device"/>
          </component>
          <component name="student" type="org.tribuo.distill.student.OnnxStudent">
            <property name="path" value="BERT"/>
            <propertylist name="labelOrder">LABELS</propertylist>
          </component>
          <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
            <property name="path" value="BERT"/>
            <propertylist name="labelOrder">LABELS</propertylist>
          </component>
          <component name="general" type="org.tribuo.distill.TrainingStage">
            <property name="name" value="general"/>
            <property name="epochs" value="1"/>
            <property name="examples" value="texts"/>
          </component>
          <component name="texts" type="org.tribuo.distill.input.text.CsvTextDataSource">
            <property name="dataPath" value="CSV"/>
            <property name="tokenizerPath" value="TOKENIZER"/>
            <property name="outputFactory" value="labels"/>
          </component>
          <component name="labels" type="org.tribuo.classification.LabelFactory"/>
          <component name="device" type="org.tribuo.distill.engine.Device">
            <property name="threads" value="1"/>
          </component>
        </config>
        """
            .replace("BERT", BERT.toString())
            .replace("CSV", csv(12, "").toString())
            .replace("TOKENIZER", tokenizer().toString())
            .replace("LABELS<", "<item>red</item><item>blue</item><item>green</item><");
    Path file = Files.writeString(folder.resolve("stages.xml"), xml);
    try (ConfigurationManager manager = new ConfigurationManager(file.toString())) {
      @SuppressWarnings("unchecked")
      DistillationTrainer<Label> trainer = (DistillationTrainer<Label>) manager.lookup("trainer");
      Helpers.testConfigurableRoundtrip(trainer);
      Helpers.testProvenanceMarshalling(trainer.getProvenance());
      try (DistilledModel<Label> model = trainer.train(OF_THE_TASK)) {
        assertThat(value(model, "general-soft-targets-computed")).isEqualTo("12");
      }
    }
  }

  @Test
  void examplesThatDoNotFitAreRefusedBeforeTheTeacherIsAsked() throws Exception {
    refused(
        source(csv(4, "yellow"), new LabelFactory()),
        "The examples of the stage 'general' do not fit: ",
        "yellow");
    refused(
        source(csv(4, ""), new MultiLabelFactory()),
        "The examples of the stage 'general' have outputs of MultiLabelFactory, but those of the"
            + " dataset are of LabelFactory");
  }

  @Test
  void anExampleThatTheTeacherCannotReadIsOneOfTheStage() throws Exception {
    ConfigurableDataSource<Label> withoutText =
        CsvTextDataSource.of(csv(4, ""), tokenizer(), new LabelFactory()).labels().read();
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(OnnxStudent.of(BERT, ORDER))
            .teacher(OnnxTeacher.of(BERT, ORDER).reading(tokenizer()))
            .stages(GENERAL.on(withoutText), TASK.learningFrom(TrainingStage.From.LABELS))
            .device(Device.cpu(1))
            .build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(OF_THE_TASK))
        .withMessageStartingWith(
            "The examples of the stage 'general' do not fit: Example 0 does not keep its text");
  }

  private static void refused(ConfigurableDataSource<?> examples, String... messages) {
    DistillationTrainer<Label> trainer = trainer(TASK, GENERAL.on(examples));
    trainer.setListener(new NoTeacherIsAsked());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(OF_THE_TASK))
        .withMessageContainingAll(messages);
  }

  private static String value(DistilledModel<?> model, String key) {
    return String.valueOf(model.getProvenance().getInstanceProvenance().getMap().get(key));
  }
}
