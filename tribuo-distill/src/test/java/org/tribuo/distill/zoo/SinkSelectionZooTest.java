package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.graph.internal.pass.SinkSelection;

/** Exports that read the first token only compute the last layer for it, to the same result. */
class SinkSelectionZooTest {
  private static final double TOLERANCE = 1e-5;

  private static ZooCase zooCase(String name) throws Exception {
    return ZooCase.read(
        Path.of(
            Objects.requireNonNull(SinkSelectionZooTest.class.getResource("/zoo/" + name))
                .toURI()));
  }

  private static Graph normalized(String name) throws Exception {
    Graph graph = Graph.of(zooCase(name).model());
    Normalization.applyForTraining(graph);
    return graph;
  }

  /**
   * Of the last layer the query, the output of the attention and both products of the feed-forward
   * network; not the query if it is computed by one product with keys and values, or if somebody
   * asks for sizes that no input has.
   */
  @ParameterizedTest
  @CsvSource({
    "albert_seqcls_dynamo, 4",
    "bert_multilabel_dynamo, 4",
    "bert_regression2_ts17, 4",
    "bert_seqcls_dynamo, 4",
    "bert_seqcls_optimum, 4",
    "bert_seqcls_ort_extended, 4",
    "bert_seqcls_ort_fused, 3",
    "bert_seqcls_ts11, 4",
    "deberta_v2_seqcls_optimum, 3",
    "distilbert_seqcls_optimum, 4",
    "mpnet_seqcls_optimum, 4",
    "roberta_seqcls_ts14, 4",
    "vit_imgcls_dynamo, 4"
  })
  void theLastLayerIsComputedForTheFirstToken(String name, long products) throws Exception {
    Graph graph = normalized(name);
    assertThat(productsOfOnePosition(graph)).isZero();
    SinkSelection.apply(graph);
    assertThat(productsOfOnePosition(graph)).isEqualTo(products);

    ZooCase zooCase = zooCase(name);
    OnnxModel model = zooCase.model();
    DifferentiatedCase whole = DifferentiatedCase.of(zooCase, model, untouched -> {});
    DifferentiatedCase selected = DifferentiatedCase.of(zooCase, model);
    Map<String, Tensor> expected = whole.run();
    Map<String, Tensor> actual = selected.run();
    assertThat(wrong(actual, expected, zooCase.studentOutputs())).isEmpty();
    Map<String, Tensor> gradients = selected.gradients(actual);
    assertThat(wrong(gradients, whole.gradients(expected), zooCase.trainable())).isEmpty();
    assertThat(selected.gradients(selected.run())).isEqualTo(gradients);
  }

  /** Products of [batch, 1, width] with a weight. */
  private static long productsOfOnePosition(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.is("MatMul") && graph.isInitializer(node.input(1)))
        .map(Node::output)
        .map(output -> graph.type(output).flatMap(TensorType::shape).orElseThrow())
        .filter(SinkSelectionZooTest::isOfOnePosition)
        .count();
  }

  private static boolean isOfOnePosition(Shape shape) {
    return shape.rank() == 3 && shape.dimension(1).is(1);
  }

  /** Relative to each norm, or to a thousandth of the largest. */
  private static List<String> wrong(
      Map<String, Tensor> actual, Map<String, Tensor> expected, List<String> names) {
    double largest = names.stream().mapToDouble(name -> norm(expected.get(name))).max().orElse(0);
    return names.stream()
        .filter(
            name ->
                distance(actual.get(name), expected.get(name))
                    > TOLERANCE * Math.max(norm(expected.get(name)), 1e-3 * largest))
        .toList();
  }

  private static double norm(Tensor tensor) {
    return distance(tensor, Tensor.of(new float[(int) tensor.elements()], tensor.dims()));
  }

  private static double distance(Tensor a, Tensor b) {
    assertThat(a.dims()).isEqualTo(b.dims());
    float[] left = a.toFloats();
    float[] right = b.toFloats();
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      double difference = (double) left[i] - right[i];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert_qa_optimum",
        "bart_seq2seq_ts14",
        "bert_tokcls_ts14",
        "gpt2_causal_optimum",
        "llama_causal_dynamo",
        "marian_seq2seq_ts17",
        "minilm_embedding_ts14",
        "t5_seq2seq_optimum",
        "whisper_audiocls_dynamo"
      })
  void aModelThatReadsAllPositionsStaysAsItIs(String name) throws Exception {
    Graph graph = normalized(name);
    List<Node> nodes = List.copyOf(graph.nodes());
    SinkSelection.apply(graph);

    assertThat(graph.nodes()).containsExactlyElementsOf(nodes);
  }
}
