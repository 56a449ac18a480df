package org.tribuo.distill.transformer.internal.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.InferenceForm;
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

  /** A table that is a product of others is tied to the logits by a product of its own. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2_causal_optimum",
        "llama_causal_ts17",
        "bart_seq2seq_ts14",
        "t5_seq2seq_optimum"
      })
  void logitsOfAFactorisedTableAreCut(String name) throws Exception {
    Transformer factorised =
        Transformer.of(
            EmbeddingFactors.ofLargest(Transformer.of(Zoo.model(name)), of -> 8).graph().toModel());
    Graph cut = VocabularyCut.keep(factorised, List.of(TOKENS, "decoder_input_ids"), KEPT);

    assertThat(cut.type("logits").orElseThrow().shape().orElseThrow().dimension(2).is(KEPT.length))
        .isTrue();
    float[] whole =
        GraphRunner.run(factorised.model(), inputs(factorised.graph(), 1, 5, 17, 60, 100, 2))
            .get("logits")
            .toFloats();
    float[] few =
        GraphRunner.run(cut.toModel(), inputs(cut, 1, 4, 5, 6, 7, 2)).get("logits").toFloats();
    assertThat(few).hasSize(6 * KEPT.length);
    for (int i = 0; i < few.length; i++) {
      int token = KEPT[i % KEPT.length];
      assertThat(few[i]).isCloseTo(whole[i / KEPT.length * 101 + token], within(1e-4f));
    }
  }

  /** Behind the product the logits are scaled and bounded. */
  @Test
  void logitsOfAMatrixOfTheirOwnAreCutWithAllThatIsMadeOfThem() throws Exception {
    Graph whole = Graph.of(Zoo.model("llama_causal_dynamo"));
    float[] factors = new float[101];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = 0.01f * i;
    }
    whole.setInitializer("factors", Tensor.of(factors, 101));
    TensorType type = whole.value("logits").type();
    whole.add(Node.ONNX, "Tanh", Attributes.NONE, List.of("logits"), Map.of("bounded", type));
    whole.add(
        Node.ONNX, "Mul", Attributes.NONE, List.of("bounded", "factors"), Map.of("scaled", type));
    whole.removeOutput("logits");
    whole.addOutput("scaled");
    Graph cut = VocabularyCut.keep(Transformer.of(whole.toModel()), List.of(TOKENS), KEPT);

    float[] before =
        GraphRunner.run(whole.toModel(), inputs(whole, 1, 5, 17, 60)).get("scaled").toFloats();
    float[] after =
        GraphRunner.run(cut.toModel(), inputs(cut, 1, 4, 5, 6)).get("scaled").toFloats();
    assertThat(after).hasSize(4 * KEPT.length);
    for (int i = 0; i < after.length; i++) {
      assertThat(after[i])
          .isCloseTo(before[i / KEPT.length * 101 + KEPT[i % KEPT.length]], within(1e-6f));
    }
  }

  /** Of which the old numbers would stay beside the new ones of the table. */
  @Test
  void logitsThatNoProductOfFloatsMakesAreRefused() {
    Transformer whole = Transformer.of(Zoo.model("llama_causal_dynamo"));
    Transformer integers =
        Transformer.of(InferenceForm.withInt8Weights(whole.normalizedForTraining()));

    assertThatThrownBy(() -> VocabularyCut.keep(integers, List.of(TOKENS), KEPT))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("has a number for each of the 101 tokens");
  }

  @Test
  void tablesOfSeveralSizesAreRefused() {
    Graph whole = Graph.of(Zoo.model("bert_regression2_ts17"));
    whole.setInitializer("longer", Tensor.of(new float[120 * 32], 120, 32));
    TensorType type = TensorType.ofUnknownRank(ElementType.FLOAT);
    whole.add(
        Node.ONNX, "Gather", Attributes.NONE, List.of("longer", TOKENS), Map.of("found", type));
    whole.addOutput("found");
    Transformer model = Transformer.of(whole.toModel());

    assertThatThrownBy(() -> VocabularyCut.keep(model, List.of(TOKENS), KEPT))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("looks up the table 'longer' of 120 rows and another of 101");
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
        values[i] = name.endsWith(TOKENS) ? tokens[i] : name.endsWith("mask") ? 1 : 0;
      }
      inputs.put(name, Tensor.of(values, 1, values.length));
    }
    return inputs;
  }
}
