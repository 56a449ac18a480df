package org.tribuo.distill.transformer.internal.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.ZooModel;
import org.tribuo.distill.transformer.internal.head.TaskHead;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;
import org.tribuo.distill.transformer.internal.layer.Weights;

class NewVisionEncoderTest {
  private static final NewVisionEncoder WITH_TOKEN =
      new NewVisionEncoder(3, 8, 12, 4, 3, 24, 4, 48, true);
  private static final NewVisionEncoder PATCHES_ALONE =
      new NewVisionEncoder(3, 8, 12, 4, 3, 24, 4, 48, false);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hasTheLayersThatWereStated(boolean token) {
    Graph graph = Graph.of((token ? WITH_TOKEN : PATCHES_ALONE).make(1));
    TransformerLayers layers = TransformerLayers.find(graph);

    assertThat(layers.count()).isEqualTo(3);
    assertThat(layers.width()).isEqualTo(24);
    assertThat(layers.heads()).hasValue(4);
    assertThat(layers.output()).isEqualTo(NewVisionEncoder.LAST_HIDDEN_STATE);
    Normalization.apply(graph);
    assertThat(Weights.trainable(graph)).hasSize(3 + (token ? 1 : 0) + 3 * 16 + 2);
  }

  @Test
  void statesAreThoseOfPatchesBehindAToken() throws Exception {
    assertThat(states(WITH_TOKEN, images(2, 1)).dims()).containsExactly(2, 7, 24);
    assertThat(states(PATCHES_ALONE, images(2, 1)).dims()).containsExactly(2, 6, 24);
  }

  /** An image does not depend on those beside it. */
  @Test
  void anImageIsReadAloneAsInABatch() throws Exception {
    Tensor two = images(2, 1);
    float[] pixels = Arrays.copyOf(two.toFloats(), 3 * 8 * 12);
    float[] alone = states(WITH_TOKEN, Tensor.of(pixels, 1, 3, 8, 12)).toFloats();
    float[] beside = states(WITH_TOKEN, two).toFloats();

    for (int i = 0; i < alone.length; i++) {
      assertThat(beside[i]).isCloseTo(alone[i], within(1e-5f));
    }
  }

  @Test
  void theMeanIsOverAllPatches() throws Exception {
    Transformer encoder = Transformer.of(PATCHES_ALONE.make(1));
    Graph headed = new TaskHead(Pooling.MEAN, 2, 1).attach(encoder);
    Map<String, Tensor> inputs = Map.of(NewVisionEncoder.PIXEL_VALUES, images(2, 1));
    float[] logits = ZooModel.run(headed, inputs).get(TaskHead.LOGITS).toFloats();
    float[] states = states(PATCHES_ALONE, images(2, 1)).toFloats();
    float[] weight = headed.initializers().get(TaskHead.WEIGHT).toFloats();

    for (int row = 0; row < 2; row++) {
      for (int label = 0; label < 2; label++) {
        double expected = 0;
        for (int patch = 0; patch < 6; patch++) {
          for (int i = 0; i < 24; i++) {
            expected += states[(row * 6 + patch) * 24 + i] * weight[2 * i + label] / 6;
          }
        }
        assertThat(logits[2 * row + label]).isCloseTo((float) expected, within(1e-5f));
      }
    }
  }

  @Test
  void weightsDependOnTheSeed() {
    assertThat(WITH_TOKEN.make(1).initializers()).isEqualTo(WITH_TOKEN.make(1).initializers());
    assertThat(WITH_TOKEN.make(1).initializers()).isNotEqualTo(WITH_TOKEN.make(2).initializers());
  }

  @Test
  void numbersThatDoNotFitAreNamed() {
    assertThatThrownBy(() -> new NewVisionEncoder(3, 8, 12, 5, 3, 24, 4, 48, true))
        .hasMessage(
            "Images are 8 x 12 pixels (height x width), expected multiples of the patch of 5");
    assertThatThrownBy(() -> new NewVisionEncoder(3, 8, 12, 4, 3, 30, 4, 48, true))
        .hasMessage("The width is 30, expected a multiple of the 4 heads");
    assertThatThrownBy(() -> new NewVisionEncoder(3, 8, 12, 4, 0, 24, 4, 48, true))
        .hasMessageContaining("0 layers");
  }

  private static Tensor states(NewVisionEncoder encoder, Tensor images) throws Exception {
    return ZooModel.run(Graph.of(encoder.make(1)), Map.of(NewVisionEncoder.PIXEL_VALUES, images))
        .get(NewVisionEncoder.LAST_HIDDEN_STATE);
  }

  private static Tensor images(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] pixels = new float[count * 3 * 8 * 12];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(pixels, count, 3, 8, 12);
  }
}
