package org.tribuo.distill.transformer.internal.decoding;

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
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.create.NewEncoderDecoder;
import org.tribuo.distill.transformer.internal.create.SequenceForm;
import org.tribuo.distill.transformer.internal.layer.LayerStacks;

/** Encoder-decoders as two models, which compute what the whole does. */
class EncoderSplitTest {
  private static final Set<String> DECODER = Set.of("decoder_input_ids");

  static Stream<OnnxModel> models() {
    return Stream.of(
        Zoo.model("bart_seq2seq_ts14"),
        Zoo.model("marian_seq2seq_ts17"),
        Zoo.model("t5_seq2seq_optimum"),
        new NewEncoderDecoder(101, 16, 1, 1, 8, 2, 8, SequenceForm.USUAL).make(1),
        new NewEncoderDecoder(101, 16, 3, 2, 8, 2, 8, SequenceForm.USUAL).make(1));
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

  /**
   * Two for each layer of the decoder; and nothing of the decoder depends on the source's states.
   */
  @ParameterizedTest
  @MethodSource("models")
  void keysAndValuesOfTheSourceAreComputedByTheEncoder(OnnxModel model) throws Exception {
    Graph whole = Transformer.of(model).normalized();
    EncoderSplit split = EncoderSplit.withKeys(whole, DECODER).orElseThrow();
    int layers = LayerStacks.of(Graph.of(model), whole).decoder().orElseThrow().count();
    assertThat(split.handed())
        .filteredOn(handed -> handed.heads() > 0)
        .hasSize(2 * layers)
        .extracting(EncoderSplit.Handed::name)
        .contains("encoder_key_values.0.key", "encoder_key_values.0.value");
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(new long[] {7, 8, 9, 10, 11, 0}, 2, 3));
    inputs.put("attention_mask", Tensor.of(new long[] {1, 1, 1, 1, 1, 0}, 2, 3));
    inputs.put("decoder_input_ids", Tensor.of(new long[] {1, 20, 1, 21}, 2, 2));

    Graph encoder = Graph.of(split.encoder());
    Map<String, Tensor> handed = GraphRunner.run(encoder, used(split.encoder(), inputs));
    Map<String, Tensor> ofDecoder = new LinkedHashMap<>(inputs);
    ofDecoder.putAll(handed);
    float[] logits = OnnxRun.of(split.decoder(), used(split.decoder(), ofDecoder), "logits");

    assertThat(logits).containsExactly(OnnxRun.of(model, inputs, "logits"), within(1e-5f));
    Graph decoder = Graph.of(split.decoder());
    Graph before = Graph.of(EncoderSplit.of(whole, DECODER).orElseThrow().decoder());
    assertThat(products(before) - products(decoder)).isEqualTo(2 * layers);
    assertThat(decoder.consumers(EncoderSplit.STATES))
        .allMatch(node -> StandardOperators.has(node, Operator.Trait.READS_SIZES));
  }

  private static long products(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> StandardOperators.has(node, Operator.Trait.MATRIX_PRODUCT))
        .count();
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
