package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.transformer.internal.Transformer;

class InferenceFormTest {
  private static OnnxModel zoo(String name) throws IOException {
    return OnnxModel.read(Path.of("src/test/resources/zoo", name, "model.onnx"));
  }

  @Test
  void computesWhatTheModelComputes() throws IOException, OrtException {
    OnnxModel model = zoo("bert_seqcls_ts11");
    assertThat(Transformer.of(model).forInference()).isNotSameAs(model);
    float[] expected = logits(model);
    float[] actual = logits(Transformer.of(model).forInference());
    assertThat(actual).containsExactly(expected, within(1e-5f));
  }

  @Test
  void computesTheLastLayerForTheFirstTokenWhereNothingElseIsRead() throws IOException {
    Graph graph = Graph.of(Transformer.of(zoo("bert_seqcls_ts11")).forInference());
    List<Dimension> positions =
        graph.nodes().stream()
            .filter(node -> node.is("Gelu"))
            .map(gelu -> graph.value(gelu.output()).shape().orElseThrow().dimension(1))
            .toList();

    assertThat(positions).containsExactlyInAnyOrder(Dimension.of("sequence"), Dimension.of(1));
  }

  @Test
  void aModelThatWasFusedStaysAsItIs() throws IOException {
    OnnxModel model = zoo("bert_seqcls_ort_fused");
    assertThat(Transformer.of(model).forInference()).isSameAs(model);
  }

  private static float[] logits(OnnxModel model) throws OrtException {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : Graph.of(model).inputs().keySet()) {
      long[] numbers =
          LongStream.range(0, 14).map(i -> name.equals("input_ids") ? 3 + i * 7 % 90 : 1).toArray();
      inputs.put(name, Tensor.of(numbers, 2, 7));
    }
    return GraphRunner.run(model, inputs).get("logits").toFloats();
  }
}
