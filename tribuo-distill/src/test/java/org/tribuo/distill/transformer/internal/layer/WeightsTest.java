package org.tribuo.distill.transformer.internal.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.ZooModel;

class WeightsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert_qa_optimum",
        "albert_seqcls_dynamo",
        "bert_multilabel_dynamo",
        "bert_qa_ts17",
        "bert_regression2_ts17",
        "bert_seqcls_dynamo",
        "bert_seqcls_optimum",
        "bert_seqcls_ort_extended",
        "bert_seqcls_ort_fused",
        "bert_seqcls_ts11",
        "bert_tokcls_ts14",
        "deberta_v2_seqcls_optimum",
        "distilbert_seqcls_optimum",
        "distilbert_tokcls_dynamo",
        "electra_tokcls_ts11",
        "gpt2_causal_optimum",
        "gpt2_causal_optimum_past",
        "gpt2_causal_ort_fused",
        "llama_causal_dynamo",
        "llama_causal_ort_extended",
        "llama_causal_ts17",
        "qwen2_causal_ts17",
        "minilm_embedding_ts14",
        "mpnet_seqcls_optimum",
        "roberta_seqcls_ts14",
        "t5_seq2seq_optimum",
        "vit_imgcls_dynamo",
        "wav2vec2_audiocls_ts17",
        "whisper_audiocls_dynamo",
        "ast_audiocls_ts17"
      })
  void theWeightsOfAnExportAreThoseThatPyTorchTrains(String name) throws Exception {
    ZooModel model = ZooModel.of(name);

    assertThat(names(Weights.trainable(model.normalized())))
        .containsExactlyInAnyOrderElementsOf(model.trainable());
  }

  @Test
  void aBufferThatIsAddedAsABiasIsTakenForOne() throws Exception {
    ZooModel bart = ZooModel.of("bart_seq2seq_ts14");
    List<String> expected = new ArrayList<>(bart.trainable());
    expected.add("onnx::Add_1052");

    assertThat(names(Weights.trainable(bart.normalized())))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void biasesAndNormalisationsDoNotDecay() throws Exception {
    List<Weight> weights = Weights.trainable(ZooModel.of("bert_seqcls_ts11").normalized());

    assertThat(weights)
        .contains(
            new Weight("bert.embeddings.word_embeddings.weight", true),
            new Weight("bert.embeddings.LayerNorm.weight", false),
            new Weight("bert.encoder.layer.0.output.dense.bias", false),
            new Weight("onnx::MatMul_313", true),
            new Weight("classifier.weight", true),
            new Weight("classifier.bias", false));
  }

  @Test
  void aMaskIsNoWeight() {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("scores", TensorType.of(ElementType.FLOAT, 2, 2));
    Ops op = Ops.on(graph);
    float forbidden = -3.4e38f;
    graph.setInitializer("mask", Tensor.of(new float[] {0, forbidden, 0, 0}, 2, 2));
    graph.setInitializer("bias", Tensor.of(new float[] {0.5f, -1}, 2));
    graph.addOutput(
        op.softmax(
                op.add(op.add(graph.value("scores"), graph.value("mask")), graph.value("bias")), -1)
            .name());

    assertThat(Weights.trainable(graph)).containsExactly(new Weight("bias", false));
  }

  private static List<String> names(List<Weight> weights) {
    return weights.stream().map(Weight::initializer).toList();
  }
}
