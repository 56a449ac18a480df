package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.FeatureGraph.Sizes;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.transformer.Activation.Site;

/**
 * Losses on activations, their gradients by the student's activations and by the matrices that
 * project them, against PyTorch: {@code src/dev/python/feature_goldens.py} wrote the numbers.
 * Hidden states of a wider teacher are projected, and heads of one with more of them averaged;
 * those of a teacher like the student are compared as they are.
 */
class FeatureGoldensTest {
  private static final Sizes STUDENT = new Sizes(2, 4, 2);
  private static final double RELATIVE = 1e-5;
  private static final JsonNode GOLDEN = golden();

  private static final Map<String, Sizes> TEACHERS =
      Map.of("wider", new Sizes(4, 6, 3), "alike", new Sizes(4, 4, 2));

  private static final Map<String, FeatureLoss> LOSSES = losses();

  private static Map<String, FeatureLoss> losses() {
    LayerMap uniform = LayerMap.uniform();
    LayerPair last = LayerPair.LAST;
    Map<String, FeatureLoss> losses = new TreeMap<>();
    losses.put("hidden_mse", new HiddenStateMse(uniform));
    losses.put("hidden_cosine", new HiddenStateCosine(LayerMap.last()));
    losses.put("pkd", new Pkd(LayerMap.skip()));
    losses.put("embedding", HiddenStateMse.ofEmbeddings());
    losses.put("tiny_bert", new TinyBert(uniform));
    losses.put("mini_lm", new MiniLm(last, 2));
    Map<String, AttentionForm> forms =
        Map.of("scores", AttentionForm.SCORES, "probabilities", AttentionForm.PROBABILITIES);
    forms.forEach(
        (name, form) -> {
          losses.put("attention_mse_" + name, new AttentionMse(uniform, form));
          losses.put("attention_kl_" + name, new AttentionKl(uniform, form));
        });
    Map<String, ExampleVector> vectors =
        Map.of("means", ExampleVector.MEAN, "first_tokens", ExampleVector.FIRST_TOKEN);
    vectors.forEach(
        (name, vector) -> {
          losses.put("rkd_distance_" + name, new RkdDistance(last, vector));
          losses.put("rkd_angle_" + name, new RkdAngle(last, vector));
          losses.put("similarity_" + name, new SimilarityPreserving(last, vector));
          losses.put("cka_" + name, new Cka(last, vector));
        });
    return losses;
  }

  static Stream<Arguments> cases() {
    return TEACHERS.keySet().stream()
        .sorted()
        .flatMap(teacher -> LOSSES.keySet().stream().map(loss -> Arguments.of(loss, teacher)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cases")
  void valuesAndGradientsAreThoseOfPyTorch(String name, String teacher) throws Exception {
    JsonNode expected = GOLDEN.at("/teachers/%s/losses/%s".formatted(teacher, name));
    FeatureLoss loss = Objects.requireNonNull(LOSSES.get(name));
    FeatureGraph other = new FeatureGraph(Objects.requireNonNull(TEACHERS.get(teacher)));
    check(expected, new FeatureGraph(STUDENT).attach(loss, other), batch(teacher));
  }

  static Stream<Arguments> ofCrossAttention() {
    return TEACHERS.keySet().stream()
        .sorted()
        .flatMap(
            teacher -> {
              List<Arguments> cases = new ArrayList<>();
              GOLDEN
                  .at("/crossing/teachers/%s/losses".formatted(teacher))
                  .fieldNames()
                  .forEachRemaining(loss -> cases.add(Arguments.of(loss, teacher)));
              return cases.stream();
            });
  }

  /** Positions of a target attend to those of a source; both have padding of their own. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("ofCrossAttention")
  void crossAttentionIsThatOfPyTorch(String name, String teacher) throws Exception {
    JsonNode golden = GOLDEN.get("crossing");
    FeatureLoss loss = Objects.requireNonNull(LOSSES.get(name));
    FeatureGraph other = FeatureGraph.crossing(Objects.requireNonNull(TEACHERS.get(teacher)));
    Map<String, Tensor> batch = tensors(golden.get("tensors"));
    batch.putAll(tensors(golden.at("/teachers/%s/tensors".formatted(teacher))));
    batch.put(FeatureGraph.MASK, mask(golden));
    batch.put(FeatureGraph.TARGET_MASK, mask(GOLDEN));
    putScalars(batch);
    check(
        golden.at("/teachers/%s/losses/%s".formatted(teacher, name)),
        FeatureGraph.crossing(STUDENT)
            .attach(other.activations(), new FeatureTerm("term", loss).at(Site.CROSS_ATTENTION)),
        batch);
  }

  private static void check(JsonNode expected, LossGraph attached, Map<String, Tensor> batch)
      throws Exception {
    try (LossGraph graph = attached) {
      Map<String, Tensor> results = graph.run(batch);

      double value = expected.get("value").asDouble();
      assertThat(LossGraph.number(results.get("term")))
          .isEqualTo(value, within(RELATIVE * Math.abs(value)));
      Map<String, double[]> gradients = new HashMap<>();
      expected
          .get("gradients")
          .fields()
          .forEachRemaining(
              e -> gradients.put(e.getKey() + "_grad", doubles(e.getValue().get("values"))));
      assertThat(results.keySet())
          .filteredOn(result -> result.endsWith("_grad"))
          .containsExactlyInAnyOrderElementsOf(gradients.keySet());
      gradients.forEach((of, numbers) -> check(of, numbers, results.get(of)));
    }
  }

  @Test
  void noLossOfTheLibraryIsLeftOut() {
    assertThat(LOSSES.values())
        .extracting(loss -> loss.getClass().getSimpleName())
        .containsAll(LossClasses.of(FeatureLoss.class));
    for (String teacher : TEACHERS.keySet()) {
      assertThat(GOLDEN.at("/teachers/%s/losses".formatted(teacher)).fieldNames())
          .toIterable()
          .containsExactlyInAnyOrderElementsOf(LOSSES.keySet());
    }
  }

  /** Relative to the largest number of a gradient: small ones may be what large ones leave. */
  private static void check(String of, double[] expected, Tensor gradient) {
    double largest = 0;
    for (double number : expected) {
      largest = Math.max(largest, Math.abs(number));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(gradient.data().getDouble(i * Double.BYTES))
          .as("%s, element %d", of, i)
          .isEqualTo(expected[i], within(RELATIVE * largest));
    }
  }

  private static Map<String, Tensor> batch(String teacher) {
    Map<String, Tensor> batch = tensors(GOLDEN.get("tensors"));
    batch.putAll(tensors(GOLDEN.at("/teachers/%s/tensors".formatted(teacher))));
    batch.put(FeatureGraph.MASK, mask(GOLDEN));
    putScalars(batch);
    return batch;
  }

  private static void putScalars(Map<String, Tensor> batch) {
    int examples = GOLDEN.get("lengths").size();
    batch.put("logits", Tensor.of(new double[2 * examples], examples, 2));
    batch.put("loss_scale", Tensor.of(new double[] {1}));
    batch.put("weight_term", Tensor.of(new double[] {1}));
  }

  /** 1 for each token of texts of some lengths. */
  private static Tensor mask(JsonNode texts) {
    long[] lengths = longs(texts.get("lengths"));
    int positions = texts.get("positions").asInt();
    long[] mask = new long[lengths.length * positions];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i % positions < lengths[i / positions] ? 1 : 0;
    }
    return Tensor.of(mask, lengths.length, positions);
  }

  private static Map<String, Tensor> tensors(JsonNode byName) {
    Map<String, Tensor> tensors = new HashMap<>();
    byName
        .fields()
        .forEachRemaining(
            entry ->
                tensors.put(
                    entry.getKey(),
                    Tensor.of(
                        doubles(entry.getValue().get("values")),
                        longs(entry.getValue().get("dims")))));
    return tensors;
  }

  private static double[] doubles(JsonNode array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).asDouble();
    }
    return numbers;
  }

  private static long[] longs(JsonNode array) {
    long[] numbers = new long[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).asLong();
    }
    return numbers;
  }

  private static JsonNode golden() {
    try (InputStream file =
        Objects.requireNonNull(
            FeatureGoldensTest.class.getResourceAsStream("feature-goldens.json"))) {
      return new ObjectMapper().readTree(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
