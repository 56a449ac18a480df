package org.tribuo.distill;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.AttentionForm;
import org.tribuo.distill.loss.AttentionKl;
import org.tribuo.distill.loss.AttentionMse;
import org.tribuo.distill.loss.Cka;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateCosine;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.JensenShannon;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.loss.LogitStandardization;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.loss.Pkd;
import org.tribuo.distill.loss.ReverseKl;
import org.tribuo.distill.loss.RkdAngle;
import org.tribuo.distill.loss.RkdDistance;
import org.tribuo.distill.loss.SimilarityPreserving;
import org.tribuo.distill.loss.SoftCrossEntropy;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.TinyBert;
import org.tribuo.distill.loss.internal.FeatureMatching;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveSchedules;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.teacher.internal.ActivationTeacher;
import org.tribuo.distill.teacher.internal.LiveTeacherActivations;
import org.tribuo.distill.teacher.internal.TeacherAnswers;
import org.tribuo.distill.teacher.internal.store.SoftTargetKey;
import org.tribuo.distill.teacher.internal.store.SoftTargetSpec;
import org.tribuo.distill.teacher.internal.store.SoftTargetStore;
import org.tribuo.distill.teacher.internal.store.SoftTargetWriter;
import org.tribuo.distill.teacher.internal.store.SoftTargets;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.training.internal.PrefetchedBatches;
import org.tribuo.distill.training.internal.StudentTraining;
import org.tribuo.distill.training.internal.TrainingData;
import org.tribuo.distill.training.internal.TrainingSettings;
import org.tribuo.distill.training.internal.data.ExampleRows;
import org.tribuo.distill.training.internal.data.ExampleTrainingData;
import org.tribuo.distill.training.internal.data.ExampleWeights;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.LayerCut;
import org.tribuo.distill.transformer.internal.head.TaskHead;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

/**
 * What each loss costs a step: two layers of all-MiniLM-L6-v2 as the student, the whole as the
 * teacher, the same batches of 32 texts of 8 to 32 tokens for all, one thread for each model. All
 * are measured in each of several rounds, and the least of each is taken, since other work of the
 * machine comes and goes. Prints the table of the documentation.
 */
final class LossCosts {
  private static final int CLASSES = 77;
  private static final int BATCH = 32;
  private static final int STEPS = 12;
  private static final int WARM_UP = 2;
  private static final int ROUNDS = 3;
  private static final String KL = "KL";
  private static final String LIVE = "KL + live teacher";
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final OnnxModel student;
  private final ActivationTeacher teacher;

  private LossCosts(Path teacherFile) throws IOException {
    this.student = student(OnnxModel.read(teacherFile));
    this.teacher =
        ActivationTeacher.of(teacherFile, Transformer.of(OnnxModel.read(teacherFile)), Map.of());
  }

  /**
   * A point in time.
   *
   * @param wallNanos on the clock
   * @param processorNanos that this process has used on all processors
   */
  private record Instant(long wallNanos, long processorNanos) {
    static Instant now() {
      return new Instant(System.nanoTime(), PROCESS.getProcessCpuTime());
    }
  }

  /**
   * What a step takes, in milliseconds.
   *
   * @param wall on the clock
   * @param processor on all processors
   */
  private record Cost(double wall, double processor) {
    static Cost between(Instant from, Instant to, int steps) {
      return new Cost(
          (to.wallNanos - from.wallNanos) / 1e6 / steps,
          (to.processorNanos - from.processorNanos) / 1e6 / steps);
    }

    Cost least(Cost other) {
      return new Cost(Math.min(wall, other.wall), Math.min(processor, other.processor));
    }
  }

  /** Measures for minutes, and prints the table. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("loss-costs");
    Path file = folder.resolve("teacher.onnx");
    try (InputStream stream =
        Objects.requireNonNull(LossCosts.class.getResourceAsStream("/all-minilm-l6-v2.onnx"))) {
      AtomicFile.writeStream(file, stream::transferTo);
      new LossCosts(file).print();
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  private void print() {
    Map<String, Cost> costs = new LinkedHashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      softLosses().forEach((name, loss) -> costs.merge(name, alone(loss), Cost::least));
      costs.merge(LIVE, besideTeacher(Optional.empty()), Cost::least);
      featureLosses()
          .forEach(
              (name, loss) -> costs.merge(name, besideTeacher(Optional.of(loss)), Cost::least));
    }
    Cost kl = Objects.requireNonNull(costs.get(KL));
    Cost live = Objects.requireNonNull(costs.get(LIVE));
    System.out.println(
        "| Loss | A step | To KL | To KL + live teacher | Processor time | To KL + live teacher |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    costs.forEach(
        (name, cost) ->
            System.out.printf(
                Locale.ROOT,
                "| %s | %.0f ms | %.2f | %.2f | %.0f ms | %.2f |%n",
                name,
                cost.wall,
                cost.wall / kl.wall,
                cost.wall / live.wall,
                cost.processor,
                cost.processor / live.processor));
  }

  private static Map<String, SoftLoss> softLosses() {
    Map<String, SoftLoss> losses = new LinkedHashMap<>();
    losses.put(KL, new KlDivergence());
    losses.put("`ReverseKl`", new ReverseKl());
    losses.put("`JensenShannon`", new JensenShannon());
    losses.put("`SoftCrossEntropy`", new SoftCrossEntropy());
    losses.put("`LogitsMse`", new LogitsMse());
    losses.put("`Dkd`", new Dkd(1, 8));
    losses.put("`Dist`", new Dist(1, 1));
    losses.put("`LogitStandardization` of KL", new LogitStandardization(new KlDivergence()));
    return losses;
  }

  private static Map<String, FeatureLoss> featureLosses() {
    LayerMap uniform = LayerMap.uniform();
    LayerPair last = LayerPair.LAST;
    Map<String, FeatureLoss> losses = new LinkedHashMap<>();
    losses.put("`MiniLm`, 12 heads, last layer", new MiniLm(last, 12));
    losses.put("`HiddenStateMse`, last layer", new HiddenStateMse(LayerMap.of(last)));
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

  private static OnnxModel student(OnnxModel whole) {
    Graph graph = Graph.of(whole);
    Graph cut = LayerCut.keep(graph, TransformerLayers.find(graph), List.of(0, 5));
    return new TaskHead(Pooling.MEAN, CLASSES, 1).attach(Transformer.of(cut.toModel())).toModel();
  }

  private Cost alone(SoftLoss loss) {
    return train(Objective.of(RowForm.examples(), new CrossEntropy(), loss), texts(student));
  }

  /** KL beside a teacher that shows what the loss compares; its last layer if there is no loss. */
  private Cost besideTeacher(Optional<FeatureLoss> loss) {
    Objective objective =
        new Objective(
            RowForm.examples(),
            Optional.of(new CrossEntropy()),
            Optional.of(new KlDivergence()),
            loss.map(l -> FeatureMatching.of(teacher.activations(), new FeatureTerm("f", l))));
    try (LiveTeacherActivations beside =
            new LiveTeacherActivations(
                texts(student), teacher, wanted(objective), Device.cpu(1), 0);
        PrefetchedBatches ahead = new PrefetchedBatches(beside)) {
      return train(objective, ahead);
    }
  }

  private List<Activation> wanted(Objective objective) {
    if (objective.featureTerms().isEmpty()) {
      return List.of(new Activation(Kind.HIDDEN_STATE, 6));
    }
    Graph graph = Graph.of(student);
    Normalization.applyForTraining(graph);
    return objective
        .attach(Ops.on(graph), graph.value(graph.outputs().get(0)))
        .teacherActivations();
  }

  /** The mean of a step. */
  private Cost train(Objective objective, TrainingData data) {
    List<Instant> times = new ArrayList<>();
    Map<String, Schedule> weights =
        objective.featureTerms().isEmpty() ? Map.of() : Map.of("f", new ConstantSchedule(1));
    TrainingSettings settings =
        new TrainingSettings(
            1,
            1,
            new ConstantSchedule(1e-5f),
            AdamW.DEFAULT,
            OptionalDouble.of(1),
            new ObjectiveSchedules(new ConstantSchedule(.5f), new ConstantSchedule(2), weights),
            0,
            Set.of(),
            true,
            false,
            Optional.empty(),
            Device.cpu(1),
            1);
    StudentTraining.of(Transformer.of(student), objective, StandardOperators.TABLE, settings, data)
        .train(
            student,
            data,
            Optional.empty(),
            new TrainingListener() {
              @Override
              public void onStep(StepReport report) {
                times.add(Instant.now());
              }
            });
    int last = times.size() - 1;
    return Cost.between(times.get(WARM_UP), times.get(last), last - WARM_UP);
  }

  private static ExampleTrainingData texts(OnnxModel student) {
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
    Targets targets = Targets.of(Tensor.of(labels, rows), Tensor.of(labelled, rows));
    return new ExampleTrainingData(
        new ExampleRows(
            TinyTexts.inputs(texts),
            targets,
            known,
            ExampleWeights.of(TinyTexts.labelled(rows, 1))),
        Optional.of(
            new TeacherAnswers(
                List.of(kept(logits)), Optional.empty(), targets, RowForm.examples())),
        IntStream.range(0, rows).toArray(),
        Graph.of(student).inputs(),
        BatchPlan.ofRows(BATCH),
        1);
  }

  private static SoftTargets kept(float[] logits) {
    RowShape shape = RowShape.of(CLASSES);
    SoftTargetKey key =
        new SoftTargetKey(
            Sha256.ofParts(List.of("teacher")),
            "logits",
            ExecutionProvider.CPU,
            Precision.FLOAT32,
            Sha256.ofParts(List.of("texts")),
            OptionalInt.empty());
    List<String> columns = IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList();
    int rows = logits.length / CLASSES;
    SoftTargetSpec spec = new SoftTargetSpec(key, columns, rows, shape);
    try (SoftTargetWriter writer = SoftTargetStore.temporary().writer(spec, "")) {
      for (int row = 0; row < rows; row++) {
        writer.put(row, 1, Arrays.copyOfRange(logits, row * CLASSES, (row + 1) * CLASSES));
      }
      return writer.finish();
    }
  }
}
