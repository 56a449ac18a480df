package org.tribuo.distill.transformer.internal.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

class TiedWeightsTest {
  private static final Tensor TABLE = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
  private static final Tensor TRANSPOSE = Tensor.of(new float[] {1, 3, 5, 2, 4, 6}, 2, 3);

  private final Graph graph = Graph.empty(Ops.OPSET);
  private final Ops op = Ops.on(graph);

  /** Embeddings, a layer, and the scores of the words. */
  private void languageModel(Tensor table, Tensor layer, Tensor head) {
    graph.addInput("ids", TensorType.of(ElementType.INT64, 2));
    Value states = op.gather(graph.setInitializer("table", table), graph.value("ids"), 0);
    Value hidden = op.matmul(states, graph.setInitializer("layer", layer));
    graph.addOutput(op.matmul(hidden, graph.setInitializer("head", head)).name());
  }

  @Test
  void findsATableThatIsAlsoTheHead() {
    languageModel(TABLE, Tensor.of(new float[] {1, 0, 0, 1}, 2, 2), TRANSPOSE);

    assertThat(TiedWeights.find(graph).copies())
        .containsExactly(new TiedWeights.Copy("head", "table", true));
  }

  @Test
  void whatHoldsAFrozenParameterIsFrozenToo() {
    languageModel(TABLE, Tensor.of(new float[] {1, 0, 0, 1}, 2, 2), TRANSPOSE);
    TiedWeights tied = TiedWeights.find(graph);

    assertThat(tied.closure(Set.of("head"))).containsExactlyInAnyOrder("head", "table");
    assertThat(tied.closure(Set.of("table"))).containsExactlyInAnyOrder("head", "table");
    assertThat(tied.closure(Set.of("layer"))).containsExactly("layer");
  }

  @Test
  void doesNotTieLayersThatWereStartedAlike() {
    Tensor same = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    graph.addInput("x", TensorType.of(ElementType.FLOAT, 1, 2));
    Value first = op.matmul(graph.value("x"), graph.setInitializer("first", same));
    graph.addOutput(op.matmul(first, graph.setInitializer("second", same)).name());

    assertThat(TiedWeights.find(graph).copies()).isEmpty();
  }

  @Test
  void doesNotTieMatricesOfTheSameNumbersInAnotherOrder() {
    Tensor other = Tensor.of(new float[] {1, 3, 5, 2, 6, 4}, 2, 3);
    languageModel(TABLE, Tensor.of(new float[] {1, 0, 0, 1}, 2, 2), other);

    assertThat(TiedWeights.find(graph).copies()).isEmpty();
  }

  @Test
  void computesTheSameWithOneParameter() throws Exception {
    languageModel(TABLE, Tensor.of(new float[] {1, 1, 0, 1}, 2, 2), TRANSPOSE);
    Map<String, Tensor> ids = Map.of("ids", Tensor.vector(2, 0));
    Map<String, Tensor> before = GraphRunner.run(graph, ids);

    TiedWeights.find(graph).merge(graph);

    assertThat(graph.initializers()).containsKey("table").doesNotContainKey("head");
    assertThat(GraphRunner.run(graph, ids)).isEqualTo(before);
  }

  @Test
  void givesTheCopyTheTrainedNumbersInItsOwnLayout() {
    languageModel(TABLE, Tensor.of(new float[] {1, 0, 0, 1}, 2, 2), TRANSPOSE);
    TiedWeights tied = TiedWeights.find(graph);

    assertThat(tied.restore(Map.of("table", Tensor.of(new float[] {9, 8, 7, 6, 5, 4}, 3, 2))))
        .containsEntry("head", Tensor.of(new float[] {9, 7, 5, 8, 6, 4}, 2, 3));
  }

  @Test
  void takesAWordForWhatIsTied() {
    Tensor same = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    graph.setInitializer("first", same);
    graph.setInitializer("second", same);
    graph.setInitializer("third", Tensor.of(new float[] {1, 2, 3, 5}, 2, 2));

    assertThat(TiedWeights.of(graph, List.of("first", "second")).copies())
        .containsExactly(new TiedWeights.Copy("second", "first", false));
    graph.setInitializer("short", Tensor.of(new float[] {1, 2}, 2));
    assertThatThrownBy(() -> TiedWeights.of(graph, List.of("first", "short")))
        .hasMessage(
            "'short' is neither equal to 'first' nor its transpose: it is FLOAT[2], the other FLOAT[2, 2]");
    assertThatThrownBy(() -> TiedWeights.of(graph, List.of("first", "third")))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "'third' is neither equal to 'first' nor its transpose: 1 of 4 numbers differ, the first at 3");
  }
}
