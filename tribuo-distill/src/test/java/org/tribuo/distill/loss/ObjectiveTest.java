package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.loss.internal.BinaryCrossEntropy;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TeacherMean;
import org.tribuo.distill.loss.internal.TokenMask;

class ObjectiveTest {
  private static final Dimension BATCH = Dimension.of("batch");
  private static final Dimension POSITIONS = Dimension.of("positions");
  private static final Objective BOTH =
      Objective.of(RowForm.examples(), new CrossEntropy(), new KlDivergence());

  // ---- which rows count

  @Test
  void examplesWithoutLabelHaveOnlyTheSoftLoss() throws Exception {
    Map<String, Tensor> batch = examples(2, 1f, 0f);
    Map<String, Tensor> first = examples(1, 1f);
    try (LossGraph graph = LossGraph.of(BOTH, floats(BATCH, Dimension.of(3)))) {
      double hard = term(graph, batch, "hard");
      assertThat(hard).isEqualTo(term(graph, first, "hard"), within(1e-6));
      batch.put("labelled", Tensor.of(new float[] {1, 1}, 2));
      assertThat(term(graph, batch, "hard")).isNotCloseTo(hard, within(1e-2));
      batch.put("labels", Tensor.vector(0, ObjectiveInputs.IGNORED_LABEL));
      assertThat(term(graph, batch, "hard")).isEqualTo(hard, within(1e-6));
    }
  }

  @Test
  void withoutAnyLabelTheHardLossIsZero() throws Exception {
    Map<String, Tensor> batch = examples(2, 0f, 0f);
    batch.put(
        "labels", Tensor.vector(ObjectiveInputs.IGNORED_LABEL, ObjectiveInputs.IGNORED_LABEL));
    try (LossGraph graph = LossGraph.of(BOTH, floats(BATCH, Dimension.of(3)))) {
      Map<String, Tensor> terms = graph.run(batch);
      assertThat(LossGraph.number(terms.get("hard"))).isZero();
      assertThat(LossGraph.number(terms.get("loss")))
          .isEqualTo(.5 * LossGraph.number(terms.get("soft")), within(1e-6));
    }
  }

  @Test
  void aTeachersClassMayStandForTheTrueOneInDkd() throws Exception {
    Dkd dkd = new Dkd(1, 8, Dkd.Unlabelled.TEACHERS_CLASS);
    Map<String, Tensor> unlabelled = examples(2, 0f, 0f);
    float[] teacher = unlabelled.get("teacher_logits").toFloats();
    Map<String, Tensor> asTheTeacherSays = examples(2, 1f, 1f);
    asTheTeacherSays.put("labels", Tensor.vector(likeliest(teacher, 0), likeliest(teacher, 3)));
    Map<String, Tensor> firstOtherwise = examples(2, 1f, 0f);
    firstOtherwise.put("labels", Tensor.vector((likeliest(teacher, 0) + 1) % 3, 0));
    try (LossGraph graph =
            LossGraph.of(Objective.of(RowForm.examples(), dkd), floats(BATCH, Dimension.of(3)));
        LossGraph ofLabelled =
            LossGraph.of(
                Objective.of(RowForm.examples(), new Dkd(1, 8)), floats(BATCH, Dimension.of(3)))) {
      double without = term(graph, unlabelled, "soft");

      assertThat(without).isEqualTo(term(ofLabelled, asTheTeacherSays, "soft"), within(1e-6));
      assertThat(term(graph, firstOtherwise, "soft")).isNotCloseTo(without, within(1e-2));
    }
  }

  /** The column of the largest of three numbers from a place on. */
  private static long likeliest(float[] numbers, int from) {
    return IntStream.range(0, 3)
        .reduce((a, b) -> numbers[from + b] > numbers[from + a] ? b : a)
        .orElseThrow();
  }

  @Test
  void tokensThatDoNotCountChangeNothing() throws Exception {
    for (SoftLoss soft : ResponseLossCase.ofOneTeacher().toList()) {
      Objective objective =
          Objective.of(RowForm.tokens(TokenMask.labels()), new CrossEntropy(), soft);
      Map<String, Tensor> batch = tokens(3, 4, 1);
      long[] labels = batch.get("labels").toLongs();
      labels[5] = labels[11] = ObjectiveInputs.IGNORED_LABEL;
      batch.put("labels", Tensor.of(labels, 3, 4));
      Map<String, Tensor> other = new HashMap<>(batch);
      other.put("logits", changed(batch.get("logits"), 5, 11));
      other.put("teacher_logits", changed(batch.get("teacher_logits"), 5, 11));
      try (LossGraph graph = LossGraph.of(objective, floats(BATCH, POSITIONS, Dimension.of(3)))) {
        Map<String, Tensor> expected = graph.run(batch);
        Map<String, Tensor> actual = graph.run(other);
        assertThat(actual).as(soft.toString()).isEqualTo(expected);
        float[] gradient = actual.get("logits_grad").toFloats();
        assertThat(Arrays.copyOfRange(gradient, 15, 18)).containsOnly(0);
        assertThat(Arrays.copyOfRange(gradient, 33, 36)).containsOnly(0);
      }
    }
  }

  @Test
  void paddingOfZerosGivesNoNaN() throws Exception {
    for (SoftLoss soft : ResponseLossCase.ofOneTeacher().toList()) {
      Objective objective = Objective.of(RowForm.tokens(TokenMask.labels()), soft);
      Map<String, Tensor> batch = tokens(1, 3, 1);
      for (String name : List.of("logits", "teacher_logits")) {
        float[] values = batch.get(name).toFloats();
        Arrays.fill(values, 6, 9, 0);
        batch.put(name, Tensor.of(values, 1, 3, 3));
      }
      batch.put("labels", Tensor.of(new long[] {0, 1, ObjectiveInputs.IGNORED_LABEL}, 1, 3));
      try (LossGraph graph = LossGraph.of(objective, floats(BATCH, POSITIONS, Dimension.of(3)))) {
        graph
            .run(batch)
            .forEach(
                (name, value) -> {
                  for (float number : value.toFloats()) {
                    assertThat(number).as("%s: %s", soft, name).isFinite();
                  }
                });
      }
    }
  }

  @Test
  void anAttentionMaskCountsUnlabelledTokensForTheSoftLossOnly() throws Exception {
    Map<String, Tensor> batch = tokens(2, 3, 1);
    batch.put("attention_mask", Tensor.of(new long[] {1, 1, 1, 1, 1, 0}, 2, 3));
    long[] labels = {0, -100, 2, -100, -100, 1};
    batch.put("labels", Tensor.of(labels, 2, 3));
    Objective objective =
        Objective.of(
            RowForm.tokens(TokenMask.attentionMask()), new CrossEntropy(), new KlDivergence());
    try (LossGraph graph = tokenGraph(objective);
        LossGraph rows = LossGraph.of(BOTH, floats(BATCH, Dimension.of(3)))) {
      Map<String, Tensor> flat = new HashMap<>(batch);
      flat.put("logits", batch.get("logits").reshape(6, 3));
      flat.put("teacher_logits", batch.get("teacher_logits").reshape(6, 3));
      flat.put("labels", Tensor.of(new long[] {0, -100, 2, -100, -100, -100}, 6));
      flat.put("labelled", Tensor.of(new float[] {1, 1, 1, 1, 1, 1}, 6));
      assertThat(term(graph, batch, "hard")).isEqualTo(term(rows, flat, "hard"), within(1e-6));
      flat.put("logits", Tensor.of(Arrays.copyOf(batch.get("logits").toFloats(), 15), 5, 3));
      flat.put(
          "teacher_logits",
          Tensor.of(Arrays.copyOf(batch.get("teacher_logits").toFloats(), 15), 5, 3));
      flat.put("labels", Tensor.of(new long[5], 5));
      flat.put("labelled", Tensor.of(new float[5], 5));
      assertThat(term(graph, batch, "soft")).isEqualTo(term(rows, flat, "soft"), within(1e-6));
    }
  }

  @Test
  void aCausalModelIsComparedWithTheNextLabel() throws Exception {
    Map<String, Tensor> causal = tokens(2, 4, 1);
    causal.put("labels", Tensor.of(new long[] {2, 0, 1, -100, 1, 2, -100, 0}, 2, 4));
    Map<String, Tensor> shifted = new HashMap<>(causal);
    shifted.put("labels", Tensor.of(new long[] {0, 1, -100, -100, 2, -100, 0, -100}, 2, 4));
    TensorType logits = floats(BATCH, POSITIONS, Dimension.of(3));
    try (LossGraph next =
            LossGraph.of(
                Objective.of(
                    new RowForm.Tokens(1, TokenMask.labels(), false),
                    new CrossEntropy(),
                    new KlDivergence()),
                logits);
        LossGraph own =
            LossGraph.of(
                Objective.of(
                    RowForm.tokens(TokenMask.labels()), new CrossEntropy(), new KlDivergence()),
                logits)) {
      assertThat(next.run(causal)).isEqualTo(own.run(shifted));
    }
  }

  @Test
  void anAnswersLossIsTheMeanOfItsStartAndItsEnd() throws Exception {
    Map<String, Tensor> start = examples(2, 1f, 0f);
    Map<String, Tensor> end = new HashMap<>(examples(2, 1f, 0f));
    end.put("logits", changed(start.get("logits"), 0, 1));
    end.put("labels", Tensor.vector(2, 1));
    Map<String, Tensor> batch = new HashMap<>(start);
    batch.put("start_logits", start.get("logits"));
    batch.put("end_logits", end.get("logits"));
    batch.put("teacher_start_logits", start.get("teacher_logits"));
    batch.put("teacher_end_logits", end.get("teacher_logits"));
    batch.put("start_positions", start.get("labels"));
    batch.put("end_positions", end.get("labels"));
    TensorType type = floats(BATCH, POSITIONS);
    Map<String, TensorType> outputs = new LinkedHashMap<>();
    outputs.put("start_logits", type);
    outputs.put("end_logits", type);
    Objective spans = Objective.of(RowForm.spans(), new CrossEntropy(), new KlDivergence());
    try (LossGraph graph = LossGraph.of(spans, Map.of(), outputs);
        LossGraph rows = LossGraph.of(BOTH, floats(BATCH, Dimension.of(3)))) {
      for (String name : List.of("hard", "soft", "loss")) {
        assertThat(term(graph, batch, name))
            .as(name)
            .isEqualTo((term(rows, start, name) + term(rows, end, name)) / 2, within(1e-6));
      }
    }
  }

  // ---- the loss and its inputs

  @Test
  void alphaBlendsTheTermsAndTheScaleMultipliesOnlyTheGradient() throws Exception {
    try (LossGraph graph = LossGraph.of(BOTH, floats(BATCH, Dimension.of(3)))) {
      Map<String, Tensor> batch = examples(2, 1f, 1f);
      batch.put("alpha", Tensor.scalar(.9f));
      Map<String, Tensor> once = graph.run(batch);
      assertThat(LossGraph.number(once.get("loss")))
          .isEqualTo(
              .1 * LossGraph.number(once.get("hard")) + .9 * LossGraph.number(once.get("soft")),
              within(1e-6));
      batch.put("loss_scale", Tensor.scalar(.5f));
      Map<String, Tensor> half = graph.run(batch);
      assertThat(half.get("loss")).isEqualTo(once.get("loss"));
      float[] whole = once.get("logits_grad").toFloats();
      float[] scaled = half.get("logits_grad").toFloats();
      for (int i = 0; i < whole.length; i++) {
        assertThat(scaled[i]).isEqualTo(whole[i] / 2, within(1e-7f));
      }
    }
  }

  @Test
  void onlyWhatTheLossesNeedBecomesAnInput() {
    assertThat(attach(Objective.of(RowForm.examples(), new CrossEntropy())).inputs().keySet())
        .containsExactly("labels", "labelled", "loss_scale");
    assertThat(attach(Objective.of(RowForm.examples(), new CosineDistance())).inputs().keySet())
        .containsExactly("teacher_logits", "loss_scale");
    assertThat(attach(BOTH).inputs().keySet())
        .containsExactlyInAnyOrder(
            "labels", "labelled", "teacher_logits", "alpha", "temperature", "loss_scale");
    assertThat(attach(Objective.of(RowForm.examples(), new Dkd(1, 1))).inputs().keySet())
        .containsExactlyInAnyOrder(
            "labels", "labelled", "teacher_logits", "temperature", "loss_scale");
  }

  @Test
  void theTermsAreOutputsLossFirst() {
    Graph graph = Graph.empty(Ops.OPSET);
    AttachedObjective attached = attach(BOTH, graph, floats(BATCH, Dimension.of(3)));
    assertThat(attached.terms().keySet()).containsExactly("loss", "hard", "soft");
    assertThat(graph.outputs()).containsExactly("loss", "hard", "soft");
  }

  @Test
  void aSumOfSoftLossesTellsWhatItAddsUp() throws Exception {
    SoftLoss sum = new WeightedLosses(List.of(new KlDivergence(), new ReverseKl()), 2., 0.5);
    Objective objective = Objective.of(RowForm.examples(), new CrossEntropy(), sum);
    try (LossGraph graph = LossGraph.of(objective, floats(BATCH, Dimension.of(3)))) {
      Map<String, Tensor> told = graph.run(examples(2, 1f, 1f));

      assertThat(told).containsKeys("loss", "hard", "soft", "soft.1", "soft.2");
      assertThat(LossGraph.number(told.get("soft")))
          .isEqualTo(
              2 * LossGraph.number(told.get("soft.1")) + LossGraph.number(told.get("soft.2")) / 2,
              within(1e-6));
      assertThat(LossGraph.number(told.get("soft.1")))
          .isNotEqualTo(LossGraph.number(told.get("soft.2")));
    }
  }

  @Test
  void partsAreToldOfSeveralTeachersAndOfSumsInSums() throws Exception {
    SoftLoss inner = new WeightedLosses(List.of(new KlDivergence(), new ReverseKl()), 1., 3.);
    SoftLoss outer = new WeightedLosses(List.of(inner, new JensenShannon()), 2., 1.);
    TeacherMean mean = new TeacherMean(outer, 1, HardLoss.AnswerForm.PROBABILITIES);
    Map<String, Tensor> batch = examples(2, 1f, 1f);
    batch.put("teacher_logits_1", batch.get("teacher_logits"));
    batch.put("teacher_weights", Tensor.of(new float[] {1, 1}, 2, 1));
    try (LossGraph graph =
        LossGraph.of(Objective.of(RowForm.examples(), mean), floats(BATCH, Dimension.of(3)))) {
      Map<String, Tensor> told = graph.run(batch);

      assertThat(told)
          .containsKeys("soft", "soft.1", "soft.1.1", "soft.1.2", "soft.2")
          .doesNotContainKey("soft.2.1");
      assertThat(LossGraph.number(told.get("soft.1")))
          .isEqualTo(
              LossGraph.number(told.get("soft.1.1")) + 3 * LossGraph.number(told.get("soft.1.2")),
              within(1e-5));
      assertThat(LossGraph.number(told.get("soft")))
          .isEqualTo(
              2 * LossGraph.number(told.get("soft.1")) + LossGraph.number(told.get("soft.2")),
              within(1e-5));
    }
  }

  @Test
  void ofSpansAPartIsTheMeanOfStartAndEnd() throws Exception {
    SoftLoss sum = new WeightedLosses(List.of(new KlDivergence(), new ReverseKl()), 1., 1.);
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("start", floats(BATCH, Dimension.of(3)));
    graph.addInput("end", floats(BATCH, Dimension.of(3)));
    Ops op = Ops.on(graph);
    AttachedObjective attached =
        Objective.of(RowForm.spans(), sum)
            .attach(op, op.identity(graph.value("start")), op.identity(graph.value("end")));
    assertThat(attached.terms().keySet()).containsExactly("loss", "soft", "soft.1", "soft.2");
  }

  @Test
  void tokensWithoutAVectorOfLabelsTeachTheSoftLossOnly() throws Exception {
    Objective objective =
        Objective.of(
            RowForm.tokens(TokenMask.attentionMask()),
            new BinaryCrossEntropy(),
            new BinarySoftTargets());
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("logits", floats(BATCH, POSITIONS, Dimension.of(2)));
    graph.addInput("attention_mask", floats(BATCH, POSITIONS));
    Ops op = Ops.on(graph);
    AttachedObjective attached = objective.attach(op, op.identity(graph.value("logits")));
    Map<String, Tensor> batch = new HashMap<>();
    batch.put("logits", Tensor.of(new float[] {1, -1, 2, 0, 0, 3}, 1, 3, 2));
    batch.put("attention_mask", Tensor.of(new float[] {1, 1, 0}, 1, 3));
    batch.put("labels", Tensor.of(new float[] {1, 0, 0, 1, 1, 1}, 1, 3, 2));
    batch.put("labelled", Tensor.of(new float[] {1, 0, 1}, 1, 3));
    batch.put("teacher_logits", Tensor.of(new float[] {2, -2, 1, 1, 9, 9}, 1, 3, 2));
    batch.put("alpha", Tensor.scalar(.5f));
    batch.put("temperature", Tensor.scalar(1f));
    batch.put("loss_scale", Tensor.scalar(1f));
    try (LossGraph run = LossGraph.of(graph, attached, List.of("logits"))) {
      // Of three tokens the third is padding, and the second has no label.
      assertThat(term(run, batch, "hard")).isEqualTo(Math.log1p(Math.exp(-1)), within(1e-6));
      double soft = term(run, batch, "soft");
      batch.put("labelled", Tensor.of(new float[] {1, 1, 1}, 1, 3));
      assertThat(term(run, batch, "soft")).isEqualTo(soft);
      assertThat(term(run, batch, "hard"))
          .isEqualTo(
              (Math.log1p(Math.exp(-1)) + (Math.log1p(Math.exp(2)) + Math.log(2)) / 2) / 2,
              within(1e-6));
    }
  }

  @Test
  void halfPrecisionLogitsAreComparedInSinglePrecision() {
    Graph graph = Graph.empty(Ops.OPSET);
    TensorType logits = TensorType.of(ElementType.FLOAT16, Shape.of(BATCH, Dimension.of(3)));
    AttachedObjective attached = attach(BOTH, graph, logits);
    assertThat(attached.inputs().get("teacher_logits").elementType()).isEqualTo(ElementType.FLOAT);
    assertThat(attached.differentiated().elementType()).isEqualTo(ElementType.FLOAT);
  }

  @Test
  void sizesThatNobodyKnowsGetANameSoThatRowsAreComparedWithoutBroadcasting() {
    Graph graph = Graph.empty(Ops.OPSET);
    AttachedObjective attached = attach(BOTH, graph, TensorType.ofUnknownRank(ElementType.FLOAT));
    assertThat(attached.inputs().get("teacher_logits").shape().orElseThrow())
        .isEqualTo(Shape.of(Dimension.of("student_batch"), Dimension.of("student_outputs")));
  }

  @Test
  void largeLogitsStayFinite() throws Exception {
    for (Objective objective :
        List.of(
            BOTH,
            Objective.of(RowForm.examples(), new ReverseKl()),
            Objective.of(RowForm.examples(), new JensenShannon()),
            Objective.of(RowForm.examples(), new Dkd(1, 8)),
            Objective.of(RowForm.examples(), new BinarySoftTargets()))) {
      Map<String, Tensor> batch = examples(2, 1f, 1f);
      batch.put("logits", Tensor.of(new float[] {500, -500, 0, -300, 300, 0}, 2, 3));
      batch.put("teacher_logits", Tensor.of(new float[] {-500, 500, 0, 300, 0, -300}, 2, 3));
      try (LossGraph graph = LossGraph.of(objective, floats(BATCH, Dimension.of(3)))) {
        Map<String, Tensor> result = graph.run(batch);
        for (float number : result.get("logits_grad").toFloats()) {
          assertThat(number).as(objective.toString()).isFinite();
        }
        assertThat(result.get("loss").toFloats()[0]).as(objective.toString()).isFinite();
      }
    }
  }

  // ---- what is refused

  @Test
  void anObjectiveWithoutLossIsRefused() {
    assertThatThrownBy(
            () ->
                new Objective(
                    RowForm.examples(), Optional.empty(), Optional.empty(), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("An objective needs a hard loss, a soft loss or a feature term");
  }

  @Test
  void vectorsOfLabelsForTokensNeedAMask() {
    assertThatThrownBy(
            () -> Objective.of(RowForm.tokens(TokenMask.labels()), new BinaryCrossEntropy()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("BinaryCrossEntropy reads a vector of labels for each token")
        .hasMessageContaining("use TokenMask.attentionMask(), the input 'labelled'")
        .hasMessageContaining("and no shift");
  }

  @Test
  void logitsOfAnotherRankAreRefused() {
    assertThatThrownBy(
            () -> attach(BOTH, Graph.empty(Ops.OPSET), floats(BATCH, POSITIONS, Dimension.of(3))))
        .isInstanceOf(GraphException.class)
        .hasMessageMatching(
            "The student's output '.*' is FLOAT\\[batch, positions, 3\\], expected floats"
                + " \\[batch, outputs\\]");
  }

  @Test
  void anotherNumberOfOutputsIsRefused() {
    Objective spans = Objective.of(RowForm.spans(), new CrossEntropy());
    assertThatThrownBy(() -> attach(spans, Graph.empty(Ops.OPSET), floats(BATCH, POSITIONS)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Spans[masked=false, weighted=false] read 2 outputs of the student, got 1");
  }

  @Test
  void aStudentThatUsesANameOfTheObjectiveIsRefused() {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("labels", TensorType.of(ElementType.INT64, Shape.of(BATCH)));
    assertThatThrownBy(() -> attach(BOTH, graph, floats(BATCH, Dimension.of(3))))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("The student's graph has a value 'labels' already");
  }

  @Test
  void lossesThatWantDifferentLabelsAreRefused() {
    Objective objective = Objective.of(RowForm.examples(), new BinaryCrossEntropy(), new Dkd(1, 1));
    assertThatThrownBy(() -> attach(objective))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "One loss wants input 'labels' as FLOAT[batch, 3], another as INT64[batch]:"
                + " they cannot be used together");
  }

  @Test
  void tooFewClassesAreRefused() {
    assertRefused(
        Objective.of(RowForm.examples(), new LogitStandardization(new KlDivergence())),
        2,
        "LogitStandardization needs at least 3 classes, the student has 2: two standardised"
            + " logits are always the same, use the loss alone");
    assertRefused(
        Objective.of(RowForm.examples(), new Dist(1, 1)),
        2,
        "Dist needs at least 3 classes, the student has 2: the two probabilities of a row always"
            + " correlate perfectly, use beta = 0 or KlDivergence");
    assertRefused(
        Objective.of(RowForm.examples(), new Dkd(1, 8)),
        2,
        "Dkd needs at least 3 classes, the student has 2: there are no other classes to rank, use"
            + " beta = 0 or KlDivergence");
    assertRefused(
        Objective.of(RowForm.examples(), new KlDivergence()),
        1,
        "KlDivergence needs at least 2 classes, the student has 1: with one class the divergence"
            + " is always 0");
    assertRefused(
        Objective.of(RowForm.examples(), new SparseKlDivergence(8)),
        4,
        "SparseKlDivergence of 8 classes needs at least 8 classes, the student has 4: use a"
            + " smaller k");
    attach(
        Objective.of(RowForm.examples(), new Dist(0, 1)),
        Graph.empty(Ops.OPSET),
        floats(BATCH, Dimension.of(2)));
    attach(
        Objective.of(RowForm.examples(), new Dkd(1, 0)),
        Graph.empty(Ops.OPSET),
        floats(BATCH, Dimension.of(2)));
  }

  @Test
  void crossEntropyOfOneClassOrWithOtherWeightsIsRefused() {
    assertThatThrownBy(
            () ->
                attach(
                    Objective.of(RowForm.examples(), new CrossEntropy()),
                    Graph.empty(Ops.OPSET),
                    floats(BATCH, Dimension.of(1))))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("CrossEntropy of one class is always 0")
        .hasMessageContaining("for a number use SquaredError");
    assertRefused(
        Objective.of(
            RowForm.examples(), new CrossEntropy(0, Map.of("a", 2f)).forLabels(List.of("b", "a"))),
        3,
        "CrossEntropy has 2 class weights, the student has 3 classes");
  }

  @Test
  void aBatchThatDoesNotFitIsRefusedBeforeItRuns() {
    AttachedObjective attached = attach(BOTH);
    Map<String, Tensor> batch = examples(2, 1f, 1f);
    attached.check(batch);
    batch.put("teacher_logits", Tensor.of(new float[8], 2, 4));
    assertThatThrownBy(() -> attached.check(batch))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("'teacher_logits' is FLOAT[2, 4], expected FLOAT[batch, 3]")
        .hasMessageEndingWith("teacher and student must have the same classes, in the same order");
    batch.put("teacher_logits", Tensor.of(new float[9], 3, 3));
    assertThatThrownBy(() -> attached.check(batch))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("'teacher_logits' is FLOAT[3, 3], expected FLOAT[batch, 3]")
        .hasMessageContaining("batch = 2");
    batch.remove("teacher_logits");
    assertThatThrownBy(() -> attached.check(batch))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "The batch has no 'teacher_logits', which the objective needs as FLOAT[batch, 3]");
  }

  @Test
  void classesThatTheStudentDoesNotHaveAreRefused() {
    AttachedObjective attached = attach(BOTH);
    Map<String, Tensor> batch = examples(2, 1f, 1f);
    batch.put("labels", Tensor.vector(ObjectiveInputs.IGNORED_LABEL, 3));
    assertThatThrownBy(() -> attached.check(batch))
        .isInstanceOf(GraphException.class)
        .hasMessage("'labels' holds class 3, expected one from 0 to 2, or -100 for no label");
    batch.put("labels", Tensor.vector(0, -1));
    assertThatThrownBy(() -> attached.check(batch))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("'labels' holds class -1");
    AttachedObjective sparse = attach(Objective.of(RowForm.examples(), new SparseKlDivergence(1)));
    batch.put("teacher_logits", Tensor.of(new float[2], 2, 1));
    batch.put(
        "teacher_logits_indices", Tensor.of(new long[] {0, ObjectiveInputs.IGNORED_LABEL}, 2, 1));
    assertThatThrownBy(() -> sparse.check(batch))
        .isInstanceOf(GraphException.class)
        .hasMessage("'teacher_logits_indices' holds class -100, expected one from 0 to 2");
  }

  @Test
  void aMaskThatTheStudentDoesNotReadIsRefused() {
    Objective objective =
        Objective.of(RowForm.tokens(TokenMask.attentionMask()), new KlDivergence());
    assertThatThrownBy(
            () ->
                attach(
                    objective, Graph.empty(Ops.OPSET), floats(BATCH, POSITIONS, Dimension.of(3))))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith(
            "The mask 'attention_mask' is no input of the student, expected one of [logits");
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new CrossEntropy(1))
        .hasMessageContaining("labelSmoothing, is 1.0, expected a number from 0 (none) to below 1");
    assertThatThrownBy(() -> new CrossEntropy(0, Map.of("b", -1f)))
        .hasMessageContaining("gives 'b' the weight -1.0, expected a finite number of 0 or more");
    assertThatThrownBy(() -> new JensenShannon(2))
        .hasMessageContaining(
            "beta, is 2.0, expected a number from 0 (forward KL) to 1 (reverse KL)");
    assertThatThrownBy(() -> new Dkd(0, 0)).hasMessageContaining("expected at least one above 0");
    assertThatThrownBy(() -> new Dist(-1, 1))
        .hasMessageContaining("Component: Dist, Property: beta, is -1.0");
    assertThatThrownBy(() -> new SparseKlDivergence(0))
        .hasMessageContaining("Property: k, is 0, expected 1 or more");
    assertThatThrownBy(() -> new RowForm.Tokens(2, TokenMask.labels(), false))
        .hasMessageContaining("Labels are shifted by 2 positions");
  }

  // ---- helpers

  private static void assertRefused(Objective objective, int classes, String message) {
    assertThatThrownBy(
            () -> attach(objective, Graph.empty(Ops.OPSET), floats(BATCH, Dimension.of(classes))))
        .isInstanceOf(GraphException.class)
        .hasMessage(message);
  }

  private static AttachedObjective attach(Objective objective) {
    return attach(objective, Graph.empty(Ops.OPSET), floats(BATCH, Dimension.of(3)));
  }

  private static AttachedObjective attach(Objective objective, Graph graph, TensorType logits) {
    graph.addInput("logits", logits);
    Ops op = Ops.on(graph);
    Value output = op.identity(graph.value("logits"));
    return objective.attach(op, output);
  }

  private static LossGraph tokenGraph(Objective objective) throws Exception {
    TensorType mask = TensorType.of(ElementType.INT64, Shape.of(BATCH, POSITIONS));
    return LossGraph.of(
        objective,
        Map.of("attention_mask", mask),
        Map.of("logits", floats(BATCH, POSITIONS, Dimension.of(3))));
  }

  private static TensorType floats(Dimension... dims) {
    return TensorType.of(ElementType.FLOAT, Shape.of(dims));
  }

  private static double term(LossGraph graph, Map<String, Tensor> batch, String name)
      throws Exception {
    return LossGraph.number(graph.run(batch).get(name));
  }

  /** Examples of three classes, the same whatever their number. */
  private static Map<String, Tensor> examples(int rows, float... labelled) {
    SplittableRandom random = new SplittableRandom(7);
    Map<String, Tensor> batch = scalars();
    float[] student = new float[2 * 3];
    float[] teacher = new float[2 * 3];
    for (int i = 0; i < student.length; i++) {
      student[i] = (float) random.nextDouble(-2, 2);
      teacher[i] = (float) random.nextDouble(-2, 2);
    }
    batch.put("logits", Tensor.of(Arrays.copyOf(student, rows * 3), rows, 3));
    batch.put("teacher_logits", Tensor.of(Arrays.copyOf(teacher, rows * 3), rows, 3));
    batch.put("labels", Tensor.vector(Arrays.copyOf(new long[] {0, 2}, rows)));
    batch.put("labelled", Tensor.of(labelled, rows));
    return batch;
  }

  private static Map<String, Tensor> tokens(int rows, int positions, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int tokens = rows * positions;
    float[] student = new float[tokens * 3];
    float[] teacher = new float[tokens * 3];
    for (int i = 0; i < student.length; i++) {
      student[i] = (float) random.nextDouble(-2, 2);
      teacher[i] = (float) random.nextDouble(-2, 2);
    }
    Map<String, Tensor> batch = scalars();
    batch.put("logits", Tensor.of(student, rows, positions, 3));
    batch.put("teacher_logits", Tensor.of(teacher, rows, positions, 3));
    batch.put("labels", Tensor.of(random.longs(tokens, 0, 3).toArray(), rows, positions));
    return batch;
  }

  private static Map<String, Tensor> scalars() {
    Map<String, Tensor> batch = new HashMap<>();
    batch.put("alpha", Tensor.scalar(.5f));
    batch.put("temperature", Tensor.scalar(2f));
    batch.put("loss_scale", Tensor.scalar(1f));
    return batch;
  }

  /** The same logits, but other ones in some rows of three. */
  private static Tensor changed(Tensor logits, int... rows) {
    float[] values = logits.toFloats();
    for (int row : rows) {
      values[3 * row] += 5;
      values[3 * row + 1] -= 3;
    }
    return Tensor.of(values, logits.dims());
  }
}
