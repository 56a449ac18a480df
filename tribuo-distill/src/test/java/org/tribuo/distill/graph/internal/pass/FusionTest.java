package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** What exporters wrote as formulas becomes one operator again, and nothing else does. */
class FusionTest {
  @ParameterizedTest
  @CsvSource({
    "bert_seqcls_ts11, 5, 0, 2",
    "electra_tokcls_ts11, 5, 0, 2",
    "distilbert_seqcls_optimum, 5, 0, 2",
    "gpt2_causal_optimum, 5, 0, 2",
    "wav2vec2_audiocls_ts17, 6, 0, 6",
    "llama_causal_ts17, 0, 5, 0",
    "llama_causal_dynamo, 0, 5, 0",
    "t5_seq2seq_optimum, 0, 12, 0"
  })
  void theFormulasOfExportersAreRecognised(
      String zooCase, long layerNormalizations, long byRootMeanSquare, long gelus)
      throws Exception {
    Path file =
        Path.of(
            Objects.requireNonNull(FusionTest.class.getResource("/zoo/" + zooCase + "/model.onnx"))
                .toURI());
    Graph graph = Graph.of(OnnxModel.read(file));
    Normalization.apply(graph);

    assertThat(count(graph, "LayerNormalization")).isEqualTo(layerNormalizations);
    assertThat(count(graph, "SimplifiedLayerNormalization")).isEqualTo(byRootMeanSquare);
    assertThat(count(graph, "Gelu")).isEqualTo(gelus);
  }

  private static long count(Graph graph, String opType) {
    return graph.nodes().stream().filter(node -> node.is(opType)).count();
  }

  private final Graph graph = Graph.empty(Ops.OPSET);
  private final Ops op = Ops.on(graph);
  private final Value x = input();

  private Value input() {
    graph.addInput("x", TensorType.of(ElementType.FLOAT, 2, 3, 4));
    return graph.value("x");
  }

  private void normalise(Value y) {
    graph.addOutput(y.name());
    Normalization.apply(graph);
  }

  private Value normalised(Value by, long axis) {
    Value d = op.sub(x, op.reduceMeanKeep(x, axis));
    Value variance = op.reduceMeanKeep(op.square(d), axis);
    Value scale = op.constant(Tensor.of(new float[] {1, 2, 3, 4}, 4));
    Value bias = op.constant(Tensor.of(new float[] {4, 3, 2, 1}, 4));
    return op.add(op.mul(op.div(d, op.sqrt(op.add(variance, by))), scale), bias);
  }

  @Test
  void aNormalisationOverTheLastAxisIsPutTogether() {
    normalise(normalised(op.scalar(1e-5, x), -1));

    assertThat(count(graph, "LayerNormalization")).isEqualTo(1);
  }

  @Test
  void oneOverAnotherAxisIsNot() {
    normalise(normalised(op.scalar(1e-5, x), 1));

    assertThat(count(graph, "LayerNormalization")).isZero();
  }

  @Test
  void oneWhoseEpsilonIsNoNumberIsNot() {
    normalise(normalised(op.reduceMean(op.square(x)), -1));

    assertThat(count(graph, "LayerNormalization")).isZero();
  }

  @Test
  void aFormulaLikeThatOfGeluIsNone() {
    Value one = op.add(op.erf(op.mul(x, 0.5)), 1);
    normalise(op.mul(op.mul(x, one), 0.5));

    assertThat(count(graph, "Gelu")).isZero();
  }

  @Test
  void aGeluOfSomethingElseThanIsMultipliedIsNone() {
    Value one = op.add(op.erf(op.div(op.abs(x), Math.sqrt(2))), 1);
    normalise(op.mul(op.mul(x, one), 0.5));

    assertThat(count(graph, "Gelu")).isZero();
  }
}
