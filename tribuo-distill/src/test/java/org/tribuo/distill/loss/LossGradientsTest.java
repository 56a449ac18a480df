package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.loss.internal.BinaryCrossEntropy;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.SquaredError;
import org.tribuo.distill.loss.internal.TokenMask;

/**
 * The gradient of every loss against finite differences of its own values, in double precision: one
 * random direction in each of several random batches, with rows that do not count among them and as
 * many classes as chance says, but no fewer than the loss asks for.
 */
class LossGradientsTest {
  private static final double STEP = 1e-5;
  private static final int BATCHES = 4;

  /** Those whose labels may be vectors. */
  private static final List<RowForm> OF_VECTORS =
      List.of(RowForm.examples(), RowForm.tokens(TokenMask.attentionMask()));

  private static final List<RowForm> FORMS =
      Stream.concat(
              OF_VECTORS.stream(),
              Stream.of(
                  RowForm.tokens(TokenMask.labels()),
                  new RowForm.Tokens(1, TokenMask.labels(), false),
                  new RowForm.Tokens(1, TokenMask.attentionMask(), false)))
          .toList();

  record Case(Objective objective, int classes, long seed) {
    @Override
    public String toString() {
      return "%s, %d classes, seed %d".formatted(objective, classes, seed);
    }
  }

  static Stream<Case> cases() {
    SplittableRandom seeds = new SplittableRandom(20261124);
    List<Case> all = new ArrayList<>();
    for (ResponseLossCase loss : ResponseLossCase.ALL) {
      for (RowForm form : loss.readsVectors() ? OF_VECTORS : FORMS) {
        int classes = seeds.nextInt(loss.fewest(), loss.most() + 1);
        all.add(new Case(loss.objective(form), classes, seeds.nextLong()));
      }
    }
    CrossEntropy hard = new CrossEntropy();
    RowForm tokens = RowForm.tokens(TokenMask.attentionMask());
    for (Objective both :
        List.of(
            Objective.of(RowForm.spans(), hard, new KlDivergence()),
            Objective.of(RowForm.spans(), new Dkd(1, 2)),
            Objective.of(
                new RowForm.Tokens(1, TokenMask.labels(), false), hard, new KlDivergence()),
            Objective.of(RowForm.examples(), new BinaryCrossEntropy(), new BinarySoftTargets()),
            Objective.of(tokens, new SquaredError(), new RegressionSoftTargets()))) {
      all.add(new Case(both, seeds.nextInt(2, 7), seeds.nextLong()));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theGradientIsTheSlopeOfTheLoss(Case test) throws Exception {
    SplittableRandom random = new SplittableRandom(test.seed());
    boolean spans = test.objective().rows() instanceof RowForm.Spans;
    boolean tokens = test.objective().rows() instanceof RowForm.Tokens;
    TensorType type = logits(test, tokens, spans);
    Map<String, TensorType> outputs =
        spans ? Map.of("start_logits", type, "end_logits", type) : Map.of("logits", type);
    Map<String, TensorType> others = tokens ? Map.of("attention_mask", mask()) : Map.of();
    try (LossGraph graph = LossGraph.of(test.objective(), others, outputs)) {
      for (int i = 0; i < BATCHES; i++) {
        Map<String, Tensor> batch = batch(test, graph, others, outputs, random);
        for (String name : outputs.keySet()) {
          checkSlope(test, graph, batch, name, random);
        }
      }
    }
  }

  @Test
  void noLossOfTheLibraryIsLeftOut() {
    assertThat(
            cases()
                .map(Case::objective)
                .flatMap(o -> Stream.concat(o.hard().stream(), o.soft().stream())))
        .extracting(loss -> loss.getClass().getSimpleName())
        .containsAll(LossClasses.of(HardLoss.class, SoftLoss.class));
  }

  private static void checkSlope(
      Case test, LossGraph graph, Map<String, Tensor> batch, String name, SplittableRandom random)
      throws Exception {
    double[] at = doubles(batch.get(name));
    double[] direction = random.doubles(at.length, -1, 1).toArray();
    double[] gradient = doubles(graph.run(batch).get(name + "_grad"));
    double along = 0;
    for (int i = 0; i < at.length; i++) {
      along += gradient[i] * direction[i];
    }
    double slope =
        (lossAt(graph, batch, name, direction, STEP) - lossAt(graph, batch, name, direction, -STEP))
            / (2 * STEP);
    double scale = LossGraph.number(batch.get("loss_scale"));
    assertThat(along)
        .as("%s: along a direction of '%s' %s", test, name, batch.get(name))
        .isEqualTo(scale * slope, within(1e-6 * Math.max(1, Math.abs(scale * slope))));
  }

  private static double lossAt(
      LossGraph graph, Map<String, Tensor> batch, String name, double[] direction, double step)
      throws Exception {
    double[] moved = doubles(batch.get(name));
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * direction[i];
    }
    Map<String, Tensor> other = new HashMap<>(batch);
    other.put(name, Tensor.of(moved, batch.get(name).dims()));
    return LossGraph.number(graph.run(other).get("loss"));
  }

  /** Random tensors for every input: small, signed, labels sometimes missing, masks with holes. */
  private static Map<String, Tensor> batch(
      Case test,
      LossGraph graph,
      Map<String, TensorType> others,
      Map<String, TensorType> outputs,
      SplittableRandom random) {
    Map<String, Long> sizes = new HashMap<>();
    sizes.put("batch", 3L + random.nextInt(4));
    sizes.put("positions", 4L + random.nextInt(4));
    boolean spans = test.objective().rows() instanceof RowForm.Spans;
    int classes = spans ? sizes.get("positions").intValue() : test.classes();
    Map<String, TensorType> all = new HashMap<>(graph.attached().inputs());
    all.putAll(others);
    all.putAll(outputs);
    Map<String, Tensor> batch = new HashMap<>();
    all.forEach((name, type) -> batch.put(name, random(name, type, sizes, classes, random)));
    return batch;
  }

  private static Tensor random(
      String name, TensorType type, Map<String, Long> sizes, int classes, SplittableRandom random) {
    long[] dims =
        type.shape().orElseThrow().dimensions().stream()
            .mapToLong(
                d -> d instanceof Dimension.Fixed fixed ? fixed.size() : sizes.get(d.toString()))
            .toArray();
    int elements = 1;
    for (long dim : dims) {
      elements *= (int) dim;
    }
    double[] normal = random.doubles(elements, -3, 3).toArray();
    return switch (name) {
      case "temperature" -> Tensor.of(new double[] {1 + random.nextDouble() * 3});
      case "alpha" -> Tensor.of(new double[] {random.nextDouble()});
      case "loss_scale" -> Tensor.of(new double[] {.25});
      case "labelled" ->
          Tensor.of(random.ints(elements, 0, 3).mapToDouble(i -> i == 0 ? 0 : 1).toArray(), dims);
      case "attention_mask" ->
          Tensor.of(random.ints(elements, 0, 4).mapToLong(i -> i == 0 ? 0 : 1).toArray(), dims);
      case "teacher_weights" -> Tensor.of(random.doubles(elements, .1, .6).toArray(), dims);
      case "teacher_logits_indices" -> pairs(dims, classes, random);
      default ->
          type.elementType() == ElementType.INT64
              ? Tensor.of(
                  random.ints(elements, -1, classes).mapToLong(i -> i < 0 ? -100 : i).toArray(),
                  dims)
              : Tensor.of(normal, dims);
    };
  }

  /** Two different classes for each row. */
  private static Tensor pairs(long[] dims, int classes, SplittableRandom random) {
    int rows = 1;
    for (int i = 0; i < dims.length - 1; i++) {
      rows *= (int) dims[i];
    }
    long[] pairs = new long[2 * rows];
    for (int i = 0; i < rows; i++) {
      pairs[2 * i] = random.nextInt(classes);
      pairs[2 * i + 1] = (pairs[2 * i] + 1 + random.nextInt(classes - 1)) % classes;
    }
    return Tensor.of(pairs, dims);
  }

  private static TensorType logits(Case test, boolean tokens, boolean spans) {
    Dimension batch = Dimension.of("batch");
    Dimension positions = Dimension.of("positions");
    Dimension classes = Dimension.of(test.classes());
    return TensorType.of(
        ElementType.DOUBLE,
        tokens
            ? Shape.of(batch, positions, classes)
            : Shape.of(batch, spans ? positions : classes));
  }

  private static TensorType mask() {
    return TensorType.of(
        ElementType.INT64, Shape.of(Dimension.of("batch"), Dimension.of("positions")));
  }

  private static double[] doubles(Tensor tensor) {
    double[] values = new double[(int) tensor.elements()];
    tensor.data().asDoubleBuffer().get(values);
    return values;
  }
}
