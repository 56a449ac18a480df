package org.tribuo.distill.training.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.loss.RkdDistance;
import org.tribuo.distill.loss.TinyBert;
import org.tribuo.distill.loss.internal.FeatureMatching;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveSchedules;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerActivations;

/** Trains tiny Transformers on what is inside of others, from other exporters. */
class FeatureTrainingTest {
  private static final String TERM = "inside";

  private static OnnxModel model(String name) throws IOException {
    return OnnxModel.read(Path.of("src/test/resources/zoo", name, "model.onnx"));
  }

  private static TrainingSettings settings(boolean compact) {
    return new TrainingSettings(
        12,
        1,
        new ConstantSchedule(3e-3f),
        AdamW.DEFAULT,
        OptionalDouble.of(1),
        new ObjectiveSchedules(
            new ConstantSchedule(1),
            new ConstantSchedule(1),
            Map.of(TERM, new ConstantSchedule(1))),
        0,
        Set.of(),
        compact,
        false,
        Optional.empty(),
        Device.cpu(1),
        1);
  }

  /** Rows of six tokens, of which the last ones may be padding, with a teacher's activations. */
  private record Texts(int rows, Map<String, Tensor> activations) implements TrainingData {
    private static final int LENGTH = 6;

    @Override
    public List<int[]> epoch(int epoch) {
      return List.of(IntStream.range(0, rows).toArray());
    }

    @Override
    public Map<String, Tensor> batch(int[] rows) {
      long[] ids = new long[rows.length * LENGTH];
      long[] mask = new long[ids.length];
      for (int i = 0; i < ids.length; i++) {
        mask[i] = i % LENGTH < LENGTH - i / LENGTH % 3 ? 1 : 0;
        ids[i] = mask[i] * (5 + i * 7 % 40);
      }
      Map<String, Tensor> batch = new LinkedHashMap<>(activations);
      batch.put("input_ids", Tensor.of(ids, rows.length, LENGTH));
      batch.put("attention_mask", Tensor.of(mask, rows.length, LENGTH));
      batch.put("token_type_ids", Tensor.of(new long[ids.length], rows.length, LENGTH));
      batch.put("labels", Tensor.of(new long[rows.length], rows.length));
      float[] labelled = new float[rows.length];
      java.util.Arrays.fill(labelled, 1);
      batch.put("labelled", Tensor.of(labelled, rows.length));
      return batch;
    }

    @Override
    public long tokens(int[] rows) {
      return rows.length * (long) LENGTH;
    }

    @Override
    public BitSet valuesOf(String input) {
      BitSet values = new BitSet();
      for (long value : batch(epoch(0).get(0)).get(input).toLongs()) {
        values.set((int) value);
      }
      return values;
    }
  }

  private record Run(TrainedStudent student, List<StepReport> steps) {}

  private static Run train(
      OnnxModel student, Objective objective, TrainingSettings settings, TrainingData data) {
    List<StepReport> steps = new ArrayList<>();
    TrainedStudent trained =
        StudentTraining.of(
                Transformer.of(student), objective, StandardOperators.TABLE, settings, data)
            .train(
                student,
                data,
                Optional.empty(),
                new TrainingListener() {
                  @Override
                  public void onStep(StepReport report) {
                    steps.add(report);
                  }
                });
    return new Run(trained, steps);
  }

  private static Graph normalized(OnnxModel model) {
    Graph graph = Graph.of(model);
    Normalization.applyForTraining(graph);
    return graph;
  }

  private static Texts texts(Graph teacher, List<Activation> activations, int rows)
      throws OrtException {
    Texts bare = new Texts(rows, Map.of());
    Graph exposed = teacher.copy();
    TransformerActivations.find(teacher).expose(exposed, activations);
    Map<String, Tensor> inputs = bare.batch(bare.epoch(0).get(0));
    return new Texts(rows, GraphRunner.run(exposed, inputs));
  }

  private static List<Activation> all() {
    List<Activation> all = new ArrayList<>(List.of(new Activation(Kind.HIDDEN_STATE, 0)));
    for (Kind kind : Kind.values()) {
      all.add(new Activation(kind, 1));
      all.add(new Activation(kind, 2));
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "bert_seqcls_ts11, bert_seqcls_dynamo",
    "bert_seqcls_dynamo, distilbert_seqcls_optimum",
    "bert_seqcls_ort_fused, roberta_seqcls_ts14",
    "deberta_v2_seqcls_optimum, bert_seqcls_ort_extended"
  })
  void aStudentComesNearATeacherOfAnotherExporterAndOpset(String student, String teacher)
      throws Exception {
    Graph graph = normalized(model(teacher));
    Texts texts = texts(graph, all(), 6);
    for (FeatureLoss loss :
        List.of(new MiniLm(LayerPair.LAST, 4), new TinyBert(LayerMap.uniform()))) {
      Objective objective =
          Objective.of(
              RowForm.examples(),
              FeatureMatching.of(TransformerActivations.find(graph), new FeatureTerm(TERM, loss)));

      List<StepReport> steps = train(model(student), objective, settings(true), texts).steps();

      float first = steps.get(0).terms().get(TERM);
      assertThat(steps.get(steps.size() - 1).loss())
          .as("%s after %d steps", loss, steps.size())
          .isLessThan(first * .8f);
    }
  }

  @Test
  void projectionsAreTrainedAndTheStudentDoesNotGetThem() throws Exception {
    OnnxModel student = model("bert_seqcls_ts11");
    Texts wide = wideStates(6, 5);
    Objective objective = toWideTeacher(5, new HiddenStateMse(lastOfBoth()));

    Run run = train(student, objective, settings(true), wide);

    assertThat(run.student().model().initializers().keySet())
        .isEqualTo(student.initializers().keySet());
    assertThat(run.student().model().initializers()).isNotEqualTo(student.initializers());
    float first = run.steps().get(0).loss();
    assertThat(run.steps().get(11).loss()).isLessThan(first * .8f);
    assertThat(train(student, objective, settings(true), wide).student().model().initializers())
        .as("the same once more")
        .isEqualTo(run.student().model().initializers());
  }

  @Test
  void compactVocabulariesChangeNothing() throws Exception {
    OnnxModel student = model("bert_seqcls_ts11");
    Objective objective = toWideTeacher(5, new HiddenStateMse(lastOfBoth()));

    Run compact = train(student, objective, settings(true), wideStates(6, 5));
    Run whole = train(student, objective, settings(false), wideStates(6, 5));

    assertThat(compact.steps().get(11).loss())
        .isCloseTo(whole.steps().get(11).loss(), within(1e-4f));
  }

  @Test
  void termsAreReportedBesideTheOthersAndCountWithTheirWeight() throws Exception {
    Objective objective = toWideTeacher(5, new HiddenStateMse(lastOfBoth()));
    Objective both =
        new Objective(
            RowForm.examples(),
            Optional.of(new CrossEntropy()),
            Optional.empty(),
            objective.matching());
    TrainingSettings base = settings(true);

    StepReport step = train(model("bert_seqcls_ts11"), both, base, wideStates(6, 5)).steps().get(3);

    assertThat(step.terms()).containsKeys("loss", "hard", TERM);
    assertThat(step.loss())
        .isCloseTo(step.terms().get("hard") + step.terms().get(TERM), within(1e-5f));
  }

  @Test
  void batchesThatAreTooSmallAreRefusedBeforeTheFirstStep() throws Exception {
    Objective objective = toWideTeacher(5, new RkdDistance(LayerPair.LAST, ExampleVector.MEAN));

    assertThatThrownBy(
            () -> train(model("bert_seqcls_ts11"), objective, settings(true), wideStates(2, 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("A batch has 2 examples, but RkdDistance(");
  }

  private static LayerMap lastOfBoth() {
    return LayerMap.of(LayerPair.LAST);
  }

  /** A teacher that consists of one hidden state. */
  private static Objective toWideTeacher(int width, FeatureLoss loss) {
    Graph graph = Graph.empty(21);
    graph.addInput("x", Tensor.of(new float[width], 1, 1, width).type());
    TransformerActivations teacher =
        TransformerActivations.find(
            graph,
            Map.of(new Activation(Kind.HIDDEN_STATE, 2), ActivationValue.hiddenState("x", width)));
    return Objective.of(
        RowForm.examples(), FeatureMatching.of(teacher, new FeatureTerm(TERM, loss)));
  }

  private static Texts wideStates(int rows, int width) {
    float[] states = new float[rows * Texts.LENGTH * width];
    for (int i = 0; i < states.length; i++) {
      states[i] = (float) Math.sin(i);
    }
    return new Texts(
        rows,
        Map.of(
            new Activation(Kind.HIDDEN_STATE, 2).inputName(),
            Tensor.of(states, rows, Texts.LENGTH, width)));
  }
}
