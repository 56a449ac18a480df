package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.FeatureGraph.Sizes;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * The gradient of every loss on activations, by the student's activations and by the matrices that
 * project them, against finite differences of its own values, in double precision: one random
 * direction in each of several random batches, with padding, of a student and a teacher of random
 * sizes, once alike and once with neither heads nor width in common.
 */
class FeatureGradientsTest {
  private static final double STEP = 1e-5;
  private static final int BATCHES = 3;

  record Case(FeatureLoss loss, Sizes student, Sizes teacher, long seed) {
    static Case alike(FeatureLoss loss, long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      int heads = 1 + random.nextInt(4);
      int width = heads * even(random);
      return new Case(
          loss, new Sizes(2, width, heads), new Sizes(layers(random), width, heads), seed);
    }

    /** One has 1 or 2 heads, the other 3 or 5, so that their widths are never equal. */
    static Case unlike(FeatureLoss loss, long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      int few = 1 + random.nextInt(2);
      int many = 3 + 2 * random.nextInt(2);
      boolean larger = random.nextBoolean();
      int student = larger ? many : few;
      int teacher = larger ? few : many;
      return new Case(
          loss,
          new Sizes(2, student * even(random), student),
          new Sizes(layers(random), teacher * even(random), teacher),
          seed);
    }

    /** Of the teacher: as many as the student has, or more. */
    private static int layers(SplittableRandom random) {
      return 2 + random.nextInt(3);
    }

    /** The width of a head, which two relation heads divide. */
    private static int even(SplittableRandom random) {
      return 2 + 2 * random.nextInt(2);
    }
  }

  static Stream<Case> cases() {
    LayerMap uniform = LayerMap.uniform();
    LayerPair last = LayerPair.LAST;
    List<FeatureLoss> losses =
        List.of(
            new HiddenStateMse(uniform),
            new HiddenStateMse(LayerMap.of(new LayerPair(0, 0), new LayerPair(-1, 2))),
            new HiddenStateCosine(LayerMap.last()),
            new Pkd(LayerMap.skip()),
            new AttentionMse(uniform, AttentionForm.SCORES),
            new AttentionMse(uniform, AttentionForm.PROBABILITIES),
            new AttentionKl(uniform, AttentionForm.SCORES),
            new AttentionKl(uniform, AttentionForm.PROBABILITIES),
            HiddenStateMse.ofEmbeddings(),
            new TinyBert(uniform),
            new MiniLm(last, 2),
            new MiniLm(new LayerPair(1, -2), 1),
            new RkdDistance(last, ExampleVector.FIRST_TOKEN),
            new RkdDistance(last, ExampleVector.MEAN),
            new RkdAngle(last, ExampleVector.MEAN),
            new SimilarityPreserving(last, ExampleVector.MEAN),
            new Cka(last, ExampleVector.MEAN));
    long[] seed = {20261125};
    return losses.stream()
        .flatMap(loss -> Stream.of(Case.alike(loss, seed[0]++), Case.unlike(loss, seed[0]++)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theGradientIsTheSlopeOfTheLoss(Case test) throws Exception {
    SplittableRandom random = new SplittableRandom(test.seed());
    FeatureGraph student = new FeatureGraph(test.student());
    try (LossGraph graph = student.attach(test.loss(), new FeatureGraph(test.teacher()))) {
      for (int i = 0; i < BATCHES; i++) {
        Map<String, Tensor> batch = batch(student, random);
        for (Map.Entry<String, Tensor> result : graph.run(batch).entrySet()) {
          if (result.getKey().endsWith("_grad")) {
            String input = result.getKey().substring(0, result.getKey().length() - 5);
            checkSlope(test, graph, batch, input, doubles(result.getValue()), random);
          }
        }
      }
    }
  }

  @Test
  void noLossOfTheLibraryIsLeftOut() {
    assertThat(cases())
        .extracting(test -> test.loss().getClass().getSimpleName())
        .containsAll(LossClasses.of(FeatureLoss.class));
  }

  private static void checkSlope(
      Case test,
      LossGraph graph,
      Map<String, Tensor> batch,
      String input,
      double[] gradient,
      SplittableRandom random)
      throws Exception {
    double[] direction = random.doubles(gradient.length, -1, 1).toArray();
    double along = 0;
    for (int i = 0; i < direction.length; i++) {
      along += gradient[i] * direction[i];
    }
    double slope =
        (lossAt(graph, batch, input, direction, STEP)
                - lossAt(graph, batch, input, direction, -STEP))
            / (2 * STEP);
    double scaled = LossGraph.number(batch.get("loss_scale")) * slope;
    assertThat(along)
        .as("%s: along a direction of '%s' %s", test, input, batch.get(input))
        .isEqualTo(scaled, within(1e-6 * Math.max(1, Math.abs(scaled))));
  }

  private static double lossAt(
      LossGraph graph, Map<String, Tensor> batch, String input, double[] direction, double step)
      throws Exception {
    double[] moved = doubles(batch.get(input));
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * direction[i];
    }
    Map<String, Tensor> other = new HashMap<>(batch);
    other.put(input, Tensor.of(moved, batch.get(input).dims()));
    return LossGraph.number(graph.run(other).get("loss"));
  }

  /** Random tensors for every input: at least three examples, each with a token at least. */
  private static Map<String, Tensor> batch(FeatureGraph graph, SplittableRandom random) {
    Map<String, Long> sizes =
        Map.of("batch", 3L + random.nextInt(3), "positions", 2L + random.nextInt(4));
    Map<String, Tensor> batch = new HashMap<>();
    for (Map.Entry<String, TensorType> input : graph.inputs().entrySet()) {
      long[] dims =
          input.getValue().shape().orElseThrow().dimensions().stream()
              .mapToLong(
                  d -> d instanceof Dimension.Fixed fixed ? fixed.size() : sizes.get(d.toString()))
              .toArray();
      batch.put(input.getKey(), random(input.getKey(), dims, random));
    }
    batch.put("loss_scale", Tensor.of(new double[] {.25}));
    batch.put("weight_term", Tensor.of(new double[] {.5 + random.nextDouble()}));
    return batch;
  }

  private static Tensor random(String name, long[] dims, SplittableRandom random) {
    int elements = 1;
    for (long dim : dims) {
      elements *= (int) dim;
    }
    if (name.equals(FeatureGraph.MASK)) {
      int positions = (int) dims[1];
      long[] mask = random.longs(elements, 0, 2).toArray();
      for (int row = 0; row < dims[0]; row++) {
        mask[row * positions] = 1;
      }
      return Tensor.of(mask, dims);
    }
    double least = name.contains("probabilities") ? .1 : -2;
    return Tensor.of(random.doubles(elements, least, 2).toArray(), dims);
  }

  private static double[] doubles(Tensor tensor) {
    double[] values = new double[(int) tensor.elements()];
    tensor.data().asDoubleBuffer().get(values);
    return values;
  }
}
