package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.ExportPrecision;

/** Students that are trained with what an export in integers of 8 bits loses. */
class QuantizationAwareTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final MutableDataset<Label> TEXTS = TinyTexts.dataset(TinyTexts.labelled(24, 1));
  private static final float RATE = 1e-3f;

  @TempDir Path folder;

  /** One step over all texts, without dropout. */
  private static DistilledModel<Label> step(
      Path student, boolean aware, boolean compact, RecordedSteps steps) {
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(OnnxStudent.of(student, TinyTexts.LABELS))
            .trainingGraph(
                new TrainingGraphOptions()
                    .dropout(0)
                    .compactVocabulary(compact)
                    .quantizationAware(aware))
            .optimizer(new AdamWOptimizer().learningRate(new ConstantSchedule(RATE)).weightDecay(0))
            .batching(new Batching().batchSize(24))
            .epochs(1)
            .device(Device.cpu(1))
            .build();
    trainer.setListener(steps);
    return trainer.train(TEXTS);
  }

  /** The same student with matrices as an export in integers has them: of columns, or of rows. */
  private Path rounded() throws Exception {
    OnnxModel model = OnnxModel.read(BERT);
    Map<String, Tensor> changed = new LinkedHashMap<>();
    model
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.rank() == 2 && tensor.elementType().isFloat()) {
                // Tables, and the factors that a Gemm transposes.
                boolean rows = !name.startsWith("onnx::MatMul");
                changed.put(name, rounded(tensor, rows ? 0 : 1));
              }
            });
    Path file = folder.resolve("rounded.onnx");
    model.withInitializers(changed).write(file);
    return file;
  }

  private static Tensor rounded(Tensor matrix, int axis) {
    float[] values = matrix.toFloats();
    int columns = (int) matrix.dim(1);
    float[] largest = new float[(int) matrix.dim(axis)];
    for (int i = 0; i < values.length; i++) {
      int place = axis == 0 ? i / columns : i % columns;
      largest[place] = Math.max(largest[place], Math.abs(values[i]));
    }
    for (int i = 0; i < values.length; i++) {
      float scale = largest[axis == 0 ? i / columns : i % columns] / 127;
      values[i] = scale == 0 ? values[i] : (float) Math.rint(values[i] / scale) * scale;
    }
    return Tensor.of(values, matrix.dims());
  }

  /** The loss is that of the rounded weights, and the first step of AdamW is that by its signs. */
  @Test
  void theLossAndTheGradientAreThoseOfTheRoundedWeights() throws Exception {
    Path rounded = rounded();
    RecordedSteps aware = new RecordedSteps();
    RecordedSteps plain = new RecordedSteps();
    RecordedSteps unaware = new RecordedSteps();
    Path trainedAware = folder.resolve("aware.onnx");
    Path trainedRounded = folder.resolve("plain.onnx");
    try (DistilledModel<Label> one = step(BERT, true, true, aware);
        DistilledModel<Label> other = step(rounded, false, true, plain);
        DistilledModel<Label> third = step(BERT, false, true, unaware)) {
      one.exportOnnx(trainedAware);
      other.exportOnnx(trainedRounded);
      assertThat(third.labelOrder()).isEqualTo(one.labelOrder());
    }
    assertThat(aware.firstTerms().get("loss"))
        .isEqualTo(plain.firstTerms().get("loss"), within(1e-6f))
        .isNotEqualTo(unaware.firstTerms().get("loss"));

    Map<String, Tensor> whole = OnnxModel.read(BERT).initializers();
    Map<String, Tensor> before = OnnxModel.read(rounded).initializers();
    Map<String, Tensor> awareAfter = OnnxModel.read(trainedAware).initializers();
    Map<String, Tensor> roundedAfter = OnnxModel.read(trainedRounded).initializers();
    int compared = 0;
    int different = 0;
    for (String name : whole.keySet()) {
      if (!whole.get(name).elementType().isFloat() || !awareAfter.containsKey(name)) {
        continue;
      }
      float[] change = difference(awareAfter.get(name), whole.get(name));
      float[] expected = difference(roundedAfter.get(name), before.get(name));
      for (int i = 0; i < change.length; i++) {
        compared++;
        // Of a gradient near 0, beside AdamW's epsilon, the last bits show.
        different += Math.abs(change[i] - expected[i]) > RATE / 50 ? 1 : 0;
      }
    }
    assertThat(compared).isGreaterThan(20_000);
    assertThat(different).isLessThan(compared / 500);
  }

  private static float[] difference(Tensor after, Tensor before) {
    float[] a = after.toFloats();
    float[] b = before.toFloats();
    for (int i = 0; i < a.length; i++) {
      a[i] -= b[i];
    }
    return a;
  }

  /** A table of the tokens of the data is rounded row by row as the whole one is. */
  @Test
  void compactTablesAreRoundedAsWholeOnes() {
    RecordedSteps compact = new RecordedSteps();
    RecordedSteps whole = new RecordedSteps();
    try (DistilledModel<Label> one = step(BERT, true, true, compact);
        DistilledModel<Label> other = step(BERT, true, false, whole)) {
      assertThat(compact.firstTerms().get("loss"))
          .isEqualTo(whole.firstTerms().get("loss"), within(1e-6f));
      assertThat(one.predict(TEXTS).get(0).getOutput().getLabel())
          .isEqualTo(other.predict(TEXTS).get(0).getOutput().getLabel());
    }
  }

  /** Its weights stay floats, and its file in integers is as that of any other student. */
  @Test
  void theStudentIsExportedInAnyPrecision() throws Exception {
    try (DistilledModel<Label> model = step(BERT, true, true, new RecordedSteps())) {
      for (ExportPrecision precision : List.of(ExportPrecision.FLOAT32, ExportPrecision.INT8)) {
        Path file = folder.resolve(precision + ".onnx");
        model.exportOnnx(file, precision);
        assertThat(OnnxModel.read(file).parameters()).isPositive();
      }
    }
  }
}
