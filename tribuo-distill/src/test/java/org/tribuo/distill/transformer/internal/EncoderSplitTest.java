package org.tribuo.distill.transformer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

/** Encoder-decoders as two models, which compute what the whole does. */
class EncoderSplitTest {
  private static final Set<String> DECODER = Set.of("decoder_input_ids");

  static Stream<OnnxModel> models() {
    return Stream.of(
        Zoo.model("bart_seq2seq_ts14"),
        Zoo.model("marian_seq2seq_ts17"),
        Zoo.model("t5_seq2seq_optimum"),
        new NewEncoderDecoder(101, 16, 1, 1, 8, 2, 8).make(1),
        new NewEncoderDecoder(101, 16, 3, 2, 8, 2, 8).make(1));
  }

  @ParameterizedTest
  @MethodSource("models")
  void bothPartsComputeWhatTheWholeDoes(OnnxModel model) {
    Graph whole = Transformer.of(model).normalized();
    EncoderSplit split = EncoderSplit.of(whole, DECODER).orElseThrow();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(new long[] {7, 8, 9, 10, 11, 0}, 2, 3));
    inputs.put("attention_mask", Tensor.of(new long[] {1, 1, 1, 1, 1, 0}, 2, 3));
    inputs.put("decoder_input_ids", Tensor.of(new long[] {1, 20, 1, 21}, 2, 2));

    float[] states =
        OnnxRun.of(split.encoder(), used(split.encoder(), inputs), EncoderSplit.STATES);
    inputs.put(EncoderSplit.STATES, Tensor.of(states, 2, 3, states.length / 6));
    float[] logits = OnnxRun.of(split.decoder(), used(split.decoder(), inputs), "logits");

    inputs.remove(EncoderSplit.STATES);
    assertThat(logits).containsExactly(OnnxRun.of(model, inputs, "logits"), within(1e-5f));
    assertThat(Graph.of(split.encoder()).nodes().size() + Graph.of(split.decoder()).nodes().size())
        .isLessThan(whole.nodes().size() + 30);
    assertThat(Graph.of(split.encoder()).nodes()).hasSizeGreaterThan(10);
  }

  private static Map<String, Tensor> used(OnnxModel part, Map<String, Tensor> inputs) {
    Map<String, Tensor> used = new LinkedHashMap<>(inputs);
    used.keySet().retainAll(Graph.of(part).inputs().keySet());
    return used;
  }

  @Test
  void aModelWithoutAnEncoderIsNotSplit() {
    Graph decoder = Transformer.of(Zoo.model("gpt2_causal_optimum")).normalized();

    assertThat(EncoderSplit.of(decoder, decoder.inputs().keySet())).isEmpty();
    assertThat(List.copyOf(decoder.outputs())).contains("logits");
  }
}
