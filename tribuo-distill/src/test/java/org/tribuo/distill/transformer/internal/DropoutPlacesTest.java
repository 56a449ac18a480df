package org.tribuo.distill.transformer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

class DropoutPlacesTest {
  /** Two layers of two blocks each, and the embeddings; what is beyond that is said beside it. */
  @ParameterizedTest
  @CsvSource({
    "bert_seqcls_ts11, 5",
    "bert_seqcls_ort_fused, 5",
    "albert_seqcls_dynamo, 5",
    "deberta_v2_seqcls_optimum, 5",
    "distilbert_tokcls_dynamo, 5",
    "electra_tokcls_ts11, 5",
    "gpt2_causal_optimum_past, 5", // what was seen before comes in behind the embeddings
    "gpt2_causal_ort_fused, 5",
    "llama_causal_ort_extended, 5",
    "qwen2_causal_ts17, 5",
    "mpnet_seqcls_optimum, 5", // the biases of positions come in behind the embeddings
    "vit_imgcls_dynamo, 5",
    "ast_audiocls_ts17, 5",
    "wav2vec2_audiocls_ts17, 6", // the convolution over positions is a block too
    "bart_seq2seq_ts14, 12", // a decoder's layer has three blocks
    "marian_seq2seq_ts17, 12",
    "t5_seq2seq_optimum, 12"
  })
  void findsTheEmbeddingsAndEachBlockInEveryArchitecture(String name, int expected)
      throws Exception {
    assertThat(DropoutPlaces.in(ZooModel.of(name).normalized())).hasSize(expected);
  }

  @Test
  void theEmbeddingsComeFirstThenWhatEachBlockAdds() throws Exception {
    assertThat(DropoutPlaces.in(ZooModel.of("bert_seqcls_ts11").normalized()))
        .containsExactly(
            "/bert/embeddings/LayerNorm/Add_1_output_0",
            "/bert/encoder/layer.0/attention/output/dense/Add_output_0",
            "/bert/encoder/layer.0/output/dense/Add_output_0",
            "/bert/encoder/layer.1/attention/output/dense/Add_output_0",
            "/bert/encoder/layer.1/output/dense/Add_output_0");
  }

  @Test
  void aBiasIsNoBlock() {
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    graph.addInput("x", Tensor.of(new float[2], 1, 2).type());
    Value bias = graph.setInitializer("bias", Tensor.of(new float[2], 2));
    Value sum = op.add(graph.value("x"), bias);
    graph.addOutput(sum.name());

    assertThat(DropoutPlaces.in(graph)).isEqualTo(List.of());
  }
}
