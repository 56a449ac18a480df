package org.tribuo.distill.transformer.internal.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.create.NewDecoder;
import org.tribuo.distill.transformer.internal.create.SequenceForm;

/** Causal models that are made to read each token once compute what they did. */
class CachedDecoderTest {
  private static final long[] TEXT = {7, 20, 33, 46, 59, 72, 85};
  private static final int SOURCE = 5;
  private static final int WIDTH_OF_ZOO = 32;
  private static final Set<String> DECODER = Set.of("decoder_input_ids");
  private static final String PAST = "past_key_values";
  private static final String PRESENT = "present";

  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of("gpt2_causal_optimum", Zoo.model("gpt2_causal_optimum")),
        Arguments.of("gpt2_causal_ort_fused", Zoo.model("gpt2_causal_ort_fused")),
        Arguments.of("llama_causal_dynamo", Zoo.model("llama_causal_dynamo")),
        Arguments.of("llama_causal_ts17", Zoo.model("llama_causal_ts17")),
        Arguments.of("qwen2_causal_ts17", Zoo.model("qwen2_causal_ts17")),
        Arguments.of(
            "a new one",
            new NewDecoder(NewDecoder.Kind.TOKENS, 101, 16, 2, 8, 2, 16, SequenceForm.USUAL)
                .make(1)),
        Arguments.of("one that has names of keys and values", withNamesOfKeys()),
        Arguments.of("the decoder of BART", decoder("bart_seq2seq_ts14")),
        Arguments.of("the decoder of Marian", decoder("marian_seq2seq_ts17")),
        Arguments.of("the decoder of T5", decoder("t5_seq2seq_optimum")));
  }

  /** As exporters name what is kept, output or not, where a file reads whole texts. */
  private static OnnxModel withNamesOfKeys() {
    Graph graph = Transformer.of(Zoo.model("gpt2_causal_optimum")).normalized();
    List<String> arranged =
        graph.nodes().stream()
            .filter(node -> node.is("Transpose"))
            .map(Node::output)
            .filter(value -> !graph.isOutput(value))
            .toList();
    graph.rename(arranged.get(0), "present.0.key");
    graph.addOutput("present.0.key");
    graph.rename(arranged.get(1), "present.0.value");
    graph.rename(arranged.get(2), "past_key_values.0.key");
    return graph.toModel();
  }

  private static OnnxModel decoder(String name) {
    Graph whole = Transformer.of(Zoo.model(name)).normalized();
    return EncoderSplit.of(whole, DECODER).orElseThrow().decoder();
  }

  /** In parts of four, one and two tokens. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void eachTokenIsReadOnce(String name, OnnxModel model) {
    List<String> ofTokens = ofTokens(model);
    OnnxModel cached = CachedDecoder.of(Transformer.of(model).normalized(), ofTokens).orElseThrow();
    float[] whole = OnnxRun.of(model, inputs(model, ofTokens, TEXT, 0, Map.of()), "logits");
    int columns = whole.length / TEXT.length;

    Map<String, Tensor> past = new LinkedHashMap<>();
    int read = 0;
    for (int until : new int[] {4, 5, 7}) {
      Map<String, Tensor> inputs = inputs(cached, ofTokens, Arrays.copyOf(TEXT, until), read, past);
      assertThat(OnnxRun.of(cached, inputs, "logits"))
          .containsExactly(
              Arrays.copyOfRange(whole, read * columns, until * columns), within(1e-4f));
      for (String output : Graph.of(cached).outputs()) {
        if (output.startsWith(PRESENT)) {
          String input = output.replace(PRESENT, PAST);
          TensorType type = Objects.requireNonNull(Graph.of(cached).inputs().get(input), input);
          past.put(
              input,
              Tensor.of(
                  OnnxRun.of(cached, inputs, output), 1, size(type, 1), until, size(type, 3)));
        }
      }
      read = until;
    }
    assertThat(past.keySet())
        .contains("past_key_values.0.key", "past_key_values.1.value")
        .hasSize(4);
  }

  private static List<String> ofTokens(OnnxModel model) {
    Set<String> inputs = Graph.of(model).inputs().keySet();
    return inputs.containsAll(DECODER)
        ? List.copyOf(DECODER)
        : inputs.stream().filter(input -> !input.equals("attention_mask")).toList();
  }

  private static long size(TensorType type, int axis) {
    return ((Dimension.Fixed) type.shape().orElseThrow().dimension(axis)).size();
  }

  /** A mask has the past too, and a source is the same at each part. */
  private static Map<String, Tensor> inputs(
      OnnxModel model, List<String> ofTokens, long[] text, int read, Map<String, Tensor> past) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    boolean hasSource = ofTokens.equals(List.copyOf(DECODER));
    Graph.of(model)
        .inputs()
        .forEach((name, type) -> inputs.put(name, input(name, type, hasSource, text, read, past)));
    return inputs;
  }

  private static Tensor input(
      String name,
      TensorType type,
      boolean hasSource,
      long[] text,
      int read,
      Map<String, Tensor> past) {
    if (name.startsWith(PAST)) {
      return past.getOrDefault(name, Tensor.of(new float[0], 1, size(type, 1), 0, size(type, 3)));
    }
    if (name.equals(EncoderSplit.STATES)) {
      float[] states = new float[SOURCE * WIDTH_OF_ZOO];
      for (int i = 0; i < states.length; i++) {
        states[i] = (float) Math.sin(i);
      }
      return Tensor.of(states, 1, SOURCE, WIDTH_OF_ZOO);
    }
    if (name.equals("attention_mask")) {
      long[] ones = new long[hasSource ? SOURCE : text.length];
      Arrays.fill(ones, 1);
      return Tensor.of(ones, 1, ones.length);
    }
    long[] numbers = Arrays.copyOfRange(text, read, text.length);
    if (name.equals("position_ids")) {
      Arrays.setAll(numbers, i -> read + i);
    }
    return Tensor.of(numbers, 1, numbers.length);
  }

  /** Shapes of the one are not known, and the other reads all positions. */
  @ParameterizedTest
  @ValueSource(strings = {"llama_causal_ort_extended", "deberta_v2_seqcls_optimum"})
  void whatIsNotUnderstoodIsLeft(String name) {
    assertThat(
            CachedDecoder.of(
                Transformer.of(Zoo.model(name)).normalized(), ofTokens(Zoo.model(name))))
        .isEmpty();
  }
}
