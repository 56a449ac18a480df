package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * Layers of a decoder in which ONNX Runtime has fused residual sums with the normalisations that
 * follow them, so that each such node belongs to two layers.
 */
class PrunedFusedStudentTest {
  private static final int TOKENS = 11;
  private static final ScratchTokenStudent PLAIN =
      ScratchTokenStudent.of(5, 16, 2).withPositions(8).withInner(24);

  @TempDir private Path folder;

  private static StudentRequest request() {
    return StudentRequest.withoutExamples(
        Head.ofVocabulary(LabelOrder.numbered(TOKENS)), 3, new TransformerFiles());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "5", "2", "1,2", "2,4", "1,3,5", "1,2,3,4", "1,2,3,4,5"})
  void theSameLayersComputeTheSame(String kept) throws IOException {
    List<Integer> layers = List.of(kept.split(",")).stream().map(Integer::valueOf).toList();
    OnnxModel plain = PLAIN.make(request()).model();
    Path file = folder.resolve("fused.onnx");
    fused(plain).write(file);

    OnnxModel expected = PrunedStudent.keeping(layers, PLAIN).make(request()).model();
    OnnxModel actual = PrunedStudent.keeping(layers, OnnxStudent.of(file)).make(request()).model();

    assertThat(actual.initializers().keySet()).isEqualTo(expected.initializers().keySet());
    assertThat(Graph.of(actual).opset("")).isEqualTo(Graph.of(plain).opset(""));
    float[] logits = logits(expected);
    float[] ofFused = logits(actual);
    assertThat(ofFused).hasSameSizeAs(logits);
    for (int i = 0; i < logits.length; i++) {
      assertThat(ofFused[i]).isCloseTo(logits[i], within(1e-5f));
    }
  }

  private static float[] logits(OnnxModel model) {
    return OnnxRun.of(
        model,
        Map.of(
            "input_ids", Tensor.of(new long[] {3, 1, 4, 10, 5}, 1, 5),
            "attention_mask", Tensor.of(new long[] {1, 1, 1, 1, 1}, 1, 5)),
        "logits");
  }

  /** The sum is an output where something else than the normalisation reads it too. */
  private static OnnxModel fused(OnnxModel plain) {
    Graph graph = Graph.of(plain);
    for (Node node : graph.topological()) {
      if (node.opType().equals("LayerNormalization")
          && graph.producer(node.input(0)).filter(sum -> isResidual(graph, sum)).isPresent()) {
        Node sum = graph.producer(node.input(0)).orElseThrow();
        boolean readElsewhere = graph.consumers(sum.output()).size() > 1;
        String y = node.output();
        graph.remove(sum);
        graph.replace(
            node,
            "com.microsoft",
            "SkipLayerNormalization",
            Attributes.NONE.with("epsilon", node.attributes().get("epsilon", 1e-5f)),
            List.of(sum.input(0), sum.input(1), node.input(1), node.input(2)),
            readElsewhere ? List.of(y, "", "", sum.output()) : List.of(y));
      }
    }
    assertThat(graph.nodes()).filteredOn(n -> n.opType().startsWith("Skip")).hasSize(10);
    return graph.toModel();
  }

  /** Embeddings of tokens and positions are no residual connection. */
  private static boolean isResidual(Graph graph, Node node) {
    return node.opType().equals("Add")
        && graph.producer(node.input(0)).isPresent()
        && graph.producer(node.input(1)).isPresent()
        && !graph.producer(node.input(1)).orElseThrow().opType().equals("Gather");
  }
}
