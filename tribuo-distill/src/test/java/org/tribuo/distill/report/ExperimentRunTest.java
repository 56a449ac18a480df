package org.tribuo.distill.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.TinyModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.provenance.SimpleDataSourceProvenance;

class ExperimentRunTest {
  private static final Device ONE_THREAD = Device.cpu(1);
  private static final LabelFactory LABELS = new LabelFactory();
  private static final MutableDataset<Label> TEXTS =
      new MutableDataset<>(
          TinyModel.texts(), new SimpleDataSourceProvenance("tiny texts", LABELS), LABELS);

  @Test
  void aTeacherAndItsStudentAreComparedAndTimed(@TempDir Path folder) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ExperimentRun run =
        new ExperimentRun(
            new ProgressOutput.Lines(new PrintStream(printed, true, StandardCharsets.UTF_8)));
    ModelMeter meter = new ModelMeter(TEXTS, ONE_THREAD, new SpeedMeter(0, 1, 2, 1, 1));
    Path teacher = folder.resolve("teacher.onnx");
    Path file = folder.resolve("student.onnx");
    List<Integer> computed = new ArrayList<>();

    try (DistilledModel<Label> model = TinyModel.make()) {
      model.exportOnnx(teacher);
      run.measure("teacher", model, teacher, meter);
    }
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(PrunedStudent.keeping(1, OnnxStudent.of(teacher)))
            .teacher(OnnxTeacher.of(teacher))
            .epochs(1)
            .device(ONE_THREAD)
            .build();
    try (DistilledModel<Label> model =
        run.train("student", trainer, TEXTS, targets -> computed.add(targets.computedRows()))) {
      run.time("files", () -> export(model, file));
      run.measure("student", model, file, meter);
    }

    ExperimentResults results = run.results();
    List<ModelMeter.Report> models = results.models();
    assertThat(models).extracting(ModelMeter.Report::name).containsExactly("teacher", "student");
    assertThat(models.get(0).quality().agreement()).isEqualTo(1);
    assertThat(models.get(1).parameters()).isBetween(1L, models.get(0).parameters() - 1);
    assertThat(results.seconds().keySet())
        .containsExactly("comparison", "soft targets", "student", "files");
    assertThat(results.metering()).isPositive();
    assertThat(computed).containsExactly(TEXTS.size());
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("   Of 2 layers 1 stay."),
            line ->
                assertThat(line)
                    .matches(
                        " {3}The student has [\\d,]+ parameters in \\d\\.\\d MB, 1 layer and [\\d,]+ operations a token\\."),
            line ->
                assertThat(line)
                    .matches(
                        " {3}The teacher has [\\d,]+ parameters in \\d\\.\\d MB, 2 layers and [\\d,]+ operations a token\\."),
            line -> assertThat(line).matches(" {3}6 in \\d+\\.\\d s, [\\d,]+/s; 0 reused\\."),
            line -> assertThat(line).matches(" {3}\\d+\\.\\d s\\."));
  }

  private static Path export(DistilledModel<Label> model, Path file) throws Exception {
    model.exportOnnx(file);
    return file;
  }
}
