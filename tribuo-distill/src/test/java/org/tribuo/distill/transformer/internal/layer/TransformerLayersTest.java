package org.tribuo.distill.transformer.internal.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.internal.ZooModel;

class TransformerLayersTest {
  @ParameterizedTest
  @MethodSource("org.tribuo.distill.transformer.internal.ZooModel#withOneStack")
  void findsTwoLayersInExportsOfEveryAgeAndArchitecture(String name) throws Exception {
    ZooModel model = ZooModel.of(name);
    Graph graph = model.graph();

    TransformerLayers layers = TransformerLayers.find(graph);

    assertThat(layers.count()).isEqualTo(2);
    assertThat(layers.width()).isEqualTo(32);
    assertThat(layers.heads()).hasValue(4);
    assertThat(layers.layers().get(1).start()).isEqualTo(layers.layers().get(0).end());
    layers.expose(graph, List.of(0, 1, 2));
    Map<String, Tensor> results = ZooModel.run(graph, model.inputs());
    assertThat(List.of(0, 1, 2))
        .allSatisfy(
            k -> {
              Tensor state = results.get(layers.hiddenState(k));
              assertThat(state.rank()).isEqualTo(3);
              assertThat(state.dim(-1)).isEqualTo(32);
            });
  }

  @Test
  void describesWhatItFound() throws Exception {
    TransformerLayers layers = TransformerLayers.find(ZooModel.of("bert_seqcls_dynamo").graph());

    assertThat(layers.describe())
        .isEqualTo(
            "layers: 2, width 32, heads 4, boundaries layer_norm, layer_norm_2, layer_norm_4");
  }

  @Test
  void theOutputOfLayersWithTheNormalisationBeforeEachBlockIsNormalised() throws Exception {
    TransformerLayers gpt2 = TransformerLayers.find(ZooModel.of("gpt2_causal_optimum").graph());
    TransformerLayers bert = TransformerLayers.find(ZooModel.of("bert_seqcls_ts11").graph());

    assertThat(gpt2.output()).isEqualTo("/transformer/ln_f/Add_1_output_0");
    assertThat(gpt2.hiddenState(2)).isNotEqualTo(gpt2.output());
    assertThat(bert.output()).isEqualTo(bert.hiddenState(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bart_seq2seq_ts14", "marian_seq2seq_ts17", "t5_seq2seq_optimum"})
  void refusesAnEncoderWithADecoder(String name) throws Exception {
    Graph graph = ZooModel.of(name).graph();

    assertThatThrownBy(() -> TransformerLayers.find(graph))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("two stacks of layers, 2 from '")
        .hasMessageContaining("export one of them alone");
  }

  @Test
  void saysWhatWasLookedForAndFoundInAModelWithoutLayers() {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("x", TensorType.of(ElementType.FLOAT, -1, 4));
    Ops op = Ops.on(graph);
    Value weight = op.constant(Tensor.of(new float[8], 4, 2));
    graph.addOutput(op.matmul(graph.value("x"), weight).name());

    assertThatThrownBy(() -> TransformerLayers.find(graph))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("no Transformer layers")
        .hasMessageContaining("Looked for values [batch, positions, width]")
        .hasMessageContaining("Found 0 such values from 'x'")
        .hasMessageContaining("0 Softmax nodes");
  }

  @Test
  void refusesAHiddenStateThatTheModelLacks() throws Exception {
    TransformerLayers layers = TransformerLayers.find(ZooModel.of("bert_seqcls_dynamo").graph());

    assertThatThrownBy(() -> layers.hiddenState(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Hidden state 3 of a model of 2 layers, expected one from 0 (the embeddings) to 2");
  }
}
