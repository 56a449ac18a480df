package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.Transformer;

/** Sources and targets whose positions have one name in a file, and are not as many. */
class TargetPositionsTest {
  /** The file as it would be if its exporter had been told one name for both. */
  private static OnnxModel withOneName(String name) {
    Graph graph = Graph.of(Zoo.model(name));
    for (Map.Entry<String, TensorType> input : new LinkedHashMap<>(graph.inputs()).entrySet()) {
      graph.addInput(input.getKey(), positions(input.getValue(), Dimension.of("sequence")));
    }
    String logits = graph.outputs().get(0);
    graph.setType(logits, positions(graph.type(logits).orElseThrow(), Dimension.of("sequence")));
    return graph.toModel();
  }

  private static TensorType positions(TensorType type, Dimension name) {
    return TensorType.of(type.elementType(), type.shape().orElseThrow().with(1, name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bart_seq2seq_ts14", "t5_seq2seq_optimum", "marian_seq2seq_ts17"})
  void theModelReadsTargetsOfAnotherLength(String name) throws Exception {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(new long[] {7, 8, 9, 10, 11, 0}, 2, 3));
    inputs.put("attention_mask", Tensor.of(new long[] {1, 1, 1, 1, 1, 0}, 2, 3));
    Graph graph = Graph.of(Transformer.of(withOneName(name)).forInference());
    Graph expected = Graph.of(Transformer.of(Zoo.model(name)).forInference());

    for (int steps = 1; steps < 6; steps++) {
      inputs.put("decoder_input_ids", Tensor.of(new long[2 * steps], 2, steps));
      assertThat(logits(graph, inputs)).containsExactly(logits(expected, inputs), within(1e-5f));
    }
    assertThat(graph.nodes()).hasSameSizeAs(expected.nodes());
  }

  private static float[] logits(Graph graph, Map<String, Tensor> inputs) throws Exception {
    return Objects.requireNonNull(GraphRunner.run(graph, inputs).get("logits")).toFloats();
  }

  @Test
  void theTargetGetsANameOfItsOwn() {
    Graph graph = Transformer.of(withOneName("bart_seq2seq_ts14")).normalized();

    assertThat(second(graph, "input_ids")).hasValue(Dimension.of("sequence"));
    assertThat(second(graph, "attention_mask")).hasValue(Dimension.of("sequence"));
    assertThat(second(graph, "decoder_input_ids")).hasValue(Dimension.of("decoder_sequence"));
    assertThat(second(graph, "logits")).hasValue(Dimension.of("decoder_sequence"));
  }

  private static Optional<Dimension> second(Graph graph, String value) {
    return graph.type(value).flatMap(TensorType::shape).map((Shape shape) -> shape.dimension(1));
  }
}
