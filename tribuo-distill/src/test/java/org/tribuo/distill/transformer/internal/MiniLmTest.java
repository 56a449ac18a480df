package org.tribuo.distill.transformer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.cut.LayerCut;
import org.tribuo.distill.transformer.internal.head.TaskHead;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTables;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;
import org.tribuo.distill.transformer.internal.layer.Weight;
import org.tribuo.distill.transformer.internal.layer.Weights;

/** The real all-MiniLM-L6-v2: TorchScript, opset 11, normalisations as formulas. */
class MiniLmTest {
  private static Graph teacher;
  private static Graph normalized;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream stream =
        Objects.requireNonNull(MiniLmTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx"))) {
      teacher = Graph.of(OnnxModel.of(ModelProto.parseFrom(stream)));
    }
    normalized = teacher.copy();
    Normalization.apply(normalized);
  }

  @Test
  void hasSixLayers() {
    TransformerLayers layers = TransformerLayers.find(teacher, normalized);

    assertThat(layers.count()).isEqualTo(6);
    assertThat(layers.width()).isEqualTo(384);
    assertThat(layers.heads()).hasValue(12);
    assertThat(layers.output()).isEqualTo("last_hidden_state");
  }

  @Test
  void knowsItsVocabularyAndPositions() {
    EmbeddingTables tables = EmbeddingTables.of(normalized);

    assertThat(tables.indexedBy("input_ids")).hasSize(1);
    assertThat(tables.rows("input_ids")).hasValue(30522);
    assertThat(tables.indexedBy("input_ids").get(0).inputReadElsewhere()).isFalse();
    assertThat(tables.maxPositions()).isEqualTo(OptionalLong.of(512));
  }

  @Test
  void aStudentOfTwoLayersWithAHeadRuns() throws Exception {
    TransformerLayers layers = TransformerLayers.find(teacher, normalized);
    TaskHead head = new TaskHead(Pooling.MEAN, 77, 1);

    Graph withHead = head.attach(Transformer.of(teacher.toModel()));
    Graph student = LayerCut.keep(withHead, layers, LayerCut.spread(6, 2));

    assertThat(student.opset(Node.ONNX)).isEqualTo(11);
    assertThat(student.outputs()).containsExactly("logits");
    long parameters =
        student.initializers().values().stream()
            .filter(tensor -> tensor.elementType().isFloat())
            .mapToLong(Tensor::elements)
            .sum();
    long embeddings = (30522 + 512 + 2 + 2) * 384L;
    long layer = 4 * 384 * 385L + 4 * 384L + 2 * 384 * 1536L + 1536 + 384;
    assertThat(parameters)
        .isBetween(embeddings + 2 * layer, embeddings + 2 * layer + 385 * 77 + 99);
    Tensor ids = Tensor.of(new long[] {101, 7592, 102, 101, 102, 0}, 2, 3);
    Tensor mask = Tensor.of(new long[] {1, 1, 1, 1, 1, 0}, 2, 3);
    Tensor types = Tensor.of(new long[6], 2, 3);
    Tensor logits =
        ZooModel.run(
                student, Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))
            .get("logits");
    assertThat(logits.dims()).containsExactly(2, 77);
    Tensor shorter =
        ZooModel.run(
                student,
                Map.of(
                    "input_ids", Tensor.of(new long[] {101, 102}, 1, 2),
                    "attention_mask", Tensor.of(new long[] {1, 1}, 1, 2),
                    "token_type_ids", Tensor.of(new long[2], 1, 2)))
            .get("logits");
    for (int label = 0; label < 77; label++) {
      assertThat(logits.toFloats()[77 + label])
          .isCloseTo(shorter.toFloats()[label], org.assertj.core.data.Offset.offset(1e-4f));
    }
  }

  @Test
  void everyMatrixAndTableIsTrained() {
    List<Weight> weights = Weights.trainable(normalized);

    assertThat(weights.stream().filter(Weight::decays)).hasSize(3 + 6 * 6);
    assertThat(weights).hasSize(3 + 2 + 6 * 16);
  }
}
