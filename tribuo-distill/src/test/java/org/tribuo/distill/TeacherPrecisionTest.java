package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.report.DistillationProgress;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.test.Helpers;

class TeacherPrecisionTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final MutableDataset<Label> TEXTS = TinyTexts.dataset(TinyTexts.labelled(300, 1));

  @TempDir Path folder;
  private final List<TeacherRun> runs = new ArrayList<>();

  private static OnnxTeacher int8() {
    return OnnxTeacher.of(BERT, ORDER).withPrecision(Precision.INT8_PRODUCTS);
  }

  private DistillationTrainer.Builder<Label> trainer(OnnxTeacher teacher) {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(BERT, ORDER))
        .teacher(teacher)
        .epochs(1)
        .device(Device.cpu(1))
        .softTargetStore(folder.resolve("store"));
  }

  private DistilledModel<Label> train(OnnxTeacher teacher) {
    DistillationTrainer<Label> trainer = trainer(teacher).build();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onSoftTargets(TeacherRun run) {
            runs.add(run);
          }
        });
    return trainer.train(TEXTS);
  }

  private static String run(DistilledModel<?> model, String key) {
    Provenance value = model.getProvenance().getInstanceProvenance().getMap().get(key);
    return Objects.requireNonNull(value, key).toString();
  }

  @Test
  void whatItCostsIsReportedAndPartOfTheProvenance() throws Exception {
    try (DistilledModel<Label> model = train(int8())) {
      TeacherRun.PrecisionCost cost = runs.get(0).cost().orElseThrow();
      assertThat(cost.precision()).isEqualTo(Precision.INT8_PRODUCTS);
      assertThat(cost.examples()).isEqualTo(256);
      assertThat(cost.divergence()).isBetween(1e-9, 1e-2);
      assertThat(cost.agreement().orElseThrow()).isBetween(.9, 1.);
      assertThat(run(model, "soft-targets-precision")).isEqualTo("INT8_PRODUCTS");
      assertThat(run(model, "soft-targets-compared")).isEqualTo("256");
      assertThat(run(model, "soft-targets-divergence"))
          .isEqualTo(Double.toString(cost.divergence()));
      assertThat(run(model, "soft-targets-agreement"))
          .isEqualTo(Double.toString(cost.agreement().orElseThrow()));
      assertThat(run(model, "precision")).isEqualTo("FLOAT32");
      assertThat(model.getProvenance().getTrainerProvenance().toString())
          .contains("precision=INT8_PRODUCTS");
      Helpers.testProvenanceMarshalling(model.getProvenance());
    }
  }

  @Test
  void theStoreTellsPrecisionsApartAndKeepsTheSample() {
    train(int8()).close();
    train(OnnxTeacher.of(BERT, ORDER)).close();
    train(int8()).close();
    train(OnnxTeacher.of(BERT, ORDER).withPrecision(Precision.FLOAT32)).close();

    assertThat(runs).extracting(TeacherRun::computedRows).containsExactly(300, 300, 0, 0);
    assertThat(runs.get(1).cost()).isEmpty();
    assertThat(runs.get(2).cost().orElseThrow().divergence())
        .isEqualTo(runs.get(0).cost().orElseThrow().divergence());
  }

  @Test
  void itIsPrinted() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    DistillationTrainer<Label> trainer = trainer(int8()).build();
    try (DistillationProgress progress =
        new DistillationProgress(
            new ProgressOutput.Lines(new PrintStream(printed, true, StandardCharsets.UTF_8)),
            "Student")) {
      trainer.setListener(progress);
      trainer.train(TEXTS).close();
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .containsPattern(
            "INT8_PRODUCTS against float32 on 256 of them: divergence \\S+ nats, \\d+\\.\\d % the same prediction\\.");
  }

  @Test
  void activationsStayInThePrecisionOfTheDevice() {
    DistillationObjective objective =
        new DistillationObjective().featureTerms(new FeatureTerm("relations", new MiniLm(2), 1));
    List<Float> losses = new ArrayList<>();
    for (OnnxTeacher teacher : List.of(int8(), OnnxTeacher.of(BERT, ORDER))) {
      DistillationTrainer<Label> trainer =
          trainer(teacher)
              .objective(objective)
              .stages(TrainingStage.of(1).learningFrom(TrainingStage.From.ACTIVATIONS))
              .build();
      RecordedSteps steps = new RecordedSteps();
      trainer.setListener(steps);
      trainer.train(TEXTS).close();
      losses.add(steps.byStage().values().iterator().next().get(0).loss());
    }
    assertThat(losses.get(0)).isEqualTo(losses.get(1));
  }

  @Test
  void aTeacherFromXmlHasItToo() throws Exception {
    Path xml = folder.resolve("teacher.xml");
    Files.writeString(
        xml,
        """
        <config>
          <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
            <property name="path" value="%s"/>
            <propertylist name="labelOrder"><item>red</item><item>blue</item><item>green</item></propertylist>
            <property name="precision" value="INT8_PRODUCTS"/>
          </component>
        </config>
        """
            .formatted(BERT));
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString());
        DistilledModel<Label> model = train((OnnxTeacher) manager.lookup("teacher"))) {
      assertThat(run(model, "soft-targets-precision")).isEqualTo("INT8_PRODUCTS");
    }
  }

  @Test
  void aTeacherThatIsQuantisedAlreadyIsRefused() {
    OnnxTeacher quantised =
        OnnxTeacher.of(Faults.file("int8_classifier-int8.onnx"), Faults.LABELS)
            .withPrecision(Precision.INT8_PRODUCTS);
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(OnnxStudent.of(Faults.CLASSIFIER, Faults.LABELS))
            .teacher(quantised)
            .build();
    MutableDataset<Label> texts = new MutableDataset<>(Faults.source());
    assertThatThrownBy(() -> trainer.train(texts))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("cannot compute in INT8_PRODUCTS")
        .hasMessageContaining("the model is quantised already");
  }

  @Test
  void onAGpuItIsRefusedWhenTheTrainerIsBuilt() {
    assertThatThrownBy(() -> trainer(int8()).device(Device.cuda(0)).build())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: precision")
        .hasMessageContaining(
            "is INT8_PRODUCTS, which is for the CPU, but the trainer's device is");
  }

  @Test
  void withoutTheLibraryBfloat16IsRefusedAtOnce() {
    OnnxTeacher teacher = OnnxTeacher.of(BERT, ORDER);
    assertThatThrownBy(() -> teacher.withPrecision(Precision.BFLOAT16_PRODUCTS))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("add org.tribuo.distill:tribuo-distill-onednn");
  }
}
