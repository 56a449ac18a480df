package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.autodiff.rules.StandardRules;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.pass.Normalization;
import org.tribuo.distill.input.BatchPlan;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.input.TokenSequence;
import org.tribuo.distill.loss.AttentionForm;
import org.tribuo.distill.loss.AttentionKl;
import org.tribuo.distill.loss.AttentionMse;
import org.tribuo.distill.loss.Cka;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.ExampleVector;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.FeatureMatching;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateCosine;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.loss.LayerPair;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.loss.Objective;
import org.tribuo.distill.loss.ObjectiveInputs;
import org.tribuo.distill.loss.ObjectiveSchedules;
import org.tribuo.distill.loss.Pkd;
import org.tribuo.distill.loss.RkdAngle;
import org.tribuo.distill.loss.RkdDistance;
import org.tribuo.distill.loss.RowForm;
import org.tribuo.distill.loss.Schedule;
import org.tribuo.distill.loss.SimilarityPreserving;
import org.tribuo.distill.loss.TinyBert;
import org.tribuo.distill.output.Targets;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.training.AdamW;
import org.tribuo.distill.training.LearningRateSchedule;
import org.tribuo.distill.training.PrefetchedBatches;
import org.tribuo.distill.training.StepReport;
import org.tribuo.distill.training.StudentTraining;
import org.tribuo.distill.training.TrainingData;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingSettings;
import org.tribuo.distill.transformer.Feature;
import org.tribuo.distill.transformer.Feature.Kind;
import org.tribuo.distill.transformer.LayerCut;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.TaskHead;
import org.tribuo.distill.transformer.TransformerLayers;

/**
 * What each loss on features adds to a step: two layers of all-MiniLM-L6-v2 as the student, the
 * whole as the teacher, 32 texts of 8 to 32 tokens a batch, one thread for each model. The
 * processor time of the process is measured, not the wall time, and the least of several rounds is
 * taken: other work of the machine comes and goes. Prints the table of the documentation.
 */
@Tag("slow")
class FeatureCostTest {
  private static final int CLASSES = 77;
  private static final int BATCH = 32;
  private static final int STEPS = 12;
  private static final int WARM_UP = 2;
  private static final int ROUNDS = 3;
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final String BASE = "KL + live teacher";

  private static Map<String, FeatureLoss> losses() {
    LayerMap uniform = LayerMap.uniform();
    LayerMap lasts = LayerMap.pairs(LayerPair.LAST);
    LayerPair last = LayerPair.LAST;
    Map<String, FeatureLoss> losses = new LinkedHashMap<>();
    losses.put("`MiniLm`, 12 heads, last layer", new MiniLm(last, 12));
    losses.put("`HiddenStateMse`, last layer", new HiddenStateMse(lasts));
    losses.put("`HiddenStateMse`, 2 layers", new HiddenStateMse(uniform));
    losses.put("`HiddenStateCosine`, 2 layers", new HiddenStateCosine(uniform));
    losses.put("`Pkd`, 2 layers", new Pkd(uniform));
    losses.put(
        "`AttentionMse` of scores, 2 layers", new AttentionMse(uniform, AttentionForm.SCORES));
    losses.put("`AttentionKl` of scores, 2 layers", new AttentionKl(uniform, AttentionForm.SCORES));
    losses.put("`TinyBert`, 2 layers", new TinyBert(uniform));
    losses.put("`RkdDistance`", new RkdDistance(last, ExampleVector.MEAN));
    losses.put("`RkdAngle`", new RkdAngle(last, ExampleVector.MEAN));
    losses.put("`SimilarityPreserving`", new SimilarityPreserving(last, ExampleVector.MEAN));
    losses.put("`Cka`", new Cka(last, ExampleVector.MEAN));
    return losses;
  }

  @Test
  void aLossOnFeaturesCostsLittleBesideTheLiveTeacher(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("teacher.onnx");
    try (InputStream stream =
        Objects.requireNonNull(
            FeatureCostTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx"))) {
      Files.copy(stream, file);
    }
    FeatureTeacher teacher = FeatureTeacher.read(file, Map.of());
    OnnxModel student = student(OnnxModel.read(file));

    Map<String, Double> cost = new LinkedHashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      cost.merge("KL", run(student, teacher, Optional.empty(), false), Math::min);
      cost.merge(BASE, run(student, teacher, Optional.empty(), true), Math::min);
      for (Map.Entry<String, FeatureLoss> loss : losses().entrySet()) {
        double millis = run(student, teacher, Optional.of(loss.getValue()), true);
        cost.merge(loss.getKey(), millis, Math::min);
      }
    }

    double base = cost.get(BASE);
    cost.forEach(
        (name, millis) ->
            System.out.printf("| %s | %.0f ms | %.2f |%n", name, millis, millis / base));
    assertThat(cost.get("`MiniLm`, 12 heads, last layer")).isLessThan(1.35 * base);
    assertThat(cost.get("`HiddenStateMse`, last layer")).isLessThan(1.15 * base);
  }

  private static OnnxModel student(OnnxModel whole) {
    Graph graph = Graph.of(whole);
    Graph cut = LayerCut.keep(graph, TransformerLayers.find(graph), List.of(0, 5));
    return new TaskHead(Pooling.MEAN, CLASSES, 1).attach(cut).toModel();
  }

  private static double run(
      OnnxModel student, FeatureTeacher teacher, Optional<FeatureLoss> loss, boolean live) {
    Objective kl = Objective.of(RowForm.examples(), new CrossEntropy(), new KlDivergence());
    Objective objective =
        loss.map(
                l ->
                    kl.withFeatures(
                        FeatureMatching.of(teacher.features(), new FeatureTerm("f", l))))
            .orElse(kl);
    TextTrainingData texts = texts(student);
    if (!live) {
      return train(student, objective, texts);
    }
    Graph graph = Graph.of(student);
    Normalization.applyForTraining(graph);
    List<Feature> wanted =
        loss.isEmpty()
            ? List.of(new Feature(Kind.HIDDEN_STATE, 6))
            : objective
                .attach(Ops.on(graph), graph.value(graph.outputs().get(0)))
                .teacherFeatures();
    try (LiveTeacherFeatures beside =
            new LiveTeacherFeatures(texts, teacher, wanted, 0, SessionSettings.cpu(1), 0);
        PrefetchedBatches ahead = new PrefetchedBatches(beside)) {
      return train(student, objective, ahead);
    }
  }

  /** The mean processor time of a step, in milliseconds. */
  private static double train(OnnxModel student, Objective objective, TrainingData data) {
    List<Long> times = new ArrayList<>();
    Map<String, Schedule> weights =
        objective.features().isEmpty() ? Map.of() : Map.of("f", Schedule.constant(1));
    TrainingSettings settings =
        new TrainingSettings(
            1,
            1,
            new LearningRateSchedule.Constant(1e-5f),
            AdamW.DEFAULT,
            OptionalDouble.of(1),
            new ObjectiveSchedules(Schedule.constant(.5f), Schedule.constant(2), weights),
            0,
            Set.of(),
            true,
            Optional.empty(),
            SessionSettings.cpu(1),
            1);
    StudentTraining.train(
        student,
        objective,
        StandardRules.TABLE,
        settings,
        data,
        Optional.empty(),
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            times.add(PROCESS.getProcessCpuTime());
          }
        });
    int last = times.size() - 1;
    return (times.get(last) - times.get(WARM_UP)) / 1e6 / (last - WARM_UP);
  }

  private static TextTrainingData texts(OnnxModel student) {
    SplittableRandom random = new SplittableRandom(1);
    int rows = BATCH * STEPS;
    List<TokenSequence> texts = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      texts.add(TokenSequence.of(random.ints(random.nextInt(8, 33), 1000, 3000).toArray()));
    }
    long[] labels = IntStream.range(0, rows).mapToLong(i -> i % CLASSES).toArray();
    float[] labelled = new float[rows];
    Arrays.fill(labelled, 1);
    boolean[] known = new boolean[rows];
    Arrays.fill(known, true);
    float[] logits = new float[rows * CLASSES];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextDouble(-2, 2);
    }
    return new TextTrainingData(
        new TextRows(texts, new Targets(Tensor.of(labels, rows), Tensor.of(labelled, rows)), known),
        Optional.of(
            new TeacherAnswers(
                Map.of(ObjectiveInputs.TEACHER_LOGITS, Tensor.of(logits, rows, CLASSES)))),
        IntStream.range(0, rows).toArray(),
        TokenInputs.of(Graph.of(student).inputs()),
        BatchPlan.ofRows(BATCH),
        1);
  }
}
