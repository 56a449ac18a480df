package org.tribuo.distill.transformer.internal.cut;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTable;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTables;

/** Tables of bytes, of which each row has a scale. */
class VocabularyCutTest {
  private static final String TOKENS = "input_ids";
  private static final int[] KEPT = {0, 1, 2, 3, 5, 17, 60, 100};

  @ParameterizedTest
  @ValueSource(strings = {"bert_regression2_ts17", "roberta_seqcls_ts14"})
  void tablesOfBytesAreCutWithTheirScales(String name) throws Exception {
    Graph whole = withTableOfBytes(name);
    Graph cut = VocabularyCut.keep(Transformer.of(whole.toModel()), List.of(TOKENS), KEPT);

    assertThat(cut.initializer("scale").dims()).containsExactly(KEPT.length);
    assertThat(
            GraphRunner.run(cut.toModel(), inputs(cut, 1, 4, 5, 6, 7, 2)).get("logits").toFloats())
        .isEqualTo(
            GraphRunner.run(whole.toModel(), inputs(whole, 1, 5, 17, 60, 100, 2))
                .get("logits")
                .toFloats());
  }

  @Test
  void logitsOfATiedTableOfBytesAreCutWithTheirBias() {
    Graph whole = withTableOfBytes("gpt2_causal_optimum");
    whole.setInitializer("bias", Tensor.of(new float[101], 101));
    whole.add(
        Node.ONNX,
        "Add",
        Attributes.NONE,
        List.of("logits", "bias"),
        Map.of("biased", whole.value("logits").type()));
    whole.addOutput("biased");
    Graph cut = VocabularyCut.keep(Transformer.of(whole.toModel()), List.of(TOKENS), KEPT);

    assertThat(cut.initializer("bias").dims()).containsExactly(KEPT.length);
  }

  /** As many positions as tokens are no tokens. */
  @Test
  void aTableOfAnotherInputStaysWhole() {
    Graph whole = Graph.of(Zoo.model("bert_regression2_ts17"));
    String types = "token_type_ids";
    EmbeddingTables tables = Transformer.of(whole.toModel()).embeddings();
    EmbeddingTable ofTokens = tables.indexedBy(TOKENS).get(0);
    String ofTypes = tables.indexedBy(types).get(0).initializer();
    whole.setInitializer(ofTypes, whole.initializer(ofTokens.initializer()));
    Graph cut = VocabularyCut.keep(Transformer.of(whole.toModel()), List.of(TOKENS), KEPT);

    assertThat(cut.initializer(ofTokens.initializer()).dim(0)).isEqualTo(KEPT.length);
    assertThat(cut.initializer(ofTypes).dim(0)).isEqualTo(ofTokens.rows());
  }

  private static Graph withTableOfBytes(String name) {
    Graph graph = Graph.of(Zoo.model(name));
    EmbeddingTable table = Transformer.of(Zoo.model(name)).embeddings().indexedBy(TOKENS).get(0);
    float[] weights = graph.initializer(table.initializer()).toFloats();
    int rows = (int) table.rows();
    int width = (int) table.width();
    float[] scales = new float[rows];
    ByteBuffer bytes = ByteBuffer.allocate(rows * width);
    for (int row = 0; row < rows; row++) {
      scales[row] = 0.001f * (row + 1);
      for (int i = 0; i < width; i++) {
        float scaled = weights[row * width + i] / scales[row];
        bytes.put((byte) Math.round(Math.max(-127, Math.min(127, scaled))));
      }
    }
    graph.setInitializer(
        "bytes", Tensor.of(ElementType.INT8, new long[] {rows, width}, bytes.flip()));
    graph.setInitializer("scale", Tensor.of(scales, rows));
    graph.setInitializer(
        "zero", Tensor.of(ElementType.INT8, new long[] {rows}, ByteBuffer.allocate(rows)));
    graph.add(
        Node.ONNX,
        "DequantizeLinear",
        Attributes.NONE.with("axis", 0L),
        List.of("bytes", "scale", "zero"),
        Map.of("floats", TensorType.of(ElementType.FLOAT, Shape.of(rows, width))));
    graph.replaceUses(table.initializer(), "floats");
    return graph;
  }

  private static Map<String, Tensor> inputs(Graph graph, long... tokens) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : graph.inputs().keySet()) {
      long[] values = new long[tokens.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = name.equals(TOKENS) ? tokens[i] : name.equals("attention_mask") ? 1 : 0;
      }
      inputs.put(name, Tensor.of(values, 1, values.length));
    }
    return inputs;
  }
}
