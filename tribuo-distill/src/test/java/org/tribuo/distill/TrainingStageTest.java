package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.schedule.LinearSchedule;
import org.tribuo.distill.schedule.StepSchedule;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.test.Helpers;

class TrainingStageTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = List.of("red", "blue", "green");

  /** 6 labelled and 26 unlabelled: in batches of 8, one step an epoch or four. */
  private static final MutableDataset<Label> TEXTS = few();

  private static MutableDataset<Label> few() {
    List<Example<Label>> few = new ArrayList<>(TinyTexts.labelled(6, 3));
    few.addAll(TinyTexts.unlabelled(26, 4));
    return TinyTexts.dataset(few);
  }

  @Test
  void eachStageHasItsObjectiveItsExamplesAndItsSchedules() {
    DistillationTrainer<Label> trainer =
        builder()
            .objective(new DistillationObjective().alpha(0.7f))
            .stages(
                TrainingStage.of("imitation", 2)
                    .learningFrom(TrainingStage.From.TEACHER)
                    .objective(new DistillationObjective().softLoss(new LogitsMse())),
                TrainingStage.of("both", 1)
                    .objective(
                        new DistillationObjective().alpha(0.7f).temperature(StepSchedule.of(4)))
                    .learningRate(new WarmUpSchedule(2e-4f, 0.1, WarmUpSchedule.Decay.CONSTANT)),
                TrainingStage.of("few", 1)
                    .on(TrainingStage.Rows.LABELLED)
                    .objective(new DistillationObjective().alpha(new LinearSchedule(0.2f, 0.2f))),
                TrainingStage.of("exam", 3)
                    .learningFrom(TrainingStage.From.LABELS)
                    .objective(
                        new DistillationObjective().hardLoss(new CrossEntropy(0.1f, Map.of()))))
            .build();
    RecordedSteps steps = new RecordedSteps();
    trainer.setListener(steps);
    Map<String, List<StepReport>> heard = steps.byStage();
    try (DistilledModel<Label> model = trainer.train(TEXTS)) {
      for (String name : heard.keySet()) {
        assertThat(model.getProvenance().getInstanceProvenance().getMap().get(name + "-steps"))
            .hasToString(Integer.toString(heard.get(name).size()));
      }
      Helpers.testProvenanceMarshalling(model.getProvenance());
    }
    assertThat(heard.keySet()).containsExactly("imitation", "both", "few", "exam");
    assertThat(heard.values().stream().map(List::size)).containsExactly(8, 4, 1, 3);
    StepReport imitation = heard.get("imitation").get(0);
    assertThat(imitation.terms().keySet()).contains("soft").doesNotContain("hard");
    assertThat(imitation.schedules()).isEmpty();
    StepReport both = heard.get("both").get(3);
    assertThat(both.schedules()).isEqualTo(Map.of("alpha", 0.7f, "temperature", 4f));
    assertThat(both.learningRate()).isEqualTo(2e-4f);
    assertThat(heard.get("few").get(0).schedules())
        .isEqualTo(Map.of("alpha", 0.2f, "temperature", 2f));
    assertThat(heard.get("exam").get(0).terms().keySet())
        .isEqualTo(Set.of("loss", "hard", "gradient_norm"));
  }

  @Test
  void fineTuningIsAStageOnLabelsAlone() {
    List<Tensor> byName =
        weights(
            builder()
                .stages(TrainingStage.of(2), TrainingStage.fineTuning(1).learningRate(2e-4f))
                .build());
    List<Tensor> byStages =
        weights(
            builder()
                .stages(
                    TrainingStage.of("training", 2),
                    TrainingStage.of("fine-tuning", 1)
                        .learningFrom(TrainingStage.From.LABELS)
                        .learningRate(2e-4f))
                .build());
    assertThat(byStages).isEqualTo(byName);
  }

  @Test
  void whatALaterStageFreezesKeepsWhatAnEarlierStageLearned() throws Exception {
    TrainingStage all = TrainingStage.of("all", 1);
    TrainingStage upper =
        TrainingStage.of("upper", 1).frozenWeights(FrozenWeights.embeddingsAndLayers(1));
    Map<String, Tensor> before = onnx(builder().stages(all).build()).initializers();
    Map<String, Tensor> after = onnx(builder().stages(all, upper).build()).initializers();

    assertThat(changed(OnnxModel.read(BERT).initializers(), before))
        .anyMatch(name -> name.contains("embeddings"));
    assertThat(changed(before, after))
        .isNotEmpty()
        .noneMatch(name -> name.contains("embeddings") || name.contains("layer.0."));
  }

  @Test
  void whatALaterStageDoesNotReachKeepsWhatAnEarlierStageLearned() throws Exception {
    TrainingStage all = TrainingStage.of("all", 1);
    TrainingStage inside =
        TrainingStage.of("inside", 1)
            .learningFrom(TrainingStage.From.ACTIVATIONS)
            .objective(
                new DistillationObjective()
                    .featureTerms(new FeatureTerm("states", new HiddenStateMse(), 1)));
    Map<String, Tensor> before = onnx(builder().stages(all).build()).initializers();
    Map<String, Tensor> after = onnx(builder().stages(all, inside).build()).initializers();

    assertThat(changed(OnnxModel.read(BERT).initializers(), before)).contains("classifier.weight");
    assertThat(changed(before, after)).isNotEmpty().doesNotContain("classifier.weight");
  }

  private static Set<String> changed(Map<String, Tensor> before, Map<String, Tensor> after) {
    Set<String> changed = new TreeSet<>(before.keySet());
    changed.removeIf(name -> Objects.equals(before.get(name), after.get(name)));
    return changed;
  }

  @Test
  void stagesTeachersAndSchedulesAreReadFromXml(@TempDir Path folder) throws Exception {
    String xml =
        """
        <?xml version="1.0" encoding="US-ASCII"?>
        <config>
          <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="student" value="student"/>
            <property name="teacher" value="both"/>
            <propertylist name="stages"><item>imitation</item><item>exam</item></propertylist>
            <property name="batching" value="eights"/>
            <property name="device" value="device"/>
          </component>
          <component name="eights" type="org.tribuo.distill.input.Batching">
            <property name="batchSize" value="8"/>
          </component>
          <component name="student" type="org.tribuo.distill.student.PrunedStudent">
            <property name="source" value="whole"/>
            <property name="keep" value="1"/>
          </component>
          <component name="whole" type="org.tribuo.distill.student.OnnxStudent">
            <property name="path" value="BERT"/>
            <propertylist name="labelOrder">LABELS</propertylist>
          </component>
          <component name="both" type="org.tribuo.distill.teacher.SeveralTeachers">
            <propertylist name="teachers"><item>one</item><item>assistant</item></propertylist>
            <propertylist name="weights"><item>1</item><item>2</item></propertylist>
            <property name="weighting" value="CONFIDENCE"/>
          </component>
          <component name="one" type="org.tribuo.distill.teacher.OnnxTeacher">
            <property name="path" value="BERT"/>
            <propertylist name="labelOrder">LABELS</propertylist>
          </component>
          <component name="assistant" type="org.tribuo.distill.TeacherAssistant">
            <property name="trainer" value="assistant-trainer"/>
          </component>
          <component name="assistant-trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="student" value="whole"/>
            <property name="teacher" value="one"/>
            <propertylist name="stages"><item>once</item></propertylist>
            <property name="device" value="device"/>
          </component>
          <component name="once" type="org.tribuo.distill.TrainingStage">
            <property name="epochs" value="1"/>
          </component>
          <component name="imitation" type="org.tribuo.distill.TrainingStage">
            <property name="name" value="imitation"/>
            <property name="epochs" value="1"/>
            <property name="from" value="TEACHER"/>
            <property name="objective" value="softened"/>
          </component>
          <component name="softened" type="org.tribuo.distill.loss.DistillationObjective">
            <property name="temperature" value="cooling"/>
          </component>
          <component name="cooling" type="org.tribuo.distill.schedule.StepSchedule">
            <propertylist name="values"><item>8</item><item>4</item></propertylist>
          </component>
          <component name="exam" type="org.tribuo.distill.TrainingStage">
            <property name="name" value="exam"/>
            <property name="epochs" value="2"/>
            <property name="from" value="LABELS"/>
          </component>
          <component name="device" type="org.tribuo.distill.engine.Device">
            <property name="threads" value="1"/>
          </component>
        </config>
        """
            .replace("BERT", BERT.toString())
            .replace("LABELS<", "<item>red</item><item>blue</item><item>green</item><");
    Path file = Files.writeString(folder.resolve("stages.xml"), xml);
    try (ConfigurationManager manager = new ConfigurationManager(file.toString())) {
      @SuppressWarnings("unchecked")
      DistillationTrainer<Label> trainer = (DistillationTrainer<Label>) manager.lookup("trainer");
      try (DistilledModel<Label> model = trainer.train(TEXTS)) {
        assertThat(model.getProvenance().getInstanceProvenance().getMap())
            .containsKeys(
                "assistant",
                "teacher-1-soft-targets-computed",
                "teacher-2-soft-targets-computed",
                "imitation-steps",
                "exam-steps");
      }
    }
  }

  @Test
  void withoutATeacherTheStagesLearnFromLabels() {
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(OnnxStudent.of(BERT, ORDER))
            .stages(TrainingStage.of("one", 1), TrainingStage.of("two", 1))
            .device(Device.cpu(1))
            .build();
    trainer.train(TEXTS).close();
  }

  @Test
  void aTeacherThatNoStageLearnsFromIsNotAsked() {
    try (DistilledModel<Label> model =
        builder()
            .stages(TrainingStage.of("exam", 1).learningFrom(TrainingStage.From.LABELS))
            .build()
            .train(TEXTS)) {
      assertThat(model.getProvenance().getInstanceProvenance().getMap())
          .doesNotContainKey("soft-targets-computed");
    }
  }

  @Test
  void examplesThatTeachNothingAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                builder()
                    .stages(
                        TrainingStage.of("exam", 1)
                            .learningFrom(TrainingStage.From.LABELS)
                            .on(TrainingStage.Rows.ALL))
                    .build()
                    .train(TEXTS))
        .withMessageContaining("26 of 32 examples have no label, the first is example 6")
        .withMessageContaining(
            "the stage 'exam' learns from labels alone; set its rows to LABELLED");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                builder()
                    .stages(TrainingStage.of("exam", 1).on(TrainingStage.Rows.LABELLED))
                    .build()
                    .train(TinyTexts.dataset(TinyTexts.unlabelled(8, 1))))
        .withMessageContaining("learns from labelled ones in the stage 'exam'")
        .withMessageContaining("or omit the stage");
  }

  @Test
  void aLossOfLabelledExamplesNeedsSome() {
    MutableDataset<Label> unlabelled = TinyTexts.dataset(TinyTexts.unlabelled(8, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                builder()
                    .objective(new DistillationObjective().softLoss(new Dkd(1, 8)))
                    .build()
                    .train(unlabelled))
        .withMessageContaining("No example has a label, and the soft loss Dkd")
        .withMessageContaining("Dkd with unlabelled = TEACHERS_CLASS");
    builder()
        .objective(
            new DistillationObjective().softLoss(new Dkd(1, 8, Dkd.Unlabelled.TEACHERS_CLASS)))
        .epochs(1)
        .build()
        .train(unlabelled)
        .close();
  }

  @Test
  void batchesThatALossCannotUseAreRefusedBeforeTheTeacherIsAsked() {
    DistillationTrainer<Label> trainer =
        builder()
            .objective(new DistillationObjective().softLoss(new Dist(1, 1)))
            .batching(new Batching().batchSize(2))
            .build();
    trainer.setListener(new NoTeacherIsAsked());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(TEXTS))
        .withMessageContaining("A batch has 2 examples, but Dist");
  }

  @Test
  void stagesThatMeanNothingAreRefused() {
    refused(() -> TrainingStage.of(" ", 1), "Property: name, is blank");
    refused(() -> TrainingStage.of("exam", 0), "Property: epochs, is 0, expected 1 or more");
    TrainingStage exam = TrainingStage.of("exam", 1);
    refused(
        () -> builder().stages(exam, exam).build(), "Property: stages, has two of the name 'exam'");
    refused(
        () -> exam.learningRate(new LinearSchedule(1, -1)),
        "Component: TrainingStage, Property: learningRate, goes from -1.0 to 1.0");
    refused(
        () -> builder().stages(exam.learningRate(-1)).build(),
        "Component: WarmUpSchedule, Property: peak, is -1.0");
    refused(
        () ->
            builder()
                .stages(exam.objective(new DistillationObjective().alpha(StepSchedule.of(2))))
                .build(),
        "Component: DistillationObjective, Property: alpha, alpha is 2.0");
    refused(
        () ->
            builder()
                .stages(
                    exam.objective(
                        new DistillationObjective().temperature(new LinearSchedule(1, -1))))
                .build(),
        "Property: temperature, temperature goes from -1.0 to 1.0");
    refused(
        () ->
            DistillationTrainer.<Label>builder()
                .student(OnnxStudent.of(BERT, ORDER))
                .stages(exam.learningFrom(TrainingStage.From.TEACHER))
                .build(),
        "Property: from, is TEACHER, but the trainer has no teacher");
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable making, String message) {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(making)
        .withMessageContaining(message);
  }

  private static DistillationTrainer.Builder<Label> builder() {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(BERT, ORDER))
        .teacher(OnnxTeacher.of(BERT, ORDER))
        .batching(new Batching().batchSize(8))
        .optimizer(new AdamWOptimizer().learningRate(1e-3f))
        .device(Device.cpu(1));
  }

  private static List<Tensor> weights(DistillationTrainer<Label> trainer) {
    return List.copyOf(onnx(trainer).initializers().values());
  }

  private static OnnxModel onnx(DistillationTrainer<Label> trainer) {
    try (DistilledModel<Label> model = trainer.train(TEXTS)) {
      return model.network().onnx();
    }
  }
}
