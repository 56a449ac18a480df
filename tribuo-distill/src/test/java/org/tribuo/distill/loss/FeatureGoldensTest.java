package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.FeatureGraph.Sizes;

/**
 * Losses on features, their gradients by the student's features and by the matrices that project
 * them, against PyTorch: {@code src/dev/python/feature_goldens.py} wrote the numbers.
 */
class FeatureGoldensTest {
  private static final Sizes STUDENT = new Sizes(2, 4, 2);
  private static final Sizes TEACHER = new Sizes(4, 6, 3);
  private static final double RELATIVE = 1e-5;

  static Stream<Arguments> losses() {
    LayerMap uniform = LayerMap.uniform();
    LayerPair last = LayerPair.LAST;
    return Stream.of(
        Arguments.of("hidden_mse", new HiddenStateMse(uniform)),
        Arguments.of("hidden_cosine", new HiddenStateCosine(LayerMap.last())),
        Arguments.of("pkd", new Pkd(LayerMap.skip())),
        Arguments.of("embedding", new EmbeddingMse()),
        Arguments.of("attention_mse_scores", new AttentionMse(uniform, AttentionForm.SCORES)),
        Arguments.of(
            "attention_mse_probabilities", new AttentionMse(uniform, AttentionForm.PROBABILITIES)),
        Arguments.of("attention_kl_scores", new AttentionKl(uniform, AttentionForm.SCORES)),
        Arguments.of(
            "attention_kl_probabilities", new AttentionKl(uniform, AttentionForm.PROBABILITIES)),
        Arguments.of("tiny_bert", new TinyBert(uniform)),
        Arguments.of("mini_lm", new MiniLm(last, 2)),
        Arguments.of("rkd_distance", new RkdDistance(last, ExampleVector.MEAN)),
        Arguments.of("rkd_angle", new RkdAngle(last, ExampleVector.MEAN)),
        Arguments.of("similarity", new SimilarityPreserving(last, ExampleVector.MEAN)),
        Arguments.of("cka", new Cka(last, ExampleVector.MEAN)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("losses")
  void valuesAndGradientsAreThoseOfPyTorch(String name, FeatureLoss loss) throws Exception {
    JsonNode golden = golden();
    JsonNode expected = golden.get("losses").get(name);
    try (LossGraph graph = new FeatureGraph(STUDENT).attach(loss, new FeatureGraph(TEACHER))) {
      Map<String, Tensor> results = graph.run(batch(golden));

      double value = expected.get("value").asDouble();
      assertThat(LossGraph.number(results.get("term")))
          .isEqualTo(value, within(RELATIVE * Math.abs(value)));
      expected
          .get("gradients")
          .fields()
          .forEachRemaining(
              gradient ->
                  check(
                      gradient.getKey(),
                      doubles(gradient.getValue().get("values")),
                      results.get(gradient.getKey() + "_grad")));
    }
  }

  /** Relative to the largest number of a gradient: small ones may be what large ones leave. */
  private static void check(String of, double[] expected, Tensor gradient) {
    assertThat(gradient).as("gradient by '%s'", of).isNotNull();
    double largest = 0;
    for (double number : expected) {
      largest = Math.max(largest, Math.abs(number));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(gradient.data().getDouble(i * Double.BYTES))
          .as("gradient by '%s', element %d", of, i)
          .isEqualTo(expected[i], within(RELATIVE * largest));
    }
  }

  private static Map<String, Tensor> batch(JsonNode golden) {
    Map<String, Tensor> batch = new HashMap<>();
    golden
        .get("tensors")
        .fields()
        .forEachRemaining(
            entry ->
                batch.put(
                    entry.getKey(),
                    Tensor.of(
                        doubles(entry.getValue().get("values")),
                        longs(entry.getValue().get("dims")))));
    long[] lengths = longs(golden.get("lengths"));
    int positions = golden.get("positions").asInt();
    long[] mask = new long[lengths.length * positions];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i % positions < lengths[i / positions] ? 1 : 0;
    }
    batch.put(FeatureGraph.MASK, Tensor.of(mask, lengths.length, positions));
    batch.put("logits", Tensor.of(new double[2 * lengths.length], lengths.length, 2));
    batch.put("loss_scale", Tensor.of(new double[] {1}));
    batch.put("weight_term", Tensor.of(new double[] {1}));
    return batch;
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

  private static JsonNode golden() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            FeatureGoldensTest.class.getResourceAsStream("feature-goldens.json"))) {
      return new ObjectMapper().readTree(file);
    }
  }
}
