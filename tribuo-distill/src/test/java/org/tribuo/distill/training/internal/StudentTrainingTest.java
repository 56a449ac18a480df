package org.tribuo.distill.training.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveSchedules;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TokenMask;
import org.tribuo.distill.operator.Operator.Derivative;
import org.tribuo.distill.operator.internal.Operators;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.schedule.LinearSchedule;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.schedule.StepSchedule;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.EpochReport;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.transformer.internal.Transformer;

/** Trains a tiny BERT (vocabulary 101, 3 classes) on sequences of a few token ids. */
class StudentTrainingTest {
  private static final String WORDS = "bert.embeddings.word_embeddings.weight";
  private static final String MATRIX = "onnx::MatMul_315";
  private static final Objective BOTH =
      Objective.of(RowForm.examples(), new CrossEntropy(), new KlDivergence());

  private static OnnxModel student() {
    try {
      return OnnxModel.read(Path.of("src/test/resources/zoo/bert_seqcls_ts11/model.onnx"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static TrainingSettings settings(boolean compact, float weightDecay, boolean clip) {
    return settings(compact, weightDecay, clip, 1);
  }

  private static TrainingSettings settings(
      boolean compact, float weightDecay, boolean clip, int threads) {
    return new TrainingSettings(
        4,
        1,
        new WarmUpSchedule(3e-3f, 0.1, WarmUpSchedule.Decay.LINEAR),
        AdamW.DEFAULT.withWeightDecay(weightDecay),
        clip ? OptionalDouble.of(1) : OptionalDouble.empty(),
        ObjectiveSchedules.constant(0.5f, 2),
        0,
        Set.of(),
        compact,
        false,
        Optional.empty(),
        Device.cpu(threads),
        1);
  }

  private static TrainingSettings withDropout(float ratio, long seed) {
    return variant(4, ObjectiveSchedules.constant(0.5f, 2), ratio, Optional.empty(), seed);
  }

  private static TrainingSettings variant(
      int epochs,
      ObjectiveSchedules objective,
      float dropout,
      Optional<EarlyStopping> earlyStopping,
      long seed) {
    TrainingSettings base = settings(true, 0.01f, true);
    return new TrainingSettings(
        epochs,
        base.accumulation(),
        base.schedule(),
        base.adamW(),
        base.maxGradientNorm(),
        objective,
        dropout,
        base.frozen(),
        base.compactVocabulary(),
        base.roundedWeights(),
        earlyStopping,
        base.device(),
        seed);
  }

  private static TrainedStudent train(TrainingSettings settings) {
    return StudentTraining.of(
            Transformer.of(student()), BOTH, StandardOperators.TABLE, settings, new Sequences(20))
        .train(student(), new Sequences(20), Optional.empty(), TrainingListener.NONE);
  }

  /** Of one matrix; the others are written as floats. */
  private static OnnxModel withAMatrixOfHalves() {
    Graph graph = Graph.of(student());
    Tensor halves = graph.initializers().get(MATRIX).cast(ElementType.FLOAT16);
    List<Node> readers = List.copyOf(graph.consumers(MATRIX));
    graph.setInitializer(MATRIX, halves);
    graph.add(
        Node.ONNX,
        "Cast",
        Attributes.NONE.with("to", (long) ElementType.FLOAT.onnxNumber()),
        List.of(MATRIX),
        Map.of("wide", TensorType.of(ElementType.FLOAT, halves.dims())));
    readers.forEach(reader -> graph.replaceUse(reader, MATRIX, "wide"));
    return graph.toModel();
  }

  @Test
  void halvesAreTrainedAsFloatsAndWrittenAsHalves() {
    OnnxModel before = withAMatrixOfHalves();
    OnnxModel after =
        StudentTraining.of(
                Transformer.of(before),
                BOTH,
                StandardOperators.TABLE,
                settings(true, 0, true),
                new Sequences(20))
            .train(before, new Sequences(20), Optional.empty(), TrainingListener.NONE)
            .model();

    assertThat(after.initializers().get(MATRIX).type())
        .isEqualTo(before.initializers().get(MATRIX).type());
    assertThat(after.initializers().get(MATRIX)).isNotEqualTo(before.initializers().get(MATRIX));
    assertThat(after.proto().getGraph().getNodeList())
        .isEqualTo(before.proto().getGraph().getNodeList());
  }

  /** Each row repeats one of a few ids, which also decides its class. */
  private record Sequences(int largestId) implements TrainingData {
    private static final int LENGTH = 6;

    @Override
    public int rows() {
      return 24;
    }

    @Override
    public List<int[]> epoch(int epoch) {
      List<int[]> batches = new ArrayList<>();
      int start = new SplittableRandom(epoch).nextInt(rows());
      for (int first = 0; first < rows(); first += 8) {
        int offset = first + start;
        batches.add(IntStream.range(0, 8).map(i -> (offset + i) % rows()).toArray());
      }
      return batches;
    }

    private long id(int row) {
      return 2 + (row * 7L) % (largestId - 1);
    }

    @Override
    public Map<String, Tensor> batch(int[] rows) {
      int n = rows.length;
      long[] ids = new long[n * LENGTH];
      long[] ones = new long[n * LENGTH];
      long[] labels = new long[n];
      float[] labelled = new float[n];
      float[] teacher = new float[n * 3];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < LENGTH; j++) {
          ids[i * LENGTH + j] = id(rows[i]);
          ones[i * LENGTH + j] = 1;
        }
        labels[i] = rows[i] % 2 == 0 ? id(rows[i]) % 3 : -100;
        labelled[i] = rows[i] % 2 == 0 ? 1 : 0;
        teacher[i * 3 + (int) (id(rows[i]) % 3)] = 4;
      }
      Map<String, Tensor> batch = new LinkedHashMap<>();
      batch.put("input_ids", Tensor.of(ids, n, LENGTH));
      batch.put("attention_mask", Tensor.of(ones, n, LENGTH));
      batch.put("token_type_ids", Tensor.of(new long[n * LENGTH], n, LENGTH));
      batch.put("labels", Tensor.of(labels, n));
      batch.put("labelled", Tensor.of(labelled, n));
      batch.put("teacher_logits", Tensor.of(teacher, n, 3));
      return batch;
    }

    @Override
    public long tokens(int[] rows) {
      return (long) rows.length * LENGTH;
    }

    @Override
    public BitSet valuesOf(String input) {
      BitSet values = new BitSet();
      if (input.equals("input_ids")) {
        IntStream.range(0, rows()).forEach(row -> values.set((int) id(row)));
      } else {
        values.set(0);
      }
      return values;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"table", "head"})
  void aFrozenParameterThatTheFileHoldsTwiceKeepsBoth(String frozen) {
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    float[] words = new float[21 * 3];
    float[] transposed = new float[words.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = (i * 7 % 11 - 5) / 10f;
      transposed[i % 3 * 21 + i / 3] = words[i];
    }
    Dimension batch = Dimension.of("batch");
    graph.addInput("input_ids", TensorType.of(ElementType.INT64, Shape.of(batch, Dimension.of(6))));
    Value table = graph.setInitializer("table", Tensor.of(words, 21, 3));
    Value states = op.gather(table, graph.value("input_ids"), 0);
    Value layer =
        graph.setInitializer("layer", Tensor.of(new float[] {1, 0, 1, 0, 1, 0, 0, 0, 1}, 3, 3));
    Value hidden = op.matmul(op.reduceMean(states, 1), layer);
    Value head = graph.setInitializer("head", Tensor.of(transposed, 3, 21));
    graph.addOutput(op.matmul(hidden, head).name());
    OnnxModel before = graph.toModel();

    OnnxModel after =
        StudentTraining.of(
                Transformer.of(before),
                Objective.of(RowForm.examples(), new CrossEntropy()),
                StandardOperators.TABLE,
                settings(true, 0.01f, true).withFrozen(Set.of(frozen)),
                new Sequences(20))
            .train(before, new Sequences(20), Optional.empty(), TrainingListener.NONE)
            .model();

    for (String name : List.of("table", "head")) {
      assertThat(after.initializers().get(name)).isEqualTo(before.initializers().get(name));
    }
    assertThat(after.initializers().get("layer")).isNotEqualTo(before.initializers().get("layer"));
  }

  @Test
  void nothingLeftToTrainIsRefused() {
    Set<String> all = student().initializers().keySet();
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> train(settings(true, 0.01f, true).withFrozen(all)))
        .withMessageStartingWith("The student has no weight that the loss reads and that is not")
        .withMessageEndingWith("see frozenWeights");
  }

  @Test
  void theLossFalls() {
    List<Double> losses = new ArrayList<>();
    StudentTraining.of(
            Transformer.of(student()),
            BOTH,
            StandardOperators.TABLE,
            settings(true, 0.01f, true),
            new Sequences(20))
        .train(
            student(),
            new Sequences(20),
            Optional.empty(),
            new TrainingListener() {
              @Override
              public void onEpochEnd(EpochReport report) {
                losses.add(report.meanLoss());
              }
            });
    assertThat(losses).hasSize(4);
    assertThat(losses.get(3)).isLessThan(losses.get(0) * 0.8);
  }

  /**
   * The standard rules, which tell of each node of an operator what its gradient is shaped like.
   */
  private static Operators watching(String operator, List<Shape> gradients) {
    return Operators.of(
        StandardOperators.TABLE.all().stream()
            .map(
                entry ->
                    entry.name().equals(operator)
                            && entry.derivative().orElseThrow() instanceof Derivative.Rule rule
                        ? entry.gradient(
                            rule.shapes(),
                            (op, n, dy) -> {
                              gradients.add(dy.shape().orElseThrow());
                              return rule.gradient().gradients(op, n, dy);
                            })
                        : entry)
            .toList());
  }

  @Test
  void theLastLayerComputesTheFirstTokenAlone() {
    List<Shape> wide = new ArrayList<>();
    StudentTraining.of(
            Transformer.of(student()),
            BOTH,
            watching("Gelu", wide),
            settings(true, 0, false),
            new Sequences(20))
        .train(student(), new Sequences(20), Optional.empty(), TrainingListener.NONE);

    assertThat(wide).hasSize(2);
    assertThat(wide.get(0).dimension(1)).as("tokens in the last layer").isEqualTo(Dimension.of(1));
    assertThat(wide.get(1).dimension(1)).as("in the one before").isNotEqualTo(Dimension.of(1));
  }

  private static TrainingSettings scheduled(ObjectiveSchedules objective) {
    return variant(4, objective, 0, Optional.empty(), 1);
  }

  @Test
  void eachStepHasTheNumbersOfItsSchedules() {
    List<StepReport> steps = new ArrayList<>();
    StudentTraining.of(
            Transformer.of(student()),
            BOTH,
            StandardOperators.TABLE,
            scheduled(
                new ObjectiveSchedules(new LinearSchedule(0, 1), StepSchedule.of(4, 2), Map.of())),
            new Sequences(20))
        .train(
            student(),
            new Sequences(20),
            Optional.empty(),
            new TrainingListener() {
              @Override
              public void onStep(StepReport report) {
                steps.add(report);
              }
            });
    assertThat(steps).hasSize(12);
    assertThat(steps.get(0).schedules()).isEqualTo(Map.of("alpha", 0f, "temperature", 4f));
    assertThat(steps.get(11).schedules()).isEqualTo(Map.of("alpha", 1f, "temperature", 2f));
    for (StepReport step : steps) {
      float alpha = (step.step() - 1) / 11f;
      assertThat(step.loss())
          .as("step %d", step.step())
          .isCloseTo(
              (1 - alpha) * step.terms().get("hard") + alpha * step.terms().get("soft"),
              within(1e-5f));
    }
  }

  @Test
  void aWeightWithoutItsTermIsRefused() {
    Schedule one = new ConstantSchedule(1);
    assertThatThrownBy(
            () -> train(scheduled(new ObjectiveSchedules(one, one, Map.of("hidden", one)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("There are weights for the terms [hidden], expected one for each of []");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void twoRunsGiveTheSameBits(int threads) {
    TrainingSettings settings = settings(true, 0.01f, true, threads);
    assertThat(train(settings).model().initializers())
        .isEqualTo(train(settings).model().initializers());
  }

  @Test
  void dropoutHangsOnTheSeedAlone() {
    Map<String, Tensor> once = train(withDropout(0.1f, 1)).model().initializers();

    assertThat(train(withDropout(0.1f, 1)).model().initializers()).isEqualTo(once);
    assertThat(train(withDropout(0.1f, 2)).model().initializers()).isNotEqualTo(once);
    assertThat(train(withDropout(0, 1)).model().initializers()).isNotEqualTo(once);
  }

  @Test
  void dropoutLeavesNoTraceInTheStudentsFile() {
    assertThat(train(withDropout(0.5f, 1)).model().proto().getGraph().getNodeList())
        .isEqualTo(student().proto().getGraph().getNodeList());
  }

  @Test
  void withoutDropoutNothingIsRandom() {
    assertThat(train(withDropout(0, 1)).model().initializers())
        .isEqualTo(train(withDropout(0, 2)).model().initializers());
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.1f, 1, Float.NaN})
  void aDropoutOutOfItsRangeIsNamed(float ratio) {
    assertThatThrownBy(() -> withDropout(ratio, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dropout is %s, expected a number from 0 (none) to below 1".formatted(ratio));
  }

  @Test
  void onlyNumbersChangeInTheStudentsFile() {
    OnnxModel before = student();
    OnnxModel after = train(settings(true, 0.01f, true)).model();
    assertThat(after.proto().getGraph().getNodeList())
        .isEqualTo(before.proto().getGraph().getNodeList());
    assertThat(after.initializers().keySet()).isEqualTo(before.initializers().keySet());
    assertThat(Graph.of(after).inputs()).isEqualTo(Graph.of(before).inputs());
    assertThat(after.initializers().get(WORDS)).isNotEqualTo(before.initializers().get(WORDS));
  }

  @Test
  void compactionIsExactToTheBitWithoutDecayAndClipping() {
    assertThat(train(settings(true, 0, false)).model().initializers())
        .isEqualTo(train(settings(false, 0, false)).model().initializers());
  }

  @Test
  void compactionIsExactUpToRoundingWithDecayAndClipping() {
    Map<String, Tensor> some = train(settings(true, 0.05f, true)).model().initializers();
    Map<String, Tensor> all = train(settings(false, 0.05f, true)).model().initializers();
    all.forEach(
        (name, tensor) -> {
          if (tensor.elementType().isFloat()) {
            assertThat(relativeError(some.get(name), tensor)).as(name).isLessThan(1e-6);
          }
        });
  }

  private static double relativeError(Tensor actual, Tensor expected) {
    float[] a = actual.toFloats();
    float[] b = expected.toFloats();
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.length; i++) {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      norm += (double) b[i] * b[i];
    }
    return Math.sqrt(difference / Math.max(norm, 1e-30));
  }

  @Test
  void aTokenBeyondTheTableIsNamed() {
    assertThatThrownBy(
            () ->
                StudentTraining.of(
                        Transformer.of(student()),
                        BOTH,
                        StandardOperators.TABLE,
                        settings(true, 0, false),
                        new Sequences(180))
                    .train(student(), new Sequences(180), Optional.empty(), TrainingListener.NONE))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("token id 163")
        .hasMessageContaining("'" + WORDS + "' has 101 rows");
  }

  /** As the sequences, until a batch for which the teacher said no numbers. */
  private static final class Broken implements TrainingData {
    private final Sequences whole = new Sequences(20);
    private final int broken;
    private int batches;

    Broken(int broken) {
      this.broken = broken;
    }

    @Override
    public int rows() {
      return whole.rows();
    }

    @Override
    public List<int[]> epoch(int epoch) {
      return whole.epoch(epoch);
    }

    @Override
    public Map<String, Tensor> batch(int[] rows) {
      Map<String, Tensor> batch = whole.batch(rows);
      if (++batches == broken) {
        float[] teacher = new float[rows.length * 3];
        teacher[4] = Float.NaN;
        batch.put("teacher_logits", Tensor.of(teacher, rows.length, 3));
      }
      return batch;
    }

    @Override
    public long tokens(int[] rows) {
      return whole.tokens(rows);
    }

    @Override
    public BitSet valuesOf(String input) {
      return whole.valuesOf(input);
    }
  }

  @Test
  void aLossThatIsNotFiniteNamesItsTermAndKeepsTheStudentOfTheStepBefore() {
    List<OnnxModel> seen = new ArrayList<>();
    Validation watching =
        new Validation() {
          @Override
          public Map<String, Double> measure(OnnxModel student) {
            seen.add(student);
            return Map.of();
          }

          @Override
          public String criterion() {
            return "none";
          }
        };
    int stepsOfAnEpoch = 3;
    assertThatExceptionOfType(NonFiniteLossException.class)
        .isThrownBy(
            () ->
                StudentTraining.of(
                        Transformer.of(student()),
                        BOTH,
                        StandardOperators.TABLE,
                        settings(true, 0.01f, true),
                        new Broken(stepsOfAnEpoch + 1))
                    .train(
                        student(),
                        new Broken(stepsOfAnEpoch + 1),
                        Optional.of(watching),
                        TrainingListener.NONE))
        .withMessageStartingWith("Step 4: 'soft' is NaN")
        .satisfies(
            e -> {
              assertThat(e.term()).isEqualTo("soft");
              TrainedStudent lastGood = e.lastGood().orElseThrow();
              assertThat(lastGood.steps()).isEqualTo(stepsOfAnEpoch);
              assertThat(lastGood.model().initializers()).isEqualTo(seen.get(0).initializers());
            });
  }

  @Test
  void batchesTooSmallForALossThatComparesExamplesAreRefused() {
    Objective dist = Objective.of(RowForm.examples(), new Dist(1, 1));
    dist.checkBatches(IntStream.of(3, 8));
    assertThatThrownBy(() -> dist.checkBatches(IntStream.of(8, 2, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("A batch has 2 examples, but Dist(beta=1.0, gamma=1.0) compares")
        .hasMessageContaining("undefined for fewer than 3; choose a batch size");
    Objective.of(RowForm.examples(), new Dist(1, 0)).checkBatches(IntStream.of(1));
    Objective.of(RowForm.tokens(TokenMask.labels()), new Dist(1, 1)).checkBatches(IntStream.of(1));
  }

  @Test
  void earlyStoppingKeepsTheBestWeights() {
    List<OnnxModel> seen = new ArrayList<>();
    Validation falling =
        new Validation() {
          @Override
          public Map<String, Double> measure(OnnxModel student) {
            seen.add(student);
            return Map.of("score", 1.0 / seen.size());
          }

          @Override
          public String criterion() {
            return "score";
          }
        };
    TrainingSettings stopping =
        variant(
            10, ObjectiveSchedules.constant(0.5f, 2), 0, Optional.of(new EarlyStopping(0.1, 2)), 1);
    TrainedStudent trained =
        StudentTraining.of(
                Transformer.of(student()),
                BOTH,
                StandardOperators.TABLE,
                stopping,
                new Sequences(20))
            .train(student(), new Sequences(20), Optional.of(falling), TrainingListener.NONE);
    assertThat(seen).hasSize(3);
    assertThat(trained.epoch()).isEqualTo(1);
    assertThat(trained.metrics()).containsEntry("score", 1.0);
    assertThat(trained.model().initializers()).isEqualTo(seen.get(0).initializers());
  }
}
