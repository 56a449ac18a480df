package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Example;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.MultipleLabels;
import org.tribuo.distill.task.internal.Reference;
import org.tribuo.distill.task.internal.Regression;
import org.tribuo.distill.task.internal.SingleLabel;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;

/** Examples with Tribuo's weights. */
class ExampleWeightsTest {
  private static final LabelOrder TWO = LabelOrder.of("0", "1");

  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final int ROWS = 24;

  @TempDir Path folder;

  private static List<Example<Label>> texts(IntToDoubleFunction weight) {
    List<Example<Label>> texts = TinyTexts.labelled(ROWS, 1);
    for (int i = 0; i < texts.size(); i++) {
      texts.get(i).setWeight((float) weight.applyAsDouble(i));
    }
    return texts;
  }

  private static DistillationTrainer.Builder<Label> distillation() {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(BERT, ORDER))
        .teacher(OnnxTeacher.of(BERT, ORDER))
        .objective(new DistillationObjective().alpha(0.3f))
        .epochs(2)
        .batching(new Batching().batchSize(8))
        .optimizer(new AdamWOptimizer().learningRate(1e-3f))
        .device(Device.cpu(1));
  }

  private Map<String, Tensor> weights(
      DistillationTrainer.Builder<Label> builder, List<Example<Label>> texts) throws Exception {
    Path file = folder.resolve("student.onnx");
    try (DistilledModel<Label> model = builder.build().train(TinyTexts.dataset(texts))) {
      model.exportOnnx(file);
    }
    return OnnxModel.read(file).initializers();
  }

  @Test
  void oneWeightForAllIsNone() throws Exception {
    Map<String, Tensor> expected = weights(distillation(), TinyTexts.labelled(ROWS, 1));

    assertThat(weights(distillation(), texts(row -> 2.5))).isEqualTo(expected);
    assertThat(weights(distillation(), texts(row -> row < 12 ? 1 : 2))).isNotEqualTo(expected);
  }

  @Test
  void anExampleOfWeightZeroIsLeftOut() throws Exception {
    List<Example<Label>> few = TinyTexts.labelled(ROWS, 1).subList(0, 15);

    assertThat(weights(distillation(), texts(row -> row < 15 ? 1 : 0)))
        .isEqualTo(weights(distillation(), few));
  }

  @Test
  void aWeightOfTwoIsWorthTwoExamples() throws Exception {
    List<Example<Label>> copied = new ArrayList<>();
    List<Example<Label>> once = TinyTexts.labelled(ROWS, 1);
    for (int row = 0; row < ROWS; row++) {
      copied.add(once.get(row));
      if (row % 3 == 0) {
        copied.add(once.get(row).copy());
      }
    }
    Map<String, Tensor> expected =
        weights(
            distillation()
                .batching(new Batching().batchSize(64))
                .trainingGraph(new TrainingGraphOptions().dropout(0))
                .epochs(1),
            copied);
    Map<String, Tensor> found =
        weights(
            distillation()
                .batching(new Batching().batchSize(64))
                .trainingGraph(new TrainingGraphOptions().dropout(0))
                .epochs(1),
            texts(row -> row % 3 == 0 ? 0.5 : 0.25));

    for (String name : List.of("classifier.weight", "onnx::MatMul_315")) {
      float[] numbers = Objects.requireNonNull(found.get(name)).toFloats();
      float[] others = Objects.requireNonNull(expected.get(name)).toFloats();
      for (int i = 0; i < numbers.length; i++) {
        assertThat(numbers[i]).isCloseTo(others[i], within(2e-5f));
      }
    }
  }

  @Test
  void provenanceSaysWhatCounted() {
    try (DistilledModel<Label> model =
        distillation()
            .build()
            .train(TinyTexts.dataset(texts(row -> row < 2 ? 0 : row < 9 ? 0.5 : 3)))) {
      assertThat(model.getProvenance().toString())
          .contains("example-weights=from 0.5 to 3.0")
          .contains("left-out-rows=2")
          .contains("labelled-rows=22");
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {-1, Float.NaN, Float.POSITIVE_INFINITY})
  void whatIsNoWeightIsRefused(float weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                distillation()
                    .build()
                    .train(TinyTexts.dataset(texts(row -> row == 7 ? weight : 1))))
        .withMessage("Example 7 has the weight %s, expected a finite number of 0 or more", weight);
  }

  @Test
  void weightsOfZeroAloneAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> distillation().build().train(TinyTexts.dataset(texts(row -> 0))))
        .withMessageContaining("All 24 examples have the weight 0");
  }

  @Test
  void aLossOnFeaturesIsRefusedBeforeTheTeacherIsAsked() {
    DistillationTrainer<Label> trainer =
        distillation()
            .objective(
                new DistillationObjective()
                    .featureTerms(new FeatureTerm("states", new HiddenStateMse(), 1)))
            .build();
    trainer.setListener(new NoTeacherIsAsked());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(TinyTexts.dataset(texts(row -> row + 1))))
        .withMessageContaining("The examples have weights that differ, and HiddenStateMse");
  }

  @Test
  void heldOutExamplesCountAsMuchToo() {
    Tensor logits = Tensor.of(new float[] {1, 0, 1, 0, 1, 0}, 3, 2);
    Tensor weights = Tensor.of(new float[] {1, 0.25f, 0.25f}, 3);

    assertThat(
            new SingleLabel().score(TWO).of(logits, Reference.of(Tensor.vector(0, 1, 1), weights)))
        .isEqualTo(1 / 1.5);
    assertThat(
            new MultipleLabels()
                .score(TWO)
                .of(logits, Reference.of(Tensor.of(new float[] {1, 0, 0, 1, 0, 1}, 3, 2), weights)))
        .isEqualTo(2 * 1 / (2 + 0.5 + 0.5));
    assertThat(
            new Regression()
                .score(TWO)
                .of(logits, Reference.of(Tensor.of(new float[] {1, 0, 0, 0, 1, 0}, 3, 2), weights)))
        .isEqualTo(-0.25 / 3);
  }
}
