package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.SeveralTeachers;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.teacher.internal.TeacherAgreement;
import org.tribuo.distill.teacher.internal.TeacherWeights;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.test.Helpers;

class SeveralTeachersTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final List<String> OTHER_ORDER = List.of("green", "red", "blue");
  private static final MutableDataset<Label> TEXTS = few();

  private static MutableDataset<Label> few() {
    List<Example<Label>> few = new ArrayList<>(TinyTexts.labelled(6, 3));
    few.addAll(TinyTexts.unlabelled(26, 4));
    return TinyTexts.dataset(few);
  }

  @Test
  void ofTheSameTeacherTwiceTheMeanIsThatTeacher() {
    List<Tensor> ofOne = weights(trained(OnnxTeacher.of(BERT, ORDER)));
    for (SeveralTeachers.Mean mean : SeveralTeachers.Mean.values()) {
      SeveralTeachers twice =
          SeveralTeachers.of(OnnxTeacher.of(BERT, ORDER), OnnxTeacher.of(BERT, ORDER))
              .averaging(mean)
              .withWeights(1, 3)
              .weightedBy(SeveralTeachers.Weighting.CORRECTNESS_OR_CONFIDENCE);
      assertClose(weights(trained(twice)), ofOne);
    }
  }

  @Test
  void aTeachersOwnTemperatureDividesItsLogitsBeforeAnythingElse() {
    Tensor logits = Tensor.of(new float[] {3, 0, -1}, 1, 3);
    Tensor halved = Tensor.of(new float[] {1.5f, 0, -.5f}, 1, 3);
    TeacherWeights byConfidence = new TeacherWeights(List.of(1f, 1f), true, false);
    TeacherAgreement agreement = new TeacherAgreement(true, byConfidence, List.of(1f, 2f));

    Map<String, Tensor> answers =
        agreement.inputs(
            List.of(logits, logits),
            Tensor.vector(Targets.UNLABELLED),
            Tensor.of(new float[] {0}, 1));
    assertThat(answers)
        .containsEntry("teacher_logits_1", logits)
        .containsEntry("teacher_logits_2", halved);
    float[] weights = answers.get("teacher_weights").toFloats();
    assertThat(weights[1]).as("the softer teacher is less sure").isLessThan(weights[0]);
  }

  @Test
  void labelsAreMappedByNameInEachTeacher() {
    OnnxTeacher one = OnnxTeacher.of(BERT, ORDER);
    OnnxTeacher other = OnnxTeacher.of(BERT, OTHER_ORDER);
    assertClose(
        weights(trained(SeveralTeachers.of(one, other).withWeights(0, 1))),
        weights(trained(other)));
    assertThat(weights(trained(other))).isNotEqualTo(weights(trained(one)));
  }

  @Test
  void aTeacherWithOtherLabelsIsRefusedBeforeAnyIsAsked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> train(OnnxTeacher.of(BERT, List.of("red", "blue", "yellow"))))
        .withMessageContaining("missing in the teacher [green]")
        .withMessageContaining("unknown to the student [yellow]");
  }

  @Test
  void aTeacherThatCannotReadTheTextsIsRefusedBeforeAnyIsAsked(@TempDir Path folder)
      throws Exception {
    assertThatThrownBy(() -> train(OnnxTeacher.of(BERT, ORDER, "scores")))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("scores");
    OnnxTeacher own = OnnxTeacher.of(BERT, ORDER).reading(tokenizer(), 101);
    MutableDataset<Label> texts = csv(folder, true);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> train(own, texts))
        .withMessageStartingWith("padId is 101, outside of the vocabulary of 101 that the teacher")
        .withMessageEndingWith("has; state the id of its padding token");
  }

  private static void train(OnnxTeacher second) {
    train(second, TEXTS);
  }

  /** With another teacher before it, which would be asked first. */
  private static void train(OnnxTeacher second, MutableDataset<Label> texts) {
    DistillationTrainer<Label> trainer =
        builder().teacher(SeveralTeachers.of(OnnxTeacher.of(BERT, ORDER), second)).build();
    trainer.setListener(new NoTeacherIsAsked());
    trainer.train(texts).close();
  }

  @Test
  void whatEachTeacherSaidIsKeptByItself(@TempDir Path folder) {
    OnnxTeacher one = OnnxTeacher.of(BERT, ORDER);
    OnnxTeacher other = OnnxTeacher.of(Zoo.file("bert_seqcls_optimum"), ORDER);
    DistillationTrainer.Builder<Label> alone =
        builder().teacher(one).softTargetStore(folder.resolve("store"));
    alone.build().train(TEXTS).close();
    try (DistilledModel<Label> model =
        builder()
            .teacher(SeveralTeachers.of(one, other).withTemperatures(1, 2))
            .softTargetStore(folder.resolve("store"))
            .build()
            .train(TEXTS)) {
      assertThat(run(model, "teacher-1-soft-targets-reused")).isEqualTo("32");
      assertThat(run(model, "teacher-2-soft-targets-computed")).isEqualTo("32");
      Helpers.testProvenanceMarshalling(model.getProvenance());
    }
  }

  @Test
  void aTeacherWithATokenizerOfItsOwnReadsTheTexts(@TempDir Path folder) throws Exception {
    MutableDataset<Label> withTexts = csv(folder, true);
    OnnxTeacher same = OnnxTeacher.of(BERT, ORDER);
    assertThat(weights(builder().teacher(same.reading(tokenizer())).build().train(withTexts)))
        .isEqualTo(weights(builder().teacher(same).build().train(withTexts)));
    assertThat(same.reading(tokenizer()).getProvenance().getInstanceValues())
        .containsKey("preprocessing-hash");
    MutableDataset<Label> without = csv(folder, false);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().teacher(same.reading(tokenizer())).build().train(without))
        .withMessageStartingWith("Example 0 does not keep its text")
        .withMessageContaining("set keepText of the CsvTextDataSource");
  }

  @Test
  void anAssistantIsTrainedFirstAndIsPartOfTheProvenance() {
    DistillationTrainer<Label> ofAssistant =
        builder().teacher(OnnxTeacher.of(BERT, ORDER)).epochs(1).build();
    DistillationTrainer<Label> trainer =
        builder()
            .student(PrunedStudent.keeping(1, OnnxStudent.of(BERT, ORDER)))
            .teacher(TeacherAssistant.of(ofAssistant))
            .build();
    DistilledModel<Label> first = trainer.train(TEXTS);
    DistilledModel<Label> second = trainer.train(TEXTS);
    ModelProvenance ofFirst =
        (ModelProvenance)
            Objects.requireNonNull(
                first.getProvenance().getInstanceProvenance().getMap().get("assistant"));
    assertThat(ofFirst.getInstanceProvenance().getMap().get("training-steps").toString())
        .isEqualTo("1");
    Helpers.testProvenanceMarshalling(first.getProvenance());
    assertThat(weights(second)).isNotEqualTo(weights(first));
    trainer.setInvocationCount(0);
    assertThat(weights(trainer.train(TEXTS))).isEqualTo(weights(first));
  }

  @Test
  void noAssistantIsTrainedIfAnotherTeacherDoesNotFit() {
    List<String> began = new ArrayList<>();
    DistillationTrainer<Label> trainer =
        builder()
            .teacher(
                SeveralTeachers.of(
                    TeacherAssistant.of(
                        builder().teacher(OnnxTeacher.of(BERT, ORDER)).epochs(1).build()),
                    OnnxTeacher.of(BERT, List.of("red", "blue", "yellow"))))
            .build();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public DistillationListener assistant() {
            began.add("assistant");
            return NONE;
          }
        });
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(TEXTS))
        .withMessageContaining("missing in the teacher [green], unknown to the student [yellow]");
    assertThat(began).isEmpty();
  }

  @Test
  void whatAnAssistantSaidIsKeptThoughItIsTrainedAnew(@TempDir Path folder) {
    DistillationTrainer<Label> trainer =
        builder()
            .teacher(TeacherAssistant.of(builder().teacher(OnnxTeacher.of(BERT, ORDER)).build()))
            .softTargetStore(folder.resolve("store"))
            .build();
    trainer.train(TEXTS).close();
    trainer.setInvocationCount(0);
    try (DistilledModel<Label> again = trainer.train(TEXTS)) {
      assertThat(run(again, "soft-targets-computed")).isEqualTo("0");
      assertThat(run(again, "soft-targets-reused")).isEqualTo("32");
    }
  }

  @Test
  void teachersOfARegressionAgreeOnAValueOnly() {
    RegressionFactory factory = new RegressionFactory();
    List<Example<Regressor>> numbers =
        TinyTexts.labelled(8, 6).stream()
            .map(e -> TinyTexts.withOutput(e, factory.generateOutput("x=1,y=0")))
            .toList();
    Path file = Zoo.file("bert_regression2_ts17");
    SeveralTeachers both =
        SeveralTeachers.of(
            OnnxTeacher.of(file, List.of("x", "y")), OnnxTeacher.of(file, List.of("y", "x")));
    DistillationTrainer.Builder<Regressor> probable = regression(both);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> probable.build().train(TinyTexts.dataset(numbers, factory)))
        .withMessageContaining("set the mean of SeveralTeachers to LOGITS");
    SeveralTeachers values = both.averaging(SeveralTeachers.Mean.LOGITS);
    DistillationTrainer.Builder<Regressor> sure =
        regression(values.weightedBy(SeveralTeachers.Weighting.CONFIDENCE));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sure.build().train(TinyTexts.dataset(numbers, factory)))
        .withMessageContaining("set the weighting of SeveralTeachers to STATED");
    DistillationTrainer.Builder<Regressor> softened = regression(values.withTemperatures(1, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> softened.build().train(TinyTexts.dataset(numbers, factory)))
        .withMessageContaining("omit the temperatures of SeveralTeachers, which are [1.0, 2");
    regression(values).build().train(TinyTexts.dataset(numbers, factory)).close();
  }

  private static DistillationTrainer.Builder<Regressor> regression(TeacherSource teacher) {
    return DistillationTrainer.<Regressor>builder()
        .student(OnnxStudent.of(Zoo.file("bert_regression2_ts17"), List.of("x", "y")))
        .teacher(teacher)
        .epochs(1)
        .device(Device.cpu(1));
  }

  @Test
  void numbersThatDoNotFitTheTeachersAreRefused() {
    SeveralTeachers two =
        SeveralTeachers.of(OnnxTeacher.of(BERT, ORDER), OnnxTeacher.of(BERT, ORDER));
    refused(SeveralTeachers::of, "Property: teachers, are none");
    refused(() -> SeveralTeachers.of(two), "name its teachers instead");
    refused(() -> two.withWeights(1), "Property: weights, are 1, and there are 2 teachers");
    refused(() -> two.withWeights(0, 0), "not all 0");
    refused(() -> two.withTemperatures(1, 0), "Property: temperatures, has 0.0");
    refused(
        () -> OnnxTeacher.of(BERT, ORDER).reading(Path.of("nowhere.json")),
        "Property: preprocessing, there is no file nowhere.json");
    refused(
        () -> OnnxTeacher.of(BERT, ORDER).reading(tokenizer(), -1),
        "Property: padId, is -1, expected 0 or more");
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
        .epochs(1)
        .optimizer(new AdamWOptimizer().learningRate(1e-3f))
        .device(Device.cpu(1));
  }

  private static DistilledModel<Label> trained(TeacherSource teacher) {
    return builder().teacher(teacher).build().train(TEXTS);
  }

  private static List<Tensor> weights(DistilledModel<?> model) {
    return List.copyOf(model.network().onnx().initializers().values());
  }

  private static void assertClose(List<Tensor> actual, List<Tensor> expected) {
    for (int i = 0; i < expected.size(); i++) {
      if (expected.get(i).elementType().isFloat()) {
        float[] a = actual.get(i).toFloats();
        float[] e = expected.get(i).toFloats();
        for (int j = 0; j < e.length; j++) {
          assertThat(a[j]).isEqualTo(e[j], org.assertj.core.api.Assertions.within(2e-5f));
        }
      }
    }
  }

  private static String run(Model<?> model, String value) {
    return Objects.requireNonNull(
            model.getProvenance().getInstanceProvenance().getMap().get(value), value)
        .toString();
  }

  private static Path tokenizer() throws Exception {
    return Path.of(
        Objects.requireNonNull(SeveralTeachersTest.class.getResource("tiny-tokenizer.json"))
            .toURI());
  }

  private static MutableDataset<Label> csv(Path folder, boolean keepText) throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    List<String> lines = new ArrayList<>(List.of("text,label"));
    for (int row = 0; row < 12; row++) {
      lines.add(
          "w%d w%d,%s".formatted(random.nextInt(5, 90), random.nextInt(5, 90), ORDER.get(row % 3)));
    }
    Path csv = Files.write(folder.resolve("texts-%s.csv".formatted(keepText)), lines);
    CsvTextDataSource.Builder<Label> source =
        CsvTextDataSource.of(csv, tokenizer(), new LabelFactory());
    return new MutableDataset<>((keepText ? source.keepText() : source).read());
  }
}
