package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.graph.internal.pass.SinkSelection;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.loss.internal.FeatureMatching;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Site;
import org.tribuo.distill.transformer.internal.TransformerActivations;
import org.tribuo.distill.transformer.internal.create.NewEncoder;
import org.tribuo.distill.transformer.internal.create.NewEncoderDecoder;
import org.tribuo.distill.transformer.internal.create.SequenceForm;
import org.tribuo.distill.transformer.internal.layer.Weight;
import org.tribuo.distill.transformer.internal.layer.Weights;

/**
 * Losses on activations through real graphs, of a student and a teacher that different exporters
 * wrote: the gradient by all weights, and by the matrices that project, against finite differences
 * of the loss. What was exported has two layers of width 32 with four heads, so new encoders stand
 * for students and teachers of other sizes.
 */
class FeatureZooTest {
  private static final int BATCH = 3;
  private static final int POSITIONS = 6;
  private static final int WORDS = 101;

  /** The positions of a target. */
  private static final int STEPS = 4;

  private static final double STEP = 2e-2;

  /** The mask of the batch: each text of another length. */
  private static final long[] LENGTHS = {6, 3, 5};

  /** Encoders that nobody trained, by names that the zoo does not have. */
  private static final Map<String, NewEncoder> NEW =
      Map.of(
          "narrower", new NewEncoder(WORDS, POSITIONS, 2, 24, 3, 48),
          "wider", new NewEncoder(WORDS, POSITIONS, 3, 40, 5, 80));

  /**
   * @param site of encoder-decoders
   */
  record Case(String student, String teacher, FeatureLoss loss, long seed, Optional<Site> site) {
    Case(String student, String teacher, FeatureLoss loss, long seed) {
      this(student, teacher, loss, seed, Optional.empty());
    }

    Case at(Site stated) {
      return new Case(student, teacher, loss, seed, Optional.of(stated));
    }

    FeatureTerm term() {
      FeatureTerm term = new FeatureTerm("term", loss);
      return site.map(term::at).orElse(term);
    }
  }

  static Stream<Case> cases() {
    LayerMap uniform = LayerMap.uniform();
    LayerPair last = LayerPair.LAST;
    return Stream.of(
        new Case("bert_seqcls_ts11", "distilbert_seqcls_optimum", new HiddenStateMse(uniform), 1),
        new Case("bert_seqcls_dynamo", "roberta_seqcls_ts14", new HiddenStateCosine(uniform), 2),
        new Case("electra_tokcls_ts11", "bert_seqcls_dynamo", new Pkd(uniform), 3),
        new Case("bert_seqcls_ort_fused", "bert_seqcls_ts11", new TinyBert(uniform), 4),
        new Case("mpnet_seqcls_optimum", "bert_qa_ts17", new TinyBert(uniform), 5),
        new Case(
            "bert_seqcls_optimum",
            "distilbert_tokcls_dynamo",
            new AttentionMse(uniform, AttentionForm.PROBABILITIES),
            6),
        new Case(
            "distilbert_seqcls_optimum",
            "deberta_v2_seqcls_optimum",
            new AttentionKl(uniform, AttentionForm.SCORES),
            7),
        new Case(
            "gpt2_causal_optimum",
            "llama_causal_dynamo",
            new AttentionMse(uniform, AttentionForm.SCORES),
            8),
        new Case(
            "llama_causal_ts17",
            "gpt2_causal_optimum",
            new AttentionKl(uniform, AttentionForm.PROBABILITIES),
            9),
        new Case("bert_seqcls_ts11", "bert_seqcls_dynamo", new MiniLm(last, 2), 10),
        new Case("llama_causal_ort_extended", "mpnet_seqcls_optimum", new MiniLm(last, 8), 11),
        new Case("deberta_v2_seqcls_optimum", "bert_seqcls_ort_extended", new MiniLm(last, 4), 12),
        new Case(
            "roberta_seqcls_ts14",
            "albert_seqcls_dynamo",
            new RkdDistance(last, ExampleVector.MEAN),
            13),
        new Case(
            "albert_seqcls_dynamo",
            "minilm_embedding_ts14",
            new RkdAngle(last, ExampleVector.FIRST_TOKEN),
            14),
        new Case(
            "bert_seqcls_dynamo",
            "gpt2_causal_optimum",
            new SimilarityPreserving(last, ExampleVector.MEAN),
            15),
        new Case(
            "distilbert_tokcls_dynamo", "bert_seqcls_ts11", new Cka(last, ExampleVector.MEAN), 16),
        new Case("bert_seqcls_ts11", "wider", new TinyBert(uniform), 17),
        new Case("narrower", "deberta_v2_seqcls_optimum", new TinyBert(uniform), 18),
        new Case("llama_causal_ts17", "narrower", new HiddenStateCosine(uniform), 19),
        new Case("narrower", "wider", new Pkd(uniform), 20),
        new Case(
            "gpt2_causal_optimum", "wider", new AttentionMse(uniform, AttentionForm.SCORES), 21),
        new Case(
            "distilbert_seqcls_optimum",
            "narrower",
            new AttentionKl(uniform, AttentionForm.PROBABILITIES),
            22),
        new Case("roberta_seqcls_ts14", "wider", new MiniLm(last, 8), 23),
        new Case("narrower", "electra_tokcls_ts11", new MiniLm(last, 2), 24),
        new Case("bart_seq2seq_ts14", "marian_seq2seq_ts17", new TinyBert(uniform), 25),
        new Case("single_layers", "t5_seq2seq_optimum", new HiddenStateMse(uniform), 26),
        new Case("t5_seq2seq_optimum", "bart_seq2seq_ts14", new MiniLm(last, 4), 27),
        new Case("marian_seq2seq_ts17", "t5_seq2seq_optimum", new HiddenStateCosine(uniform), 28)
            .at(Site.DECODER),
        new Case("marian_seq2seq_ts17", "t5_seq2seq_optimum", new Cka(last, ExampleVector.MEAN), 29)
            .at(Site.ENCODER),
        new Case("bart_seq2seq_ts14", "t5_seq2seq_optimum", new MiniLm(last, 2), 30)
            .at(Site.CROSS_ATTENTION),
        new Case(
                "single_layers",
                "marian_seq2seq_ts17",
                new AttentionKl(uniform, AttentionForm.SCORES),
                31)
            .at(Site.CROSS_ATTENTION),
        new Case(
                "marian_seq2seq_ts17",
                "bart_seq2seq_ts14",
                new AttentionMse(uniform, AttentionForm.SCORES),
                32)
            .at(Site.CROSS_ATTENTION),
        new Case(
                "t5_seq2seq_optimum",
                "bart_seq2seq_ts14",
                new AttentionKl(uniform, AttentionForm.PROBABILITIES),
                33)
            .at(Site.DECODER));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theGradientIsTheSlopeOfTheLoss(Case test) throws Exception {
    SplittableRandom random = new SplittableRandom(test.seed());
    Graph teacher = normalized(test.teacher());
    TransformerActivations ofTeacher = TransformerActivations.find(teacher);
    Graph student = normalized(test.student());
    List<String> weights =
        new ArrayList<>(Weights.trainable(student).stream().map(Weight::initializer).toList());
    Objective objective =
        Objective.of(RowForm.examples(), FeatureMatching.of(ofTeacher, test.term()));
    Optional<TransformerActivations> activations = objective.activationsIn(student);
    Ops op = Ops.on(student);
    student.addInput("unread", Tensor.of(new float[BATCH], BATCH, 1).type());
    Value unread = op.identity(student.value("unread"));
    AttachedObjective attached = objective.attach(op, activations, test.seed(), unread);
    weights.addAll(attached.projections());
    Graph untouched = student.copy();
    SinkSelection.apply(student);
    Map<String, Tensor> at = reached(student, weights);
    assertThat(at.keySet()).containsAll(attached.projections());

    try (LossGraph graph = LossGraph.of(student, attached, at.keySet())) {
      Map<String, Tensor> batch = tokens(random);
      batch.putAll(run(teacher, ofTeacher, attached.teacherActivations(), batch));
      batch.put("unread", Tensor.of(new float[BATCH], BATCH, 1));
      batch.put("loss_scale", Tensor.scalar(1f));
      batch.put("weight_term", Tensor.scalar(1f));
      batch.putAll(at);
      Map<String, Tensor> results = graph.run(batch);
      double term = LossGraph.number(results.get("term"));
      double expected = LossGraph.number(GraphRunner.run(untouched, batch).get("term"));
      assertThat(term).isPositive().isCloseTo(expected, within(1e-5 * expected + 1e-6));
      checkSlope(test, graph, batch, at, results, random);
    }
  }

  /** Along the gradient and a random direction: by the gradient alone errors of its own hide. */
  private static void checkSlope(
      Case test,
      LossGraph graph,
      Map<String, Tensor> batch,
      Map<String, Tensor> at,
      Map<String, Tensor> results,
      SplittableRandom random)
      throws Exception {
    double norm = 0;
    for (String weight : at.keySet()) {
      for (float g : results.get(weight + "_grad").toFloats()) {
        norm += (double) g * g;
      }
    }
    norm = Math.sqrt(norm);
    assertThat(norm).isPositive();
    Map<String, float[]> direction = new HashMap<>();
    double along = 0;
    for (String weight : at.keySet()) {
      float[] g = results.get(weight + "_grad").toFloats();
      float[] d = new float[g.length];
      for (int i = 0; i < d.length; i++) {
        d[i] = (float) (g[i] / norm + random.nextDouble(-.01, .01));
        along += (double) g[i] * d[i];
      }
      direction.put(weight, d);
    }
    // Two step sizes, so that what is left of the curvature cancels (Richardson).
    double slope =
        (4 * slope(graph, batch, direction, STEP / 2) - slope(graph, batch, direction, STEP)) / 3;
    assertThat(along).as("%s", test).isCloseTo(slope, within(5e-3 * Math.abs(slope)));
  }

  private static double slope(
      LossGraph graph, Map<String, Tensor> batch, Map<String, float[]> direction, double step)
      throws Exception {
    return (lossAt(graph, batch, direction, step) - lossAt(graph, batch, direction, -step))
        / (2 * step);
  }

  private static double lossAt(
      LossGraph graph, Map<String, Tensor> batch, Map<String, float[]> direction, double step)
      throws Exception {
    Map<String, Tensor> moved = new HashMap<>(batch);
    direction.forEach(
        (weight, d) -> {
          float[] values = batch.get(weight).toFloats();
          for (int i = 0; i < d.length; i++) {
            values[i] += (float) (step * d[i]);
          }
          moved.put(weight, Tensor.of(values, batch.get(weight).dims()));
        });
    return LossGraph.number(graph.run(moved).get("term"));
  }

  /** The weights that the loss depends on, as inputs now. */
  private static Map<String, Tensor> reached(Graph student, List<String> weights) {
    List<String> read = new ArrayList<>();
    student.ancestors(List.of("loss")).forEach(node -> read.addAll(node.reads()));
    Map<String, Tensor> reached = new LinkedHashMap<>();
    for (String weight : weights) {
      if (read.contains(weight)) {
        reached.put(weight, student.initializerToInput(weight));
      }
    }
    return reached;
  }

  private static Graph normalized(String name) throws Exception {
    NewEncoder encoder = NEW.get(name);
    Graph graph =
        Graph.of(
            encoder != null
                ? encoder.make(1)
                : name.equals("single_layers")
                    ? new NewEncoderDecoder(WORDS, POSITIONS, 1, 1, 24, 3, 48, SequenceForm.USUAL)
                        .make(1)
                    : OnnxModel.read(Path.of("src/test/resources/zoo", name, "model.onnx")));
    Normalization.applyForTraining(graph);
    return graph;
  }

  private static Map<String, Tensor> tokens(SplittableRandom random) {
    long[] ids = new long[BATCH * POSITIONS];
    long[] mask = new long[ids.length];
    long[] positions = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      positions[i] = i % POSITIONS;
      mask[i] = positions[i] < LENGTHS[i / POSITIONS] ? 1 : 0;
      ids[i] = mask[i] == 1 ? 5 + random.nextInt(WORDS - 5) : 0;
    }
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("input_ids", Tensor.of(ids, BATCH, POSITIONS));
    inputs.put("attention_mask", Tensor.of(mask, BATCH, POSITIONS));
    inputs.put("position_ids", Tensor.of(positions, BATCH, POSITIONS));
    inputs.put("token_type_ids", Tensor.of(new long[ids.length], BATCH, POSITIONS));
    long[] target = random.longs(BATCH * STEPS, 5, WORDS).toArray();
    inputs.put("decoder_input_ids", Tensor.of(target, BATCH, STEPS));
    return inputs;
  }

  private static Map<String, Tensor> run(
      Graph teacher,
      TransformerActivations found,
      List<Activation> activations,
      Map<String, Tensor> inputs)
      throws Exception {
    Graph exposed = teacher.copy();
    found.expose(exposed, activations);
    return GraphRunner.run(exposed, inputs);
  }
}
