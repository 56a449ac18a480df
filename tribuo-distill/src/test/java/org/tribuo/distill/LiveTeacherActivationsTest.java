package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.AttentionForm;
import org.tribuo.distill.loss.AttentionKl;
import org.tribuo.distill.loss.AttentionMse;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateCosine;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.loss.Pkd;
import org.tribuo.distill.loss.RkdDistance;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.loss.internal.FeatureMatching;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.teacher.internal.ActivationTeacher;
import org.tribuo.distill.teacher.internal.LiveTeacherActivations;
import org.tribuo.distill.training.internal.data.ExampleRows;
import org.tribuo.distill.training.internal.data.ExampleTrainingData;
import org.tribuo.distill.training.internal.data.ExampleWeights;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.internal.Transformer;

/** Texts with the activations of a teacher, live and kept. */
class LiveTeacherActivationsTest {
  private static final int ROWS = 14;
  private static final int BATCH = 4;
  private static final int WIDTH = 32;
  private static final int HEADS = 4;
  private static final long ALL = Long.MAX_VALUE;
  private static final Activation STATES = new Activation(Kind.HIDDEN_STATE, 2);
  private static final Activation SCORES = new Activation(Kind.ATTENTION_SCORES, 1);

  /** Texts of 3 to 12 tokens. */
  private static ExampleTrainingData texts(String student) {
    SplittableRandom random = new SplittableRandom(5);
    List<TokenSequence> texts = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      texts.add(TokenSequence.of(random.ints(random.nextInt(3, 13), 5, 100).toArray()));
    }
    float[] labelled = new float[ROWS];
    Arrays.fill(labelled, 1);
    Targets targets = Targets.of(Tensor.of(new long[ROWS], ROWS), Tensor.of(labelled, ROWS));
    return new ExampleTrainingData(
        new ExampleRows(
            TinyTexts.inputs(texts),
            targets,
            new boolean[ROWS],
            ExampleWeights.of(TinyTexts.labelled(ROWS, 1))),
        Optional.empty(),
        IntStream.range(0, ROWS).toArray(),
        Graph.of(Zoo.model(student)).inputs(),
        BatchPlan.ofRows(BATCH),
        3);
  }

  private static LiveTeacherActivations activations(
      ExampleTrainingData texts,
      ActivationTeacher teacher,
      List<Activation> wanted,
      long cacheBytes) {
    return new LiveTeacherActivations(texts, teacher, wanted, Device.cpu(1), cacheBytes);
  }

  private static ActivationTeacher teacher(String name) throws Exception {
    return ActivationTeacher.of(
        Zoo.file(name), Transformer.of(OnnxModel.read(Zoo.file(name))), Map.of());
  }

  // ---- what losses make of it

  private static Map<String, FeatureLoss> losses() {
    LayerMap uniform = LayerMap.uniform();
    Map<String, FeatureLoss> losses = new LinkedHashMap<>();
    losses.put("embeddings", HiddenStateMse.ofEmbeddings());
    losses.put("states", new HiddenStateMse(uniform));
    losses.put("directions", new HiddenStateCosine(uniform));
    losses.put("first_tokens", new Pkd(uniform));
    losses.put("scores", new AttentionMse(uniform, AttentionForm.SCORES));
    losses.put("probabilities", new AttentionMse(uniform, AttentionForm.PROBABILITIES));
    losses.put("scores_kl", new AttentionKl(uniform, AttentionForm.SCORES));
    losses.put("probabilities_kl", new AttentionKl(uniform, AttentionForm.PROBABILITIES));
    losses.put("relations", new MiniLm(LayerPair.LAST, 4));
    losses.put("distances", new RkdDistance(LayerPair.LAST, ExampleVector.MEAN));
    return losses;
  }

  /** The losses between a student and a teacher, without a training. */
  private static final class Losses implements AutoCloseable {
    private final AttachedObjective attached;
    private final Map<String, TensorType> inputs;
    private final InferenceSession session;

    Losses(String student, ActivationTeacher teacher) {
      FeatureTerm[] terms =
          losses().entrySet().stream()
              .map(loss -> new FeatureTerm(loss.getKey(), loss.getValue()))
              .toArray(FeatureTerm[]::new);
      Graph graph = Graph.of(Zoo.model(student));
      Normalization.applyForTraining(graph);
      Value logits = graph.value(graph.outputs().get(0));
      this.attached =
          Objective.of(RowForm.examples(), FeatureMatching.of(teacher.activations(), terms))
              .attach(Ops.on(graph), logits);
      graph.addOutput(attached.differentiated().name());
      this.inputs = graph.inputs();
      this.session = Engines.inference().open(graph.toModel(), Device.cpu(1));
    }

    List<Activation> wanted() {
      return attached.teacherActivations();
    }

    Map<String, Double> of(Map<String, Tensor> batch) {
      attached.check(withWeights(batch));
      Map<String, Double> losses = new LinkedHashMap<>();
      session
          .run(withWeights(batch), losses().keySet())
          .forEach((name, loss) -> losses.put(name, (double) loss.toFloats()[0]));
      return losses;
    }

    private Map<String, Tensor> withWeights(Map<String, Tensor> batch) {
      Map<String, Tensor> all = new HashMap<>(batch);
      inputs.keySet().forEach(input -> all.putIfAbsent(input, Tensor.scalar(1f)));
      all.keySet().retainAll(inputs.keySet());
      return all;
    }

    @Override
    public void close() {
      session.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bert_seqcls_dynamo,bert_seqcls_ts11",
    "distilbert_seqcls_optimum,deberta_v2_seqcls_optimum",
    "deberta_v2_seqcls_optimum,bert_seqcls_ort_fused",
    "bert_seqcls_dynamo,llama_causal_dynamo",
  })
  void lossesOfKeptActivationsAreThoseOfLiveOnes(String student, String teacherName)
      throws Exception {
    ExampleTrainingData texts = texts(student);
    ActivationTeacher teacher = teacher(teacherName);
    try (Losses losses = new Losses(student, teacher);
        LiveTeacherActivations live = activations(texts, teacher, losses.wanted(), 0);
        LiveTeacherActivations some = activations(texts, teacher, losses.wanted(), 60_000);
        LiveTeacherActivations all = activations(texts, teacher, losses.wanted(), ALL)) {
      assertThat(losses.wanted().stream().map(Activation::kind).collect(Collectors.toSet()))
          .isEqualTo(Set.of(Kind.values()));
      for (int epoch = 0; epoch < 2; epoch++) {
        for (int[] rows : texts.epoch(epoch)) {
          Map<String, Double> expected = losses.of(live.batch(rows));
          assertAlike(losses.of(some.batch(rows)), expected);
          assertAlike(losses.of(all.batch(rows)), expected);
        }
      }
      assertThat(live.reusedRows()).isZero();
      assertThat(some.reusedRows()).isBetween(1L, ROWS - 1L);
      assertThat(all.reusedRows()).isEqualTo(ROWS);
    }
  }

  private static void assertAlike(Map<String, Double> losses, Map<String, Double> expected) {
    assertThat(losses.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, loss) ->
            assertThat(losses.get(name)).as(name).isCloseTo(loss, within(1e-6 * Math.abs(loss))));
  }

  // ---- what is kept

  private static void runEpoch(LiveTeacherActivations activations, int epoch) {
    activations.epoch(epoch).forEach(activations::batch);
  }

  @Test
  void theTeacherIsNotRunOverWhatIsKept() throws Exception {
    try (LiveTeacherActivations activations =
        activations(texts("bert_seqcls_ts11"), teacher("bert_seqcls_ts11"), List.of(STATES), ALL)) {
      runEpoch(activations, 0);
      assertThat(activations.computedRows()).isEqualTo(ROWS);
      assertThat(activations.reusedRows()).isZero();

      runEpoch(activations, 1);
      assertThat(activations.computedRows()).isEqualTo(ROWS);
      assertThat(activations.reusedRows()).isEqualTo(ROWS);
    }
  }

  @Test
  void byDefaultOfNothingTheTeacherIsRunInEveryEpoch() throws Exception {
    try (LiveTeacherActivations activations =
        activations(texts("bert_seqcls_ts11"), teacher("bert_seqcls_ts11"), List.of(STATES), 0)) {
      runEpoch(activations, 0);
      runEpoch(activations, 1);
      assertThat(activations.computedRows()).isEqualTo(2 * ROWS);
      assertThat(activations.keptBytes()).isZero();
    }
  }

  /** 4 · length · width of states, and 4 · heads · length² of attention. */
  private static long bytes(ExampleTrainingData texts, int row) {
    long length = texts.tokens(new int[] {row});
    return 4 * (length * WIDTH + HEADS * length * length);
  }

  @Test
  void bytesAreThoseOfTheNumbersWithoutPadding() throws Exception {
    ExampleTrainingData texts = texts("bert_seqcls_ts11");
    try (LiveTeacherActivations activations =
        activations(texts, teacher("bert_seqcls_ts11"), List.of(STATES, SCORES), ALL)) {
      runEpoch(activations, 0);
      assertThat(activations.keptBytes())
          .isEqualTo(IntStream.range(0, ROWS).mapToLong(row -> bytes(texts, row)).sum());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 900, 5_000, 5_001, 17_777, 25_000})
  void neverMoreIsKeptThanIsAllowed(long budget) throws Exception {
    ExampleTrainingData texts = texts("bert_seqcls_ts11");
    try (LiveTeacherActivations activations =
        activations(texts, teacher("bert_seqcls_ts11"), List.of(STATES, SCORES), budget)) {
      long expectedBytes = 0;
      int expectedRows = 0;
      for (int[] batch : activations.epoch(0)) {
        activations.batch(batch);
        for (int row : batch) {
          boolean fits = expectedBytes + bytes(texts, row) <= budget;
          expectedBytes += fits ? bytes(texts, row) : 0;
          expectedRows += fits ? 1 : 0;
        }
        assertThat(activations.keptBytes()).isEqualTo(expectedBytes).isLessThanOrEqualTo(budget);
      }
      assertThat(expectedRows).isLessThan(ROWS);

      runEpoch(activations, 1);
      assertThat(activations.reusedRows()).isEqualTo(expectedRows);
      assertThat(activations.keptBytes()).isLessThanOrEqualTo(budget);
    }
  }

  @Test
  void theSameBatchesGiveTheSameBits() throws Exception {
    assertThat(batchesOfThreeEpochs()).isEqualTo(batchesOfThreeEpochs());
  }

  private static List<Map<String, Tensor>> batchesOfThreeEpochs() throws Exception {
    List<Map<String, Tensor>> batches = new ArrayList<>();
    try (LiveTeacherActivations activations =
        activations(
            texts("bert_seqcls_ts11"), teacher("bert_seqcls_ts11"), List.of(SCORES), 10_000)) {
      for (int epoch = 0; epoch < 3; epoch++) {
        activations.epoch(epoch).forEach(rows -> batches.add(activations.batch(rows)));
      }
    }
    return batches;
  }

  @Test
  void aTeacherOfSoManyRowsIsRunOverWholeBatches(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("fixed.onnx");
    Graph graph = Graph.of(Zoo.model("bert_seqcls_ts11"));
    for (String input : List.copyOf(graph.inputs().keySet())) {
      graph.addInput(
          input,
          TensorType.of(
              ElementType.INT64, Shape.of(Dimension.of(BATCH), Dimension.of("positions"))));
    }
    graph.toModel().write(file);
    ExampleTrainingData texts = texts("bert_seqcls_ts11");
    int[] rows = {0, 1, 2, 3};
    try (LiveTeacherActivations activations =
            activations(
                texts,
                ActivationTeacher.of(file, Transformer.of(OnnxModel.read(file)), Map.of()),
                List.of(STATES),
                2_000);
        LiveTeacherActivations live =
            activations(texts, teacher("bert_seqcls_ts11"), List.of(STATES), 0)) {
      assertThat(activations.batch(rows)).isEqualTo(live.batch(rows));
      assertThat(activations.keptBytes()).isPositive();
      assertThat(activations.batch(rows)).isEqualTo(live.batch(rows));
      assertThat(activations.computedRows()).isEqualTo(2 * BATCH);
    }
  }
}
