package org.tribuo.distill.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.student.ScratchStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** The precision as a setting of a trainer, and what is told of it afterwards. */
class PrecisionTest {
  private static MutableDataset<Label> texts() {
    SplittableRandom random = new SplittableRandom(3);
    List<Example<Label>> examples = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      int[] ids = random.ints(random.nextInt(4, 12), 5, 90).toArray();
      ids[1] = 90 + i % 3;
      examples.add(TokenSequence.of(ids).toExample(new Label("label " + i % 3)));
    }
    return new MutableDataset<>(
        examples, new SimpleDataSourceProvenance("texts", new LabelFactory()), new LabelFactory());
  }

  private static DistilledModel<Label> train(MutableDataset<Label> texts, Precision precision) {
    return DistillationTrainer.<Label>builder()
        .student(ScratchStudent.of(101, 2, 32, 2).withPositions(16))
        .device(Device.cpu().withPrecision(precision))
        .epochs(2)
        .earlyStopping(new EarlyStopping(0.2, 2))
        .optimizer(new AdamWOptimizer().learningRate(2e-3f))
        .build()
        .train(texts);
  }

  private static String told(DistilledModel<Label> model, String key) {
    return ((StringProvenance) model.getProvenance().getInstanceProvenance().getMap().get(key))
        .getValue();
  }

  @Test
  void aTrainerTrainsAndPredictsInItAndItsModelTellsSo() {
    MutableDataset<Label> texts = texts();
    try (DistilledModel<Label> exact = train(texts, Precision.FLOAT32);
        DistilledModel<Label> model = train(texts, Precision.BFLOAT16_PRODUCTS)) {
      boolean active = new OneDnnOperators().isActive();
      assertThat(told(exact, "precision")).isEqualTo("FLOAT32");
      assertThat(told(model, "precision")).isEqualTo(active ? "BFLOAT16_PRODUCTS" : "FLOAT32");
      assertThat(told(model, "operator-library")).startsWith("oneDNN");
      assertThat(told(model, "instruction-set")).matches(active ? "AMX|AVX512-BF16" : "none: .+");

      double[] scores = scores(model, texts);
      assertThat(scores).containsExactly(scores(exact, texts), within(2e-2));
      model.runOn(Device.cpu(1));
      assertThat(scores(model, texts)).containsExactly(scores, within(1e-2));
      if (active) {
        assertThat(scores(model, texts)).isNotEqualTo(scores);
      }
    }
  }

  /** The library is that of the soft targets too. */
  @Test
  void aTeacherAloneMayComputeInIt(@TempDir Path folder) throws IOException {
    MutableDataset<Label> texts = texts();
    Path file = folder.resolve("teacher.onnx");
    try (DistilledModel<Label> teacher = train(texts, Precision.FLOAT32)) {
      teacher.exportOnnx(file);
    }
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(ScratchStudent.of(101, 1, 32, 2).withPositions(16))
            .teacher(OnnxTeacher.of(file).withPrecision(Precision.BFLOAT16_PRODUCTS))
            .epochs(1)
            .build();
    try (DistilledModel<Label> student = trainer.train(texts)) {
      assertThat(told(student, "precision")).isEqualTo("FLOAT32");
      assertThat(told(student, "soft-targets-precision")).isEqualTo("BFLOAT16_PRODUCTS");
      assertThat(told(student, "operator-library")).startsWith("oneDNN");
    }
  }

  private static double[] scores(DistilledModel<Label> model, MutableDataset<Label> texts) {
    return model.predict(texts).stream()
        .flatMap(prediction -> prediction.getOutputScores().values().stream())
        .mapToDouble(Label::getScore)
        .toArray();
  }

  /** What the child of the next test runs. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      MutableDataset<Label> texts = texts();
      try (DistilledModel<Label> exact = train(texts, Precision.FLOAT32);
          DistilledModel<Label> model = train(texts, Precision.BFLOAT16_PRODUCTS)) {
        System.out.println(told(model, "precision"));
        System.out.println(told(model, "instruction-set"));
        System.out.println(
            List.of(scores(model, texts)[0], scores(model, texts)[1])
                .equals(List.of(scores(exact, texts)[0], scores(exact, texts)[1])));
      }
    }
  }

  @Test
  void withoutTheInstructionsAllIsComputedInFloat32() throws Exception {
    String output = OwnJvm.output(Child.class, Map.of("ONEDNN_MAX_CPU_ISA", "AVX2"));

    assertThat(output.lines())
        .as(output)
        .endsWith(
            "FLOAT32", "none: the processor has neither AMX for bfloat16 nor AVX512-BF16", "true");
  }
}
