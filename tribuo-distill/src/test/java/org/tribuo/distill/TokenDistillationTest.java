package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.internal.text.TokenReader;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveSchedules;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TokenMask;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.SingleLabel;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.teacher.internal.SoftTargetProducer;
import org.tribuo.distill.teacher.internal.Teacher;
import org.tribuo.distill.teacher.internal.TeacherAgreement;
import org.tribuo.distill.teacher.internal.TeacherAnswers;
import org.tribuo.distill.teacher.internal.TeacherExamples;
import org.tribuo.distill.teacher.internal.TeacherSettings;
import org.tribuo.distill.teacher.internal.TeacherWeights;
import org.tribuo.distill.teacher.internal.store.SoftTargetStore;
import org.tribuo.distill.teacher.internal.store.SoftTargets;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.training.internal.StudentTraining;
import org.tribuo.distill.training.internal.TrainingSettings;
import org.tribuo.distill.training.internal.data.ExampleRows;
import org.tribuo.distill.training.internal.data.ExampleTrainingData;
import org.tribuo.distill.training.internal.data.ExampleWeights;
import org.tribuo.distill.training.internal.data.HeldOutValidation;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * A student that says a class of each token, from a teacher that does, over texts of any length.
 */
class TokenDistillationTest {
  private static final LabelOrder LABELS = LabelOrder.of("a", "b", "c", "d", "e");
  private static final RowShape ROW = RowShape.perToken(LABELS.size());
  private static final RowForm FORM = RowForm.tokens(TokenMask.attentionMask());
  private static final int TEXTS = 48;
  private static final OnnxModel STUDENT = Zoo.model("bert_tokcls_ts14");

  private final List<TokenSequence> texts = texts();
  private SoftTargetStore store;
  private SoftTargets softTargets;
  private Targets targets;

  private static List<TokenSequence> texts() {
    SplittableRandom random = new SplittableRandom(5);
    List<TokenSequence> texts = new ArrayList<>();
    for (int row = 0; row < TEXTS; row++) {
      texts.add(TokenSequence.of(random.ints(random.nextInt(2, 13), 5, 100).toArray()));
    }
    return texts;
  }

  @BeforeEach
  void askTheTeacher() throws IOException {
    store = SoftTargetStore.temporary();
    softTargets = ask("electra_tokcls_ts11", OptionalInt.empty());
    targets = Targets.perToken(IntStream.range(0, TEXTS).mapToObj(this::labels).toList());
  }

  @AfterEach
  void close() {
    softTargets.close();
    store.close();
  }

  private SoftTargets ask(String name, OptionalInt largest) throws IOException {
    TeacherSettings settings =
        TeacherSettings.of(Zoo.file(name), LABELS).withRows(ROW).withDevice(Device.cpu(1));
    try (Teacher teacher = Teacher.open(settings)) {
      TeacherExamples asked =
          new TeacherExamples(FedInputs.of(TinyTexts.inputs(texts), teacher.inputs()));
      return SoftTargetProducer.into(store).produce(teacher, asked, largest).softTargets();
    }
  }

  /** What the teacher thinks likeliest, of two tokens in three. */
  private long[] labels(int row) {
    float[] logits = softTargets.batch(row).logits().toFloats();
    long[] labels = new long[texts.get(row).length()];
    for (int token = 0; token < labels.length; token++) {
      float[] vector =
          Arrays.copyOfRange(logits, token * LABELS.size(), (token + 1) * LABELS.size());
      int best =
          IntStream.range(0, vector.length).reduce(0, (a, b) -> vector[b] > vector[a] ? b : a);
      labels[token] = (row + token) % 3 == 0 ? Targets.UNLABELLED : best;
    }
    return labels;
  }

  @Test
  void batchesArePaddedAndSaySo() {
    Map<String, Tensor> batch = data(answers(softTargets)).batch(new int[] {3, 7});
    int longest = Math.max(texts.get(3).length(), texts.get(7).length());
    int shortest = Math.min(texts.get(3).length(), texts.get(7).length());
    assertThat(longest).isGreaterThan(shortest);
    assertThat(batch.get("labels").dims()).containsExactly(2, longest);
    assertThat(batch.get("labelled").dims()).containsExactly(2, longest);
    assertThat(batch.get("teacher_logits").dims()).containsExactly(2, longest, 5);
    int padding = (texts.get(3).length() == shortest ? 1 : 2) * longest - 1;
    assertThat(batch.get("labels").toLongs()[padding]).isEqualTo(Targets.UNLABELLED);
    assertThat(batch.get("labelled").toFloats()[padding]).isZero();
    assertThat(batch.get("teacher_logits").toFloats()[padding * 5]).isZero();
  }

  @Test
  void theStudentLearnsWhatTheTeacherSaysOfEachToken() {
    TeacherAnswers answers = answers(softTargets);
    List<StepReport> steps = new ArrayList<>();
    OnnxModel trained = train(new KlDivergence(), answers, steps);

    assertThat(mean(steps.subList(0, 6), "soft")).isGreaterThan(4 * mean(last(steps), "soft"));
    assertThat(accuracy(trained)).isGreaterThan(0.9).isGreaterThan(accuracy(STUDENT) + 0.3);
    assertThat(train(new KlDivergence(), answers, new ArrayList<>()).initializers())
        .isEqualTo(trained.initializers());
  }

  @Test
  void ofAllLogitsTheSparseDivergenceIsTheDivergence() throws IOException {
    List<StepReport> all = new ArrayList<>();
    train(new KlDivergence(), answers(softTargets), all);
    List<StepReport> sparse = new ArrayList<>();
    try (SoftTargets largest = ask("electra_tokcls_ts11", OptionalInt.of(5))) {
      train(new SparseKlDivergence(5), answers(largest), sparse);
    }
    assertThat(sparse.get(0).terms().get("soft"))
        .isEqualTo(all.get(0).terms().get("soft"), within(1e-3f));
  }

  @Test
  void severalTeachersCountDifferentlyInEachToken() {
    TeacherAgreement together =
        new TeacherAgreement(
            false, new TeacherWeights(List.of(1f, 3f), true, true), List.of(1f, 2f));
    TeacherAnswers answers =
        new TeacherAnswers(List.of(softTargets, softTargets), Optional.of(together), targets, FORM);
    Tensor weights = data(answers).batch(new int[] {3, 7}).get("teacher_weights");
    assertThat(weights.dims())
        .containsExactly(2, Math.max(texts.get(3).length(), texts.get(7).length()), 2);

    List<StepReport> steps = new ArrayList<>();
    OnnxModel trained =
        train(together.against(new KlDivergence(), new SingleLabel()), answers, steps);
    assertThat(accuracy(trained)).isGreaterThan(0.9);
  }

  private TeacherAnswers answers(SoftTargets ofOne) {
    return new TeacherAnswers(List.of(ofOne), Optional.empty(), targets, FORM);
  }

  private ExampleTrainingData data(TeacherAnswers answers) {
    return new ExampleTrainingData(
        rows(),
        Optional.of(answers),
        IntStream.range(0, TEXTS).toArray(),
        network(STUDENT).inputs(),
        BatchPlan.ofRows(8),
        3);
  }

  private ExampleRows rows() {
    boolean[] labelled = new boolean[TEXTS];
    Arrays.fill(labelled, true);
    return new ExampleRows(
        TinyTexts.inputs(texts),
        targets,
        labelled,
        ExampleWeights.of(TinyTexts.labelled(TEXTS, 1)));
  }

  private static StudentNetwork network(OnnxModel model) {
    return new StudentNetwork(
        Transformer.of(model),
        List.of("logits"),
        Head.ofTokens(LABELS),
        new TokenReader(new TokenFeatures(16, 101), 0));
  }

  private double accuracy(OnnxModel model) {
    return new HeldOutValidation(
            network(model),
            Device.cpu(1),
            new SingleLabel().score(LABELS),
            rows(),
            IntStream.range(0, TEXTS).toArray())
        .measure(model)
        .get("accuracy");
  }

  private OnnxModel train(SoftLoss loss, TeacherAnswers answers, List<StepReport> steps) {
    TrainingSettings settings =
        new TrainingSettings(
            30,
            1,
            new WarmUpSchedule(3e-3f, 0.1, WarmUpSchedule.Decay.LINEAR),
            AdamW.DEFAULT,
            OptionalDouble.of(1),
            ObjectiveSchedules.constant(0.9f, 2),
            0,
            Set.of(),
            true,
            false,
            Optional.empty(),
            Device.cpu(1),
            1);
    return StudentTraining.of(
            Transformer.of(STUDENT),
            Objective.of(FORM, new CrossEntropy(), loss),
            StandardOperators.TABLE,
            settings,
            data(answers))
        .train(
            STUDENT,
            data(answers),
            Optional.empty(),
            new TrainingListener() {
              @Override
              public void onStep(StepReport report) {
                steps.add(report);
              }
            })
        .model();
  }

  private static List<StepReport> last(List<StepReport> steps) {
    return steps.subList(steps.size() - 6, steps.size());
  }

  private static double mean(List<StepReport> steps, String term) {
    return steps.stream().mapToDouble(step -> step.terms().get(term)).average().orElseThrow();
  }
}
