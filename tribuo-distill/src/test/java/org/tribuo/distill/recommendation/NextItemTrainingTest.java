package org.tribuo.distill.recommendation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.RecordedSteps;
import org.tribuo.distill.RunValue;
import org.tribuo.distill.UnmaskedModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.internal.item.ItemHistory;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.selection.CrossValidatedTrainer;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.ScratchItemStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.test.Helpers;

class NextItemTrainingTest {
  private static final MutableDataset<NextItem> TRAIN = TinyHistories.dataset(60, 4, 10, 1);
  private static final MutableDataset<NextItem> TEST = TinyHistories.dataset(40, 4, 10, 2);
  private static final int ITEMS = TinyHistories.ITEMS.size();

  @TempDir private static Path folder;
  private static Path teacher;

  private static DistillationTrainer.Builder<NextItem> trainer(StudentSource student, int epochs) {
    return DistillationTrainer.<NextItem>builder()
        .student(student)
        .epochs(epochs)
        .optimizer(new AdamWOptimizer().learningRate(1e-2f))
        .batching(new Batching().batchSize(8))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1));
  }

  private static double ndcg(Model<NextItem> model) {
    return new RankingEvaluator().evaluate(model, TEST).ndcg();
  }

  @BeforeAll
  static void aTeacherLearnsFromHistories() throws Exception {
    teacher = folder.resolve("teacher.onnx");
    try (DistilledModel<NextItem> model =
        trainer(ScratchItemStudent.of(2, 16, 2), 8).build().train(TRAIN)) {
      assertThat(ndcg(model)).isGreaterThan(0.9);
      assertThat(model.labelOrder()).isEqualTo(TinyHistories.ITEMS.names());
      assertThat(model.maxLength()).isEqualTo(50);
      model.exportOnnx(teacher);
    }
  }

  /** Of histories of one item without a next one nothing but the teacher says what comes. */
  @Test
  void aStudentLearnsFromATeacher() {
    List<Example<NextItem>> unknown = new ArrayList<>();
    for (List<String> history : TinyHistories.make(120, 1, 1, 3)) {
      unknown.add(TinyHistories.ITEMS.toExample(history, NextItem.unknown()));
    }
    DistillationTrainer<NextItem> trainer =
        trainer(ScratchItemStudent.of(1, 8, 1).withPositions(20), 12)
            .teacher(OnnxTeacher.of(teacher))
            .softTargetStore(folder.resolve("store"))
            .build();
    try (DistilledModel<NextItem> student = trainer.train(TinyHistories.dataset(unknown))) {
      List<NextItem> ranked = ItemRanker.of(student).rank(List.of("a"), 1);
      assertThat(ranked).containsExactly(NextItem.of("d"));
      assertThat(ItemRanker.of(student).rank(List.of("b"), 1)).containsExactly(NextItem.of("g"));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchItemStudent.of(1, 8, 1), 1)
                    .build()
                    .train(TinyHistories.dataset(unknown)))
        .withMessageStartingWith("120 of 120 examples have no label");
  }

  /** The first step's losses, computed here from the logits of both models at every step. */
  @Test
  void eachStepIsLearntAndPaddingIsNot() throws Exception {
    firstStepIsAsComputed(new DistillationObjective().alpha(.7f).temperature(2), ITEMS);
  }

  @Test
  void theTeachersLargestLogitsAloneMayBeKept() throws Exception {
    SoftLoss ofThree = new SparseKlDivergence(3);
    firstStepIsAsComputed(
        new DistillationObjective().alpha(.7f).temperature(2).softLoss(ofThree), 3);
  }

  private static void firstStepIsAsComputed(DistillationObjective objective, int largest)
      throws Exception {
    List<Example<NextItem>> some = TinyHistories.examples(TinyHistories.make(4, 3, 9, 4));
    some = new ArrayList<>(some);
    some.set(1, TinyHistories.ITEMS.toExample(List.of("c", "a", "b"), NextItem.unknown()));
    float[] weights = {1, 1, .5f, .25f};
    for (int i = 0; i < weights.length; i++) {
      some.get(i).setWeight(weights[i]);
    }
    Path start = folder.resolve("start.onnx");
    try (DistilledModel<NextItem> model =
        trainer(ScratchItemStudent.of(1, 8, 2), 1).build().train(TRAIN)) {
      model.exportOnnx(start);
    }
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<NextItem> trainer =
        trainer(OnnxStudent.of(start), 1)
            .teacher(OnnxTeacher.of(teacher))
            .objective(objective)
            .build();
    trainer.setListener(steps);
    trainer.train(TinyHistories.dataset(some)).close();
    Map<String, Float> terms = steps.firstTerms();

    double hard = 0;
    double soft = 0;
    double labelled = 0;
    double all = 0;
    for (int i = 0; i < weights.length; i++) {
      ItemHistory history = ItemHistory.of(some.get(i));
      float[] ofStudent = run(OnnxModel.read(start), history.numbers());
      float[] ofTeacher = run(OnnxModel.read(teacher), history.numbers());
      for (int step = 0; step < history.length(); step++) {
        int last = history.length() - 1;
        NextItem output = some.get(i).getOutput();
        boolean known = step < last || output.isKnown();
        if (known) {
          int next =
              step < last ? history.number(step + 1) : TinyHistories.ITEMS.number(output.item());
          hard -= weights[i] * Math.log(softmax(ofStudent, step, 1)[next - 1]);
          labelled += weights[i];
        }
        soft += weights[i] * 4 * divergence(ofTeacher, ofStudent, step, largest);
        all += weights[i];
      }
    }
    assertThat(terms.get("hard")).isEqualTo((float) (hard / labelled), within(1e-4f));
    // The largest logits are kept in steps of 1/128 to 1/16.
    float exactly = largest < ITEMS ? 2e-3f : 1e-4f;
    assertThat(terms.get("soft")).isEqualTo((float) (soft / all), within(exactly));
    assertThat(terms.get("loss"))
        .isEqualTo((float) (.3 * hard / labelled + .7 * soft / all), within(exactly));
  }

  private static double divergence(float[] teacher, float[] student, int step, int largest) {
    double[] p = softmax(teacher, step, 2);
    double[] q = softmax(student, step, 2);
    int[] best =
        IntStream.range(0, p.length)
            .boxed()
            .sorted((a, b) -> Double.compare(p[b], p[a]))
            .limit(largest)
            .mapToInt(i -> i)
            .toArray();
    double sum = Arrays.stream(best).mapToDouble(i -> p[i]).sum();
    return Arrays.stream(best).mapToDouble(i -> p[i] / sum * Math.log(p[i] / sum / q[i])).sum();
  }

  private static double[] softmax(float[] logits, int step, double temperature) {
    double[] powers =
        IntStream.range(0, ITEMS)
            .mapToDouble(i -> Math.exp(logits[step * ITEMS + i] / temperature))
            .toArray();
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers).map(each -> each / sum).toArray();
  }

  /** The logits of each step, [positions, items]. */
  private static float[] run(OnnxModel model, int... numbers) {
    long[] ids = Arrays.stream(numbers).asLongStream().toArray();
    return OnnxRun.of(model, Map.of("item_ids", Tensor.of(ids, 1, ids.length)), "logits");
  }

  @Test
  void predictionsAreThoseOfTheExportedFileAtTheLastStep() throws Exception {
    OnnxModel exported = OnnxModel.read(teacher);
    try (DistilledModel<NextItem> model =
        DistilledModel.of(OnnxTeacher.of(teacher), new NextItemFactory(TinyHistories.ITEMS))) {
      for (Prediction<NextItem> prediction : model.predict(TEST)) {
        int[] numbers = ItemHistory.of(prediction.getExample()).numbers();
        double[] expected = softmax(run(exported, numbers), numbers.length - 1, 1);
        assertThat(prediction.getOutputScores()).hasSize(ITEMS);
        prediction
            .getOutputScores()
            .forEach(
                (name, next) ->
                    assertThat(next.score())
                        .isEqualTo(expected[TinyHistories.ITEMS.number(name) - 1], within(1e-5)));
        assertThat(prediction.getOutputScores().values())
            .allMatch(next -> next.score() <= prediction.getOutput().score());
      }
    }
  }

  @Test
  void rankingsLeaveOutWhatIsKnown() throws Exception {
    try (DistilledModel<NextItem> model =
        DistilledModel.of(OnnxTeacher.of(teacher), new NextItemFactory(TinyHistories.ITEMS))) {
      ItemRanker ranker = ItemRanker.of(model);
      List<String> history = List.of("a", "d", "i", "l", "e", "h");

      assertThat(ranker.rankAll(history, 1)).containsExactly(NextItem.of("a"));
      assertThat(ranker.rank(history, 100)).hasSize(6).doesNotContain(NextItem.of("a"));
      assertThat(ranker.rank(history, 3))
          .isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ranker.rank(history, 0))
          .withMessage("A ranking of 0 items, expected 1 to 100");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ranker.rank(List.of("z"), 3))
          .withMessageStartingWith("There is no item 'z' among the 12");
    }
  }

  /** What comes after an item is known in one part alone, and predictions read the last items. */
  @Test
  void longHistoriesAreTrainedInPartsAndPredictedFromTheirEnd() {
    MutableDataset<NextItem> longer = TinyHistories.dataset(12, 60, 90, 5);
    DistillationTrainer<NextItem> trainer =
        trainer(ScratchItemStudent.of(1, 16, 2).withPositions(8), 5).build();
    try (DistilledModel<NextItem> model = trainer.train(longer)) {
      assertThat(Integer.parseInt(run(model, "labelled-rows"))).isGreaterThan(12 * 60 / 8);
      assertThat(ndcg(model)).isGreaterThan(0.9);
      Example<NextItem> example = longer.getExample(0);
      ItemHistory whole = ItemHistory.of(example);
      Example<NextItem> last =
          whole.part(whole.length() - 8, whole.length()).toExample(NextItem.unknown());
      Prediction<NextItem> prediction = model.predict(example);
      assertThat(prediction.getOutput().fullEquals(model.predict(last).getOutput())).isTrue();
      assertThat(prediction.getNumActiveFeatures()).isEqualTo(8);
    }
  }

  @Test
  void aModelAndItsTrainerPassTribuosHarness() {
    DistillationTrainer<NextItem> trainer = trainer(ScratchItemStudent.of(1, 8, 2), 1).build();
    Helpers.testConfigurableRoundtrip(trainer);
    try (DistilledModel<NextItem> model = trainer.train(TRAIN)) {
      Helpers.testProvenanceMarshalling(model.getProvenance());
      Model<NextItem> read = Helpers.testModelProtoSerialization(model, NextItem.class, TEST);
      assertThat(ItemRanker.of(read).items()).isEqualTo(TinyHistories.ITEMS);
      RankingEvaluator.Evaluation evaluation = new RankingEvaluator().evaluate(model, TEST);
      Helpers.testProvenanceMarshalling(evaluation.getProvenance());
      assertThat(evaluation.histories()).isEqualTo(TEST.size());
      assertThat(evaluation.asMap())
          .isEqualTo(
              new NextItemFactory(TinyHistories.ITEMS)
                  .getEvaluator()
                  .evaluate(model, TEST)
                  .asMap());
    }
  }

  @Test
  void earlyStoppingMeasuresTheGainOfTheNextItem() {
    DistillationTrainer<NextItem> trainer =
        trainer(ScratchItemStudent.of(1, 16, 2).withPositions(6), 12)
            .earlyStopping(new EarlyStopping(0.2, 2))
            .build();
    List<Double> measured = new ArrayList<>();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public TrainingListener stage(String name) {
            return new TrainingListener() {
              @Override
              public void onEvaluation(EvaluationReport report) {
                measured.add(report.metrics().get("ndcg@10"));
              }
            };
          }
        });
    try (DistilledModel<NextItem> model = trainer.train(TRAIN)) {
      assertThat(measured).hasSizeGreaterThan(1).allMatch(each -> each > 0 && each <= 1);
      assertThat(measured.get(measured.size() - 1)).isGreaterThan(0.8);
      assertThat(Integer.parseInt(run(model, "held-out-rows"))).isBetween(12, 30);
    }
  }

  /** From the others the student learns, but nothing says how good its rankings for them are. */
  @Test
  void earlyStoppingHoldsOutHistoriesOfWhichTheNextItemIsKnown() {
    List<Example<NextItem>> unknown = new ArrayList<>();
    for (List<String> history : TinyHistories.make(20, 2, 5, 6)) {
      unknown.add(TinyHistories.ITEMS.toExample(history, NextItem.unknown()));
    }
    List<Example<NextItem>> some = new ArrayList<>(unknown);
    some.addAll(TinyHistories.examples(TinyHistories.make(2, 3, 5, 7)));
    DistillationTrainer<NextItem> trainer =
        trainer(ScratchItemStudent.of(1, 8, 2), 1)
            .teacher(OnnxTeacher.of(teacher))
            .earlyStopping(new EarlyStopping(0.5, 2))
            .build();

    try (DistilledModel<NextItem> model = trainer.train(TinyHistories.dataset(some))) {
      assertThat(run(model, "held-out-rows")).isEqualTo("1");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(TinyHistories.dataset(unknown)))
        .withMessage(
            "Early stopping holds out labelled examples, and there are 0, expected at least 2");
  }

  @Test
  void oneOfSeveralTrainersIsChosen() {
    CrossValidatedTrainer<NextItem> trainer =
        CrossValidatedTrainer.of(
                List.of(
                    trainer(ScratchItemStudent.of(1, 4, 1), 1).build(),
                    trainer(ScratchItemStudent.of(1, 16, 2), 4).build()))
            .folds(2);
    try (DistilledModel<NextItem> model = (DistilledModel<NextItem>) trainer.train(TRAIN)) {
      assertThat(ndcg(model)).isGreaterThan(0.7);
    }
  }

  @Test
  void otherItemsAreRefused() throws Exception {
    Items others = Items.of(List.of("a", "b", "c", "z"));
    NextItemFactory outputs = new NextItemFactory(others);
    MutableDataset<NextItem> data =
        new MutableDataset<>(
            List.of(others.toExample(List.of("a", "z"), NextItem.of("b"))),
            new SimpleDataSourceProvenance("others", outputs),
            outputs);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchItemStudent.of(1, 8, 1), 1)
                    .teacher(OnnxTeacher.of(teacher))
                    .build()
                    .train(data))
        .withMessageStartingWith(
            "The teacher ranks 12 items and the student 4; in the teacher alone are [d, e, f, g, h, i, j, k, l], in the student alone [z]: both must have the same items");
    try (DistilledModel<NextItem> model =
        trainer(ScratchItemStudent.of(1, 8, 1), 1).build().train(TRAIN)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(data.getExample(0)))
          .withMessageContaining("it has other items, or numbers them otherwise");
    }
    try (DistilledModel<NextItem> model =
        DistilledModel.of(OnnxTeacher.of(teacher), new NextItemFactory(TinyHistories.ITEMS))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(data.getExample(0)))
          .withMessageContaining("has items of the domain " + others.domain());
    }
  }

  @Test
  void aStudentThatReadsLaterItemsIsRefused() throws Exception {
    Path file = UnmaskedModel.write(teacher, folder.resolve("both-ways.onnx"));
    OnnxStudent student = OnnxStudent.of(file, TinyHistories.ITEMS.names());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer(student, 1).build().train(TRAIN))
        .withMessageStartingWith("The student reads later positions")
        .withMessageContaining("take a model whose attention has a causal mask");
  }

  @Test
  void aTeacherThatReadsLaterItemsIsRefused() throws Exception {
    Path file = UnmaskedModel.write(teacher, folder.resolve("both-ways.onnx"));
    OnnxTeacher both = OnnxTeacher.of(file, TinyHistories.ITEMS.names());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> trainer(ScratchItemStudent.of(1, 8, 1), 1).teacher(both).build().train(TRAIN))
        .withMessageStartingWith("The teacher '%s' reads later positions".formatted(file))
        .withMessageContaining("take a model whose attention has a causal mask");
    try (DistilledModel<NextItem> model =
        DistilledModel.of(both, new NextItemFactory(TinyHistories.ITEMS))) {
      // What comes after the last item may be learnt from all of them.
      assertThat(new RankingEvaluator().evaluate(model, TEST).histories()).isEqualTo(TEST.size());
    }
  }

  @Test
  void lossesThatDoNotFitAndLongerHistoriesAreRefused() {
    assertThatExceptionOfType(org.tribuo.distill.graph.GraphException.class)
        .isThrownBy(
            () ->
                trainer(ScratchItemStudent.of(1, 8, 1), 1)
                    .teacher(OnnxTeacher.of(teacher))
                    .objective(new DistillationObjective().softLoss(new SparseKlDivergence(13)))
                    .build()
                    .train(TRAIN))
        .withMessageContaining("needs at least 13 classes, the student has 12");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(ScratchItemStudent.of(1, 8, 1), 1)
                    .batching(new Batching().maxLength(51))
                    .build()
                    .train(TRAIN))
        .withMessage("maxLength is 51 items, but the model has positions for 50");
  }

  private static String run(DistilledModel<NextItem> model, String name) {
    return RunValue.of(model.getProvenance(), name);
  }
}
