package org.tribuo.distill.transformer.internal;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.Normalization;

/** A small model of the zoo with a batch for it. */
public record ZooModel(Path folder, JsonNode json) {
  /** Those with one stack of layers, which are two layers of width 32 with four heads. */
  static final List<String> WITH_ONE_STACK =
      List.of(
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
          "minilm_embedding_ts14",
          "mpnet_seqcls_optimum",
          "roberta_seqcls_ts14",
          "albert_qa_optimum",
          "albert_seqcls_dynamo",
          "gpt2_causal_optimum",
          "gpt2_causal_optimum_past",
          "gpt2_causal_ort_fused",
          "llama_causal_dynamo",
          "llama_causal_ort_extended",
          "llama_causal_ts17",
          "qwen2_causal_ts17",
          "vit_imgcls_dynamo",
          "wav2vec2_audiocls_ts17",
          "whisper_audiocls_dynamo",
          "ast_audiocls_ts17");

  /** For {@code @MethodSource}. */
  public static Stream<String> withOneStack() {
    return WITH_ONE_STACK.stream();
  }

  public static ZooModel of(String name) throws IOException, URISyntaxException {
    Path folder =
        Path.of(Objects.requireNonNull(ZooModel.class.getResource("/zoo/" + name)).toURI());
    return new ZooModel(folder, new ObjectMapper().readTree(folder.resolve("case.json").toFile()));
  }

  /** In which no node belongs to two layers. */
  public Graph graph() throws IOException {
    OnnxModel model = OnnxModel.read(folder.resolve("model.onnx"));
    return Transformer.of(model).withLayersApart().graph();
  }

  public Graph normalized() throws IOException {
    Graph graph = graph();
    Normalization.apply(graph);
    return graph;
  }

  public Map<String, Tensor> inputs() throws IOException {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (JsonNode input : json.get("inputs")) {
      byte[] bytes = Files.readAllBytes(folder.resolve(input.get("file").asText()));
      inputs.put(input.get("name").asText(), Tensor.of(TensorProto.parseFrom(bytes)));
    }
    return inputs;
  }

  public List<String> trainable() {
    return StreamSupport.stream(json.get("trainable").spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  /** What ONNX Runtime makes of a graph, by output. Inputs that the graph lacks are left out. */
  public static Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs)
      throws OrtException {
    return GraphRunner.run(graph, inputs);
  }
}
