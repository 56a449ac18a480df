package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

/** Models on which values or gradients were wrong once, or an error was none. */
class AttentionFaultsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"ms_gqa_past_lens", "sa_causal_left_pad", "pool_ap_ceil_last_in_pad", "tile_0"})
  void computesAndDifferentiatesAsOnnxRuntimeComputes(String name) throws Exception {
    assertThat(ConstructCheck.wrong(Construct.ofWeights(name, model(name), Map.of()))).isEmpty();
  }

  @Test
  void knowsInEveryLayerThatAMaskHoldsLengths() throws Exception {
    Map<String, Tensor> inputs =
        Map.of(
            "ids", Tensor.of(new long[] {1, 5, 2, 7, 3, 8, 0, 0}, 2, 4),
            "attention_mask", Tensor.of(new long[] {1, 1, 1, 1, 1, 1, 0, 0}, 2, 4));
    String name = "ms_att_two_layers_matmul_mask1";

    assertThat(ConstructCheck.wrong(Construct.ofWeights(name, model(name), inputs))).isEmpty();
  }

  @Test
  void refusesWhatEndsTheProcess() {
    assertThatThrownBy(() -> model("ort_crash_attention_without_bias"))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("ort_crash_attention_without_bias.onnx")
        .hasMessageContaining("com.microsoft::Attention at node '")
        .hasMessageContaining("has no bias");
  }

  private static OnnxModel model(String name) throws IOException, URISyntaxException {
    String file = "/faults/%s.onnx".formatted(name);
    return OnnxModel.read(
        Path.of(Objects.requireNonNull(AttentionFaultsTest.class.getResource(file)).toURI()));
  }
}
