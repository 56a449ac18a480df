package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil.HashType;
import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import com.oracle.labs.mlrg.olcut.util.Pair;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.evaluation.LabelEvaluation;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ScratchStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.EpochReport;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.ensemble.BaggingTrainer;
import org.tribuo.evaluation.CrossValidation;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.test.Helpers;

class DistillationTrainerTest {
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final Device ONE_THREAD = Device.cpu(1);
  private static final MutableDataset<Label> LABELLED =
      TinyTexts.dataset(TinyTexts.labelled(120, 1));
  private static final MutableDataset<Label> TEST = TinyTexts.dataset(TinyTexts.labelled(60, 2));

  @Test
  void aStudentLearnsFromLabelsAlone() {
    try (DistilledModel<Label> model = fromLabels().build().train(LABELLED)) {
      assertThat(accuracy(model)).isGreaterThan(0.9);
      assertThat(model.labelOrder()).isEqualTo(ORDER);
    }
  }

  @Test
  void aStudentLearnsFromATeacherWhereFewLabelsAreKnown(@TempDir Path folder) throws Exception {
    Path teacher = folder.resolve("teacher.onnx");
    try (DistilledModel<Label> model =
        DistillationTrainer.<Label>builder()
            .student(EncoderStudent.of(Zoo.file("minilm_embedding_ts14"), Pooling.MEAN))
            .epochs(8)
            .optimizer(new AdamWOptimizer().learningRate(5e-3f))
            .device(ONE_THREAD)
            .build()
            .train(LABELLED)) {
      assertThat(accuracy(model)).isGreaterThan(0.9);
      assertThat(model.labelOrder()).containsExactly("blue", "green", "red");
      model.exportOnnx(teacher);
    }
    List<Example<Label>> few = new ArrayList<>(TinyTexts.labelled(6, 3));
    few.addAll(TinyTexts.unlabelled(150, 4));
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(PrunedStudent.keeping(1, OnnxStudent.of(teacher)))
            .teacher(OnnxTeacher.of(teacher))
            .stages(TrainingStage.of(6), TrainingStage.fineTuning(1))
            .optimizer(new AdamWOptimizer().learningRate(5e-3f))
            .device(ONE_THREAD)
            .softTargetStore(folder.resolve("soft-targets"))
            .build();
    try (DistilledModel<Label> student = trainer.train(TinyTexts.dataset(few))) {
      assertThat(accuracy(student)).isGreaterThan(0.85);
      assertThat(run(student, "soft-targets-computed")).isEqualTo("156");
      assertThat(run(student, "labelled-rows")).isEqualTo("6");
      assertThat(run(student, "unlabelled-rows")).isEqualTo("150");
      assertThat(run(student, "providers")).isEqualTo("CPU");
      assertThat(run(student, "onnxruntime-version")).isNotBlank();
      assertThat(run(student, "fine-tuning-steps")).isEqualTo("1");
      Helpers.testProvenanceMarshalling(student.getProvenance());
    }
    try (DistilledModel<Label> again = trainer.train(TinyTexts.dataset(few))) {
      assertThat(run(again, "soft-targets-computed")).isEqualTo("0");
      assertThat(run(again, "soft-targets-reused")).isEqualTo("156");
    }
  }

  @Test
  void aStudentThatNobodyHasTrainedLearnsToo() {
    try (DistilledModel<Label> model =
        DistillationTrainer.<Label>builder()
            .student(ScratchStudent.of(101, 2, 32, 4))
            .epochs(30)
            .optimizer(new AdamWOptimizer().learningRate(5e-3f))
            .trainingGraph(new TrainingGraphOptions().dropout(0))
            .device(ONE_THREAD)
            .build()
            .train(LABELLED)) {
      assertThat(accuracy(model)).isGreaterThan(0.9);
      Helpers.testProvenanceMarshalling(model.getProvenance());
    }
  }

  @Test
  void multiLabelsAndRegressorsAreLearntToo() {
    MultiLabelFactory multiLabels = new MultiLabelFactory();
    List<Example<MultiLabel>> several =
        TinyTexts.labelled(60, 5).stream()
            .map(
                e ->
                    TinyTexts.withOutput(
                        e,
                        multiLabels.generateOutput(
                            e.getOutput().getLabel().equals("red") ? "a,b,c" : "d,e,f")))
            .toList();
    try (DistilledModel<MultiLabel> model =
        DistillationTrainer.<MultiLabel>builder()
            .student(
                OnnxStudent.of(
                    Zoo.file("bert_multilabel_dynamo"), List.of("a", "b", "c", "d", "e", "f")))
            .epochs(15)
            .optimizer(new AdamWOptimizer().learningRate(1e-2f))
            .batching(new Batching().batchSize(8))
            .earlyStopping(new EarlyStopping(0.2, 15))
            .device(ONE_THREAD)
            .build()
            .train(TinyTexts.dataset(several, multiLabels))) {
      assertThat(Double.parseDouble(run(model, "training-micro-f1"))).isGreaterThan(0.8);
    }
    RegressionFactory regression = new RegressionFactory();
    List<Example<Regressor>> numbers =
        TinyTexts.labelled(60, 6).stream()
            .map(
                e ->
                    TinyTexts.withOutput(
                        e,
                        regression.generateOutput(
                            e.getOutput().getLabel().equals("red") ? "x=1,y=0" : "x=-1,y=2")))
            .toList();
    try (DistilledModel<Regressor> model =
        DistillationTrainer.<Regressor>builder()
            .student(OnnxStudent.of(Zoo.file("bert_regression2_ts17"), List.of("x", "y")))
            .epochs(15)
            .optimizer(new AdamWOptimizer().learningRate(5e-3f))
            .batching(new Batching().batchSize(8))
            .earlyStopping(new EarlyStopping(0.2, 15))
            .device(ONE_THREAD)
            .build()
            .train(TinyTexts.dataset(numbers, regression))) {
      assertThat(Double.parseDouble(run(model, "training-negative-squared-error")))
          .isGreaterThan(-0.5);
    }
  }

  @Test
  void theSameSeedGivesTheSameBitsAndTheNextRunOthers() {
    DistillationTrainer<Label> one = fromLabels().epochs(2).device(Device.cpu(2)).build();
    DistillationTrainer<Label> other = fromLabels().epochs(2).device(Device.cpu(2)).build();
    String first = weights(one.train(LABELLED));
    String second = weights(one.train(LABELLED));
    assertThat(weights(other.train(LABELLED))).isEqualTo(first).isNotEqualTo(second);
    assertThat(one.getInvocationCount()).isEqualTo(2);
  }

  @Test
  void anyRunCanBeReplayed() {
    DistillationTrainer<Label> trainer =
        fromLabels().epochs(1).earlyStopping(new EarlyStopping(0.2, 1)).build();
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      runs.add(weights(trainer.train(LABELLED)));
    }
    trainer.setInvocationCount(1);
    assertThat(weights(trainer.train(LABELLED))).isEqualTo(runs.get(1));
    assertThat(trainer.getInvocationCount()).isEqualTo(2);
    DistilledModel<Label> last = trainer.train(LABELLED, Map.of(), 2);
    assertThat(weights(last)).isEqualTo(runs.get(2));
    assertThat(
            last.getProvenance()
                .getTrainerProvenance()
                .getInstanceValues()
                .get("train-invocation-count")
                .getValue())
        .isEqualTo(2);
  }

  @Test
  void trainingsAtTheSameTimeDoNotDisturbEachOther() throws Exception {
    DistillationTrainer<Label> trainer = fromLabels().epochs(1).build();
    List<String> oneByOne = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      oneByOne.add(weights(trainer.train(LABELLED)));
    }
    trainer.setInvocationCount(0);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<DistilledModel<Label>>> together = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        together.add(threads.submit(() -> trainer.train(LABELLED)));
      }
      List<String> weights = new ArrayList<>();
      for (Future<DistilledModel<Label>> model : together) {
        weights.add(weights(model.get()));
      }
      assertThat(weights).containsExactlyInAnyOrderElementsOf(oneByOne);
    } finally {
      threads.shutdown();
    }
    assertThat(trainer.getInvocationCount()).isEqualTo(4);
  }

  @Test
  void tribuoCrossValidatesIt() {
    List<Pair<LabelEvaluation, Model<Label>>> folds =
        new CrossValidation<>(fromLabels().epochs(12).build(), LABELLED, new LabelEvaluator(), 3)
            .evaluate();
    assertThat(folds).hasSize(3);
    for (Pair<LabelEvaluation, Model<Label>> fold : folds) {
      assertThat(fold.getA().accuracy()).isGreaterThan(0.8);
      ((DistilledModel<Label>) fold.getB()).close();
    }
  }

  @Test
  void tribuoBagsIt() {
    BaggingTrainer<Label> bagging =
        new BaggingTrainer<>(fromLabels().epochs(12).build(), new VotingCombiner(), 3);
    Model<Label> ensemble = bagging.train(LABELLED);
    assertThat(accuracy(ensemble)).isGreaterThan(0.8);
    Helpers.testModelProtoSerialization(ensemble, Label.class, TEST);
  }

  @Test
  void aTrainingWhoseLossIsNotFiniteKeepsItsLastGoodStudent(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("last-good.onnx");
    DistillationTrainer<Label> trainer =
        fromLabels()
            .optimizer(
                new AdamWOptimizer()
                    .learningRate(new WarmUpSchedule(1e30f, 0, WarmUpSchedule.Decay.CONSTANT)))
            .lastGoodStudent(file)
            .build();
    assertThatExceptionOfType(TrainingStoppedException.class)
        .isThrownBy(() -> trainer.train(LABELLED))
        .withMessageMatching("The stage 'training' was stopped. Step \\d+: '\\w+' is .*")
        .satisfies(
            e -> {
              long steps = e.step() - 1;
              try (DistilledModel<?> lastGood = e.lastGood()) {
                assertThat(run(lastGood, "training-steps")).isEqualTo(Long.toString(steps));
                assertThat(run(lastGood, "stopped-at-step")).isEqualTo(Long.toString(steps + 1));
                assertThat(run(lastGood, "stopped-by-term")).isEqualTo(e.term());
                assertThat(OnnxModel.read(file).initializers())
                    .isEqualTo(lastGood.network().onnx().initializers());
              }
            });
  }

  @Test
  void examplesAreLeftAsTheyAre() {
    List<Example<Label>> before = new ArrayList<>();
    LABELLED.forEach(example -> before.add(example.copy()));
    fromLabels().epochs(1).build().train(LABELLED).close();
    assertThat(LABELLED.getData()).isEqualTo(before);
  }

  @Test
  void aListenerIsToldOfTeacherTrainingAndFineTuning() {
    List<String> heard = new ArrayList<>();
    DistillationTrainer<Label> trainer =
        fromLabels()
            .teacher(OnnxTeacher.of(Zoo.file("bert_seqcls_ts11"), ORDER))
            .stages(TrainingStage.of(2), TrainingStage.fineTuning(1))
            .earlyStopping(new EarlyStopping(0.1, 5))
            .build();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onSoftTargetProgress(int rowsDone, int rows) {
            heard.add(rowsDone == rows ? "asked" : "asking");
          }

          @Override
          public void onSoftTargets(TeacherRun run) {
            heard.add("computed " + run.computedRows());
          }

          @Override
          public TrainingListener stage(String name) {
            return new TrainingListener() {
              @Override
              public void onEpochEnd(EpochReport report) {
                heard.add(name + " " + report.epoch());
              }
            };
          }
        });
    trainer.train(LABELLED).close();
    assertThat(heard)
        .containsSubsequence("asked", "computed 120", "training 1", "training 2", "fine-tuning 1");
  }

  @Test
  void trainingsAtTheSameTimeShareAStore(@TempDir Path folder) throws Exception {
    DistillationTrainer<Label> trainer =
        fromLabels()
            .teacher(OnnxTeacher.of(Zoo.file("bert_seqcls_ts11"), ORDER))
            .softTargetStore(folder.resolve("store"))
            .epochs(1)
            .build();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<DistilledModel<Label>>> together = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        together.add(threads.submit(() -> trainer.train(LABELLED)));
      }
      List<String> computed = new ArrayList<>();
      for (Future<DistilledModel<Label>> model : together) {
        computed.add(run(model.get(), "soft-targets-computed"));
      }
      assertThat(computed).containsExactlyInAnyOrder("120", "0", "0");
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void theCallersProvenanceIsKept() {
    Map<String, Provenance> ofCaller = Map.of("fold", new StringProvenance("fold", "three"));
    try (DistilledModel<Label> model = fromLabels().epochs(1).build().train(LABELLED, ofCaller)) {
      assertThat(run(model, "fold")).isEqualTo("three");
    }
  }

  private static DistillationTrainer.Builder<Label> fromLabels() {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(Zoo.file("bert_seqcls_ts11"), ORDER))
        .epochs(8)
        .optimizer(new AdamWOptimizer().learningRate(5e-3f))
        .device(ONE_THREAD);
  }

  private static double accuracy(Model<Label> model) {
    return new LabelEvaluator().evaluate(model, TEST).accuracy();
  }

  /** A digest of all weights. */
  private static String weights(DistilledModel<Label> model) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Tensor tensor : model.network().onnx().initializers().values()) {
      byte[] bytes = new byte[tensor.data().remaining()];
      tensor.data().get(bytes);
      all.writeBytes(bytes);
    }
    return ProvenanceUtil.hashArray(HashType.SHA256, all.toByteArray());
  }

  private static String run(Model<?> model, String value) {
    ModelProvenance provenance = model.getProvenance();
    return provenance.getInstanceProvenance().getMap().get(value).toString();
  }
}
