package org.tribuo.distill.transformer.internal.head;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;

class TextEncoderTest {
  private static final TextEncoder ENCODER =
      TextEncoder.of(
          Transformer.of(Zoo.model("bert_seqcls_ts11")),
          Optional.of(Pooling.FIRST_TOKEN),
          Optional.empty());

  @Test
  void whatIsRunComputesNoOtherTokensInItsLastLayer() {
    OnnxModel run = Transformer.of(ENCODER.model()).forInference();
    OnnxModel exported = Transformer.of(ENCODER.exported()).forInference();

    assertThat(Graph.of(run).outputs()).containsExactly(EmbeddingHead.TEXTS);
    assertThat(Graph.of(exported).outputs())
        .containsExactly(EmbeddingHead.TOKENS, EmbeddingHead.TEXTS);
    assertThat(productsOfOneToken(run)).isGreaterThan(productsOfOneToken(exported));
  }

  /** Products of weights whose result has one position. */
  private static long productsOfOneToken(OnnxModel model) {
    Graph graph = Graph.of(model);
    ShapeInference.infer(graph);
    return graph.nodes().stream()
        .filter(node -> node.is("MatMul") && graph.isInitializer(node.input(1)))
        .filter(node -> isOneToken(graph, node))
        .count();
  }

  private static boolean isOneToken(Graph graph, Node product) {
    return graph
        .type(product.output())
        .flatMap(type -> type.shape())
        .filter(shape -> shape.rank() == 2 || shape.dimension(1).equals(Dimension.of(1)))
        .isPresent();
  }
}
