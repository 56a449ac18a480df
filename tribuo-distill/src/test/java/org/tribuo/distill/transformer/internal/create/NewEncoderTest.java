package org.tribuo.distill.transformer.internal.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.DropoutPlaces;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.ZooModel;
import org.tribuo.distill.transformer.internal.head.TaskHead;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;
import org.tribuo.distill.transformer.internal.layer.Weights;

class NewEncoderTest {
  private static final NewEncoder SMALL = new NewEncoder(50, 16, 3, 24, 4, 48);

  @Test
  void aHeadMayHaveAnOutputForEachColumn() {
    TaskHead head = new TaskHead(Pooling.NONE, 2, 1);
    Transformer encoder = Transformer.of(SMALL.make(1));
    assertThat(head.attach(encoder, List.of("first", "last")).outputs())
        .containsExactly("first", "last");
    assertThatThrownBy(() -> head.attach(encoder, List.of("first", "input_ids")))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("The encoder has a value 'input_ids' already, and the head needs");
  }

  @Test
  void hasTheLayersThatWereAskedFor() {
    TransformerLayers layers = TransformerLayers.find(Graph.of(SMALL.make(1)));

    assertThat(layers.count()).isEqualTo(3);
    assertThat(layers.width()).isEqualTo(24);
    assertThat(layers.heads()).hasValue(4);
  }

  @Test
  void itsTablesArePositionsAndWords() {
    Graph graph = Graph.of(SMALL.make(1));
    Normalization.apply(graph);

    assertThat(DropoutPlaces.in(graph)).hasSize(7);
    assertThat(Weights.trainable(graph)).hasSize(2 + 2 + 3 * 16);
    assertThat(new TaskHead(Pooling.MEAN, 3, 1).attach(Transformer.of(SMALL.make(1))).outputs())
        .containsExactly(TaskHead.LOGITS);
  }

  @Test
  void paddingChangesNothing() throws Exception {
    Graph graph = Graph.of(SMALL.make(1));
    float[] alone = states(graph, new long[] {3, 4, 5}, new long[] {1, 1, 1});
    float[] padded = states(graph, new long[] {3, 4, 5, 9, 0}, new long[] {1, 1, 1, 0, 0});

    for (int i = 0; i < alone.length; i++) {
      assertThat(padded[i]).isCloseTo(alone[i], within(1e-5f));
    }
  }

  @Test
  void hiddenStatesAreNormalised() throws Exception {
    float[] state = states(Graph.of(SMALL.make(1)), new long[] {7}, new long[] {1});

    double mean = 0;
    double square = 0;
    for (float x : state) {
      mean += x / state.length;
      square += (double) x * x / state.length;
    }
    assertThat(mean).isCloseTo(0, within(1e-5));
    assertThat(square).isCloseTo(1, within(1e-3));
  }

  @Test
  void weightsHangOnTheSeed() {
    assertThat(SMALL.make(1).initializers()).isEqualTo(SMALL.make(1).initializers());
    assertThat(SMALL.make(1).initializers()).isNotEqualTo(SMALL.make(2).initializers());
  }

  @Test
  void numbersThatDoNotFitAreNamed() {
    assertThatThrownBy(() -> new NewEncoder(50, 16, 3, 30, 4, 48))
        .hasMessage("The width is 30, expected a multiple of the 4 heads");
    assertThatThrownBy(() -> new NewEncoder(50, 16, 0, 24, 4, 48)).hasMessageContaining("0 layers");
  }

  private static float[] states(Graph graph, long[] ids, long[] mask) throws Exception {
    return ZooModel.run(
            graph,
            Map.of(
                NewEncoder.INPUT_IDS, Tensor.of(ids, 1, ids.length),
                NewEncoder.ATTENTION_MASK, Tensor.of(mask, 1, mask.length)))
        .get(NewEncoder.LAST_HIDDEN_STATE)
        .toFloats();
  }
}
