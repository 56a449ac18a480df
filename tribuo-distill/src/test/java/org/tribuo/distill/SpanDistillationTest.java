package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveSchedules;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.teacher.internal.SoftTargetProducer;
import org.tribuo.distill.teacher.internal.Teacher;
import org.tribuo.distill.teacher.internal.TeacherAnswers;
import org.tribuo.distill.teacher.internal.TeacherExamples;
import org.tribuo.distill.teacher.internal.TeacherSettings;
import org.tribuo.distill.teacher.internal.store.SoftTargetStore;
import org.tribuo.distill.teacher.internal.store.SoftTargets;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.training.internal.StudentTraining;
import org.tribuo.distill.training.internal.TrainingSettings;
import org.tribuo.distill.training.internal.data.ExampleRows;
import org.tribuo.distill.training.internal.data.ExampleTrainingData;
import org.tribuo.distill.training.internal.data.ExampleWeights;
import org.tribuo.distill.transformer.internal.Transformer;

/** A student that finds the first and the last token of an answer, from a teacher that does. */
class SpanDistillationTest {
  private static final int TEXTS = 32;
  private static final LabelOrder OUTPUTS = LabelOrder.of("start_logits", "end_logits");
  private static final Transformer STUDENT = Transformer.of(Zoo.model("bert_qa_ts17"));

  private final List<TokenSequence> texts = texts();

  private static List<TokenSequence> texts() {
    SplittableRandom random = new SplittableRandom(5);
    List<TokenSequence> texts = new ArrayList<>();
    for (int row = 0; row < TEXTS; row++) {
      texts.add(TokenSequence.of(random.ints(random.nextInt(2, 13), 5, 100).toArray()));
    }
    return texts;
  }

  @Test
  void theStudentLearnsWhereTheTeacherSeesAnAnswer() throws Exception {
    TeacherSettings settings =
        TeacherSettings.of(Zoo.file("albert_qa_optimum"), OUTPUTS)
            .withRows(RowShape.ofPositions(2))
            .withDevice(Device.cpu(1));
    try (SoftTargetStore store = SoftTargetStore.temporary();
        Teacher teacher = Teacher.open(settings);
        SoftTargets softTargets =
            SoftTargetProducer.into(store)
                .produce(
                    teacher,
                    new TeacherExamples(FedInputs.of(TinyTexts.inputs(texts), teacher.inputs())))
                .softTargets()) {
      assertThat(softTargets.key().output()).isEqualTo("start_logits,end_logits");
      ExampleTrainingData data = data(softTargets);
      checkPadding(data.batch(new int[] {7, 3}), softTargets);

      List<StepReport> steps = train(data);
      assertThat(mean(steps.subList(0, 4)))
          .isGreaterThan(2 * mean(steps.subList(steps.size() - 4, steps.size())));
      assertThat(train(data).stream().map(StepReport::terms))
          .isEqualTo(steps.stream().map(StepReport::terms).toList());
    }
  }

  private void checkPadding(Map<String, Tensor> batch, SoftTargets softTargets) {
    int longest = Math.max(texts.get(3).length(), texts.get(7).length());
    int length = texts.get(7).length();
    float[] alone = softTargets.batch(7).logits().toFloats();
    assertThat(alone).hasSize(2 * length);
    float[] last = batch.get("teacher_end_logits").toFloats();
    assertThat(batch.get("teacher_end_logits").dims()).containsExactly(2, longest);
    assertThat(Arrays.copyOf(last, length))
        .containsExactly(Arrays.copyOfRange(alone, length, 2 * length));
    assertThat(Arrays.copyOfRange(last, length, longest)).containsOnly(-10_000);
    assertThat(longest).isGreaterThan(length);
    assertThat(batch.get("start_positions").dims()).containsExactly(2);
  }

  private ExampleTrainingData data(SoftTargets softTargets) {
    long[] first = new long[TEXTS];
    long[] last = new long[TEXTS];
    for (int row = 0; row < TEXTS; row++) {
      first[row] = row % 4 == 0 ? Targets.UNLABELLED : 0;
      last[row] = row % 4 == 0 ? Targets.UNLABELLED : texts.get(row).length() - 1;
    }
    Targets targets = Targets.spans(first, last);
    boolean[] labelled = new boolean[TEXTS];
    Arrays.fill(labelled, true);
    return new ExampleTrainingData(
        new ExampleRows(
            TinyTexts.inputs(texts),
            targets,
            labelled,
            ExampleWeights.of(TinyTexts.labelled(TEXTS, 1))),
        Optional.of(
            new TeacherAnswers(List.of(softTargets), Optional.empty(), targets, RowForm.spans())),
        IntStream.range(0, TEXTS).toArray(),
        STUDENT.graph().inputs(),
        BatchPlan.ofRows(8),
        3);
  }

  private static List<StepReport> train(ExampleTrainingData data) {
    List<StepReport> steps = new ArrayList<>();
    TrainingSettings settings =
        new TrainingSettings(
            25,
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
    StudentTraining.of(
            STUDENT,
            Objective.of(RowForm.spans(), new CrossEntropy(), new KlDivergence()),
            StandardOperators.TABLE,
            settings,
            data)
        .train(
            STUDENT.model(),
            data,
            Optional.empty(),
            new TrainingListener() {
              @Override
              public void onStep(StepReport report) {
                steps.add(report);
              }
            });
    return steps;
  }

  private static double mean(List<StepReport> steps) {
    return steps.stream().mapToDouble(step -> step.terms().get("soft")).average().orElseThrow();
  }
}
