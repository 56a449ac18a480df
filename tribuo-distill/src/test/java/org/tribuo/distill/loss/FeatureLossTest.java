package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.FeatureGraph.Sizes;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.loss.internal.FeatureMatching;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.Projections;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TokenMask;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.internal.TransformerActivations;

class FeatureLossTest {
  private static final Sizes SMALL = new Sizes(2, 4, 2);
  private static final Sizes WIDE = new Sizes(4, 6, 3);
  private static final long[] LENGTHS = {5, 2, 4};
  private static final int POSITIONS = 5;
  private static final long SEED = 7;

  static Stream<FeatureLoss> losses() {
    LayerMap uniform = LayerMap.uniform();
    LayerPair last = LayerPair.LAST;
    return Stream.of(
        new HiddenStateMse(uniform),
        new HiddenStateCosine(uniform),
        new Pkd(uniform),
        HiddenStateMse.ofEmbeddings(),
        new AttentionMse(uniform, AttentionForm.SCORES),
        new AttentionMse(uniform, AttentionForm.PROBABILITIES),
        new AttentionKl(uniform, AttentionForm.SCORES),
        new AttentionKl(uniform, AttentionForm.PROBABILITIES),
        new TinyBert(uniform),
        new MiniLm(last, 2),
        new RkdDistance(last, ExampleVector.MEAN),
        new RkdAngle(last, ExampleVector.MEAN),
        new SimilarityPreserving(last, ExampleVector.MEAN),
        new Cka(last, ExampleVector.MEAN));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void aStudentThatIsItsTeacherLosesNothing(FeatureLoss loss) throws Exception {
    Map<String, Tensor> batch = batch(SMALL, SMALL);
    batch.replaceAll(
        (name, tensor) ->
            name.startsWith("student_") ? batch.get(name.replace("student_", "teacher_")) : tensor);

    assertThat(run(loss, SMALL, SMALL, batch)).isCloseTo(0, within(1e-7));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void paddingChangesNothing(FeatureLoss loss) throws Exception {
    Map<String, Tensor> batch = batch(SMALL, WIDE);
    Map<String, Tensor> other = new HashMap<>(batch);
    SplittableRandom random = new SplittableRandom(SEED + 1);
    other.replaceAll((name, tensor) -> isFeature(name) ? repadded(name, tensor, random) : tensor);

    double expected = run(loss, SMALL, WIDE, batch);

    assertThat(expected).isPositive();
    assertThat(run(loss, SMALL, WIDE, other)).isCloseTo(expected, within(1e-9));
  }

  private static boolean isFeature(String name) {
    return name.startsWith("student_") || name.startsWith("teacher_");
  }

  /** The same with other numbers where a query, a key or a token is padding. */
  private static Tensor repadded(String name, Tensor tensor, SplittableRandom random) {
    double[] values = doubles(tensor);
    boolean attention = name.contains("attention");
    int width = (int) tensor.dim(-1);
    for (int i = 0; i < values.length; i++) {
      int row = i / width;
      int query = row % POSITIONS;
      int example = i / (int) (tensor.elements() / LENGTHS.length);
      int key = attention ? i % width : query;
      if (query >= LENGTHS[example] || key >= LENGTHS[example]) {
        values[i] = name.contains("probabilities") ? random.nextDouble(.1, 1) : random.nextDouble();
      }
    }
    return Tensor.of(values, tensor.dims());
  }

  @Test
  void scoresThatOneOfBothHidesDoNotCount() throws Exception {
    for (FeatureLoss loss :
        List.of(
            new AttentionMse(LayerMap.uniform(), AttentionForm.SCORES),
            new AttentionKl(LayerMap.uniform(), AttentionForm.SCORES))) {
      Map<String, Tensor> open = batch(SMALL, SMALL);
      Map<String, Tensor> causal = hiding(open, "student", Double.NEGATIVE_INFINITY);
      double value = run(loss, SMALL, SMALL, causal);

      assertThat(value).isFinite().isNotEqualTo(run(loss, SMALL, SMALL, open)).isLessThan(10);
      assertThat(run(loss, SMALL, SMALL, hiding(open, "teacher", -1e4)))
          .isEqualTo(value, within(1e-9));
      assertThat(run(loss, SMALL, SMALL, hiding(causal, "teacher", -1e4)))
          .isEqualTo(value, within(1e-9));
    }
  }

  private static Map<String, Tensor> hiding(
      Map<String, Tensor> batch, String whose, double hidden) {
    Map<String, Tensor> causal = new HashMap<>(batch);
    causal.replaceAll(
        (name, tensor) ->
            name.startsWith(whose + "_attention_scores")
                ? hidingLaterKeys(tensor, hidden)
                : tensor);
    return causal;
  }

  private static Tensor hidingLaterKeys(Tensor scores, double hidden) {
    double[] values = doubles(scores);
    for (int i = 0; i < values.length; i++) {
      if (i % POSITIONS > i / POSITIONS % POSITIONS) {
        values[i] = hidden;
      }
    }
    return Tensor.of(values, scores.dims());
  }

  @Test
  void theNumberOfAlikeHeadsDoesNotMatter() throws Exception {
    for (FeatureLoss loss :
        List.of(
            new AttentionMse(LayerMap.uniform(), AttentionForm.SCORES),
            new AttentionMse(LayerMap.uniform(), AttentionForm.PROBABILITIES),
            new AttentionKl(LayerMap.uniform(), AttentionForm.SCORES),
            new AttentionKl(LayerMap.uniform(), AttentionForm.PROBABILITIES))) {
      Sizes one = new Sizes(2, 4, 1);
      Map<String, Tensor> batch = batch(one, one);
      Map<String, Tensor> twice = batch(SMALL, SMALL);
      twice.replaceAll(
          (name, tensor) ->
              name.contains("attention_") && isFeature(name) ? repeated(batch.get(name)) : tensor);

      assertThat(run(loss, SMALL, SMALL, twice))
          .isCloseTo(run(loss, one, one, batch), within(1e-9));
    }
  }

  private static Tensor repeated(Tensor oneHead) {
    double[] values = doubles(oneHead);
    double[] both = new double[2 * values.length];
    int matrix = POSITIONS * POSITIONS;
    for (int i = 0; i < both.length; i++) {
      both[i] = values[i / (2 * matrix) * matrix + i % matrix];
    }
    return Tensor.of(both, oneHead.dim(0), 2, POSITIONS, POSITIONS);
  }

  @Test
  void relationsDoNotDependOnHeads() throws Exception {
    MiniLm loss = new MiniLm(LayerPair.LAST, 2);
    Sizes otherHeads = new Sizes(2, 4, 4);
    Map<String, Tensor> batch = batch(SMALL, WIDE);

    assertThat(run(loss, otherHeads, WIDE, batch)).isEqualTo(run(loss, SMALL, WIDE, batch));
  }

  @Test
  void examplesThatAreAlikeGiveFiniteLosses() throws Exception {
    Map<String, Tensor> batch = batch(SMALL, SMALL);
    batch.replaceAll(
        (name, tensor) ->
            name.startsWith("student_hidden")
                ? Tensor.of(new double[(int) tensor.elements()], tensor.dims())
                : tensor);
    for (FeatureLoss loss : losses().toList()) {
      FeatureGraph student = new FeatureGraph(SMALL);
      try (LossGraph graph = student.attach(loss, new FeatureGraph(SMALL))) {
        assertThat(graph.run(batch).values())
            .as("%s", loss)
            .allSatisfy(result -> assertThat(doubles(result)).doesNotContain(Double.NaN));
      }
    }
  }

  // ---- layer maps

  @Test
  void layersAreMappedEvenlyOrFromTheEnd() {
    assertThat(pairs(LayerMap.uniform(), 4, 12)).isEqualTo("[1:3, 2:6, 3:9, 4:12]");
    assertThat(pairs(LayerMap.uniform(), 4, 6)).isEqualTo("[1:1, 2:3, 3:4, 4:6]");
    assertThat(pairs(LayerMap.skip(), 6, 12)).isEqualTo("[1:2, 2:4, 3:6, 4:8, 5:10]");
    assertThat(pairs(LayerMap.last(), 3, 12)).isEqualTo("[1:10, 2:11, 3:12]");
    assertThat(pairs(LayerMap.of(LayerPair.LAST, new LayerPair(0, -2)), 3, 12))
        .isEqualTo("[3:12, 0:11]");
  }

  private static String pairs(LayerMap map, int student, int teacher) {
    return map.pairs(student, teacher).toString();
  }

  @ParameterizedTest
  @CsvSource({"7, 1, student, 7", "1, 7, teacher, 7", "-4, 1, student, -4", "1, -9, teacher, -9"})
  void layersThatDoNotExistAreRefused(int student, int teacher, String whose, int named) {
    assertThatThrownBy(() -> LayerMap.of(new LayerPair(student, teacher)).pairs(3, 6))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("names layer %d of the %s, which has ".formatted(named, whose));
  }

  @Test
  void aStudentWithMoreLayersThanItsTeacherNeedsPairs() {
    assertThatThrownBy(() -> LayerMap.uniform().pairs(6, 4))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("the student has 6 and the teacher 4: state the pairs");
    assertThatThrownBy(() -> LayerMap.skip().pairs(1, 4))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("leaves out the last layer, and the student has no other");
    assertThatThrownBy(() -> LayerMap.of())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: student, has no layers, so nothing is compared");
  }

  // ---- what is refused

  @Test
  void relationHeadsMustDivideTheWidths() {
    assertThatThrownBy(() -> run(new MiniLm(LayerPair.LAST, 4), SMALL, WIDE, Map.of()))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("MiniLm has 4 relation heads, which do not divide the width 6 of the")
        .hasMessageContaining("teacher's heads: expected a divisor of both widths");
    assertThatThrownBy(() -> new MiniLm(LayerPair.LAST, 0))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: MiniLm, Property: relationHeads, is 0");
  }

  @Test
  void embeddingsHaveNoAttention() {
    AttentionKl loss =
        new AttentionKl(LayerMap.of(new LayerPair(0, 1)), AttentionForm.PROBABILITIES);

    assertThatThrownBy(() -> run(loss, SMALL, SMALL, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("There are no attention probabilities of layer 0");
  }

  @Test
  void attentionThatWasNotFoundIsAnErrorThatSaysWhatWas() {
    FeatureGraph student = new FeatureGraph(SMALL);
    Activation state = new Activation(Kind.HIDDEN_STATE, 2);
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("x", student.inputs().get(FeatureGraph.inputOf(state)));
    TransformerActivations bare =
        TransformerActivations.find(graph, Map.of(state, ActivationValue.hiddenState("x", 4)));
    FeatureTerm term = new FeatureTerm("term", new MiniLm(LayerPair.LAST, 2));

    assertThatThrownBy(() -> student.attach(bare, term))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("The queries of layer 2 were not found")
        .hasMessageContaining("attention of layer 2: not found");
  }

  @ParameterizedTest
  @CsvSource({"RkdDistance, 2", "RkdAngle, 2", "SimilarityPreserving, 1", "Cka, 2"})
  void relationsOfTooFewExamplesAreRefused(String name, int examples) {
    FeatureLoss loss =
        losses().filter(l -> l.getClass().getSimpleName().equals(name)).findFirst().orElseThrow();
    TransformerActivations teacher = new FeatureGraph(SMALL).activations();
    Objective objective =
        Objective.of(
            RowForm.tokens(TokenMask.attentionMask()),
            FeatureMatching.of(teacher, new FeatureTerm("term", loss)));

    assertThatThrownBy(() -> objective.checkBatches(IntStream.of(8, examples, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("A batch has %d examples, but %s(".formatted(examples, name))
        .hasMessageContaining("compares the examples of a batch and is undefined for fewer than")
        .hasMessageContaining("choose a batch size that does not leave so few");
    objective.checkBatches(IntStream.of(8, examples + 1));
  }

  @Test
  void aTeacherThatReadOtherTokensIsRefused() throws Exception {
    Map<String, Tensor> batch = batch(SMALL, WIDE);
    String input = new Activation(Kind.HIDDEN_STATE, 4).inputName();
    batch.put(input, Tensor.of(new double[3 * 7 * 6], 3, 7, 6));
    LayerMap last = LayerMap.of(LayerPair.LAST, new LayerPair(1, 1));

    assertThatThrownBy(() -> run(new HiddenStateMse(last), SMALL, WIDE, batch))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("positions = 7: teacher and student must read the same tokens");
  }

  @Test
  void termsHaveNamesOfTheirOwn() {
    FeatureLoss loss = HiddenStateMse.ofEmbeddings();
    TransformerActivations teacher = new FeatureGraph(SMALL).activations();

    assertThatThrownBy(() -> new FeatureTerm("soft", loss))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: name, is 'soft', expected letters, digits and");
    assertThatThrownBy(() -> new FeatureTerm("mini lm", loss))
        .isInstanceOf(PropertyException.class);
    assertThatThrownBy(
            () ->
                FeatureMatching.of(
                    teacher,
                    new FeatureTerm("a", loss),
                    new FeatureTerm("a", new TinyBert(LayerMap.last()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Two feature terms have the name 'a'");
    assertThatThrownBy(() -> FeatureMatching.of(teacher))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("There are no feature terms");
  }

  @Test
  void tinyBertTellsItsThreeParts() throws Exception {
    TinyBert loss = new TinyBert(LayerMap.uniform());
    FeatureGraph student = new FeatureGraph(SMALL);
    try (LossGraph graph = student.attach(loss, new FeatureGraph(SMALL))) {
      Map<String, Tensor> told = graph.run(batch(SMALL, SMALL));
      assertThat(LossGraph.number(told.get("term")))
          .isEqualTo(
              LossGraph.number(told.get("term.embeddings"))
                  + LossGraph.number(told.get("term.hidden_states"))
                  + LossGraph.number(told.get("term.attention")),
              within(1e-9));
    }
  }

  @Test
  void projectionsAreDrawnFromASeed() {
    Graph graph = Graph.empty(Ops.OPSET);
    Projections projections = new Projections(graph, ElementType.FLOAT, SEED);
    projections.add("a", 3, 4);
    projections.add("b", 3, 4);
    Graph again = Graph.empty(Ops.OPSET);
    new Projections(again, ElementType.FLOAT, SEED).add("a", 3, 4);

    assertThat(graph.initializer("a")).isEqualTo(again.initializer("a"));
    assertThat(graph.initializer("a")).isNotEqualTo(graph.initializer("b"));
    float bound = (float) Math.sqrt(6.0 / 7);
    for (float weight : graph.initializer("a").toFloats()) {
      assertThat(weight).isBetween(-bound, bound);
    }
    assertThatThrownBy(() -> projections.add("a", 3, 4))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("has a value 'a' already");
  }

  // ---- running a loss

  private static double run(
      FeatureLoss loss, Sizes student, Sizes teacher, Map<String, Tensor> batch) throws Exception {
    try (LossGraph graph = new FeatureGraph(student).attach(loss, new FeatureGraph(teacher))) {
      return LossGraph.number(graph.run(batch).get("term"));
    }
  }

  /** Random numbers for every input there may be. */
  private static Map<String, Tensor> batch(Sizes student, Sizes teacher) {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Tensor> batch = new HashMap<>();
    long[] mask = new long[LENGTHS.length * POSITIONS];
    Arrays.setAll(mask, i -> i % POSITIONS < LENGTHS[i / POSITIONS] ? 1 : 0);
    batch.put(FeatureGraph.MASK, Tensor.of(mask, LENGTHS.length, POSITIONS));
    batch.put("logits", Tensor.of(new double[2 * LENGTHS.length], LENGTHS.length, 2));
    batch.put("loss_scale", Tensor.of(new double[] {1}));
    batch.put("weight_term", Tensor.of(new double[] {1}));
    for (Activation activation : new FeatureGraph(student).values().keySet()) {
      batch.put(FeatureGraph.inputOf(activation), random(activation, student, random));
    }
    for (Activation activation : new FeatureGraph(teacher).values().keySet()) {
      batch.put(activation.inputName(), random(activation, teacher, random));
    }
    // Matrices that project the student's states to wider ones.
    for (int i = 0; i <= student.layers(); i++) {
      for (int j = 0; j <= teacher.layers(); j++) {
        double[] weights =
            random.doubles((long) student.width() * teacher.width(), -1, 1).toArray();
        batch.put(
            "projection_term_%d_%d".formatted(i, j),
            Tensor.of(weights, student.width(), teacher.width()));
      }
    }
    return batch;
  }

  private static Tensor random(Activation activation, Sizes sizes, SplittableRandom random) {
    int batch = LENGTHS.length;
    long[] dims =
        activation.kind().isAttention()
            ? new long[] {batch, sizes.heads(), POSITIONS, POSITIONS}
            : new long[] {batch, POSITIONS, sizes.width()};
    int elements = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    double least = activation.kind() == Kind.ATTENTION_PROBABILITIES ? .1 : -2;
    return Tensor.of(random.doubles(elements, least, 2).toArray(), dims);
  }

  private static double[] doubles(Tensor tensor) {
    double[] values = new double[(int) tensor.elements()];
    tensor.data().asDoubleBuffer().get(values);
    return values;
  }
}
