package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.FixedShapes;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.internal.Continuation;
import org.tribuo.distill.generation.internal.Hypothesis;
import org.tribuo.distill.generation.internal.NextTokenModel;

/** Greedy decoding and beam search, of exported models as transformers does it. */
class DecodingTest {
  private static final Vocabulary VOCABULARY = TinyStories.VOCABULARY;
  private static final int START = 1;

  @TempDir private Path folder;

  private static Vocabulary tokens() throws IOException {
    return Vocabulary.of(TinyStories.tokenizer());
  }

  private static int[] ids(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  /** One text of one model, with what transformers has generated of it. */
  record Case(String model, int[] text, JsonNode results) {
    @Override
    public String toString() {
      return model + " " + Arrays.toString(text);
    }
  }

  static Stream<Case> cases() throws IOException {
    try (InputStream in = DecodingTest.class.getResourceAsStream("decoding.json")) {
      List<Case> cases = new ArrayList<>();
      new ObjectMapper()
          .readTree(in)
          .forEach(
              each ->
                  cases.add(
                      new Case(
                          each.get("model").asText(), ids(each.get("text")), each.get("results"))));
      return cases.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void textsAreThoseOfTransformers(Case golden) throws IOException {
    Vocabulary tokens = tokens();
    String prompt =
        Arrays.stream(golden.text()).mapToObj(tokens::token).collect(Collectors.joining(" "));
    boolean ofSource = golden.model().contains("seq2seq");
    for (JsonNode expected : golden.results()) {
      TextGenerator.Builder builder =
          TextGenerator.builder(Zoo.file(golden.model()), TinyStories.tokenizer())
              .stopToken(tokens.token(expected.get("eos").asInt()))
              .maxTokens(10)
              .device(Device.cpu(1));
      if (ofSource) {
        builder.beginToken(tokens.token(START));
      }
      if (expected.get("beams").asInt() > 1) {
        builder.beamSearch(
            new BeamSearch()
                .beams(expected.get("beams").asInt())
                .lengthPenalty(expected.get("lengthPenalty").asDouble()));
      }
      try (TextGenerator generator = builder.open()) {
        GeneratedText text = generator.generate(prompt);
        assertThat(text.tokens().tokens())
            .as(expected.toString())
            .isEqualTo(ids(expected.get("tokens")));
        assertThat(text.stopped())
            .as(expected.toString())
            .isEqualTo(expected.get("stopped").asBoolean());
      }
    }
  }

  /** In each way of decoding, and what is likeliest of the others is generated. */
  @ParameterizedTest
  @ValueSource(strings = {"greedy", "beams", "drawn"})
  void someTokensMayBeSuppressed(String decoding) throws IOException {
    Path file = Zoo.file("gpt2_causal_optimum");
    int[] before;
    try (TextGenerator all = builder(decoding, file).open()) {
      before = all.generate("w7 w8").tokens().tokens();
    }
    String first = tokens().token(before[0]);
    try (TextGenerator fewer = builder(decoding, file).suppressedTokens(first).open()) {
      GeneratedText text = fewer.generate("w7 w8");
      assertThat(text.tokens().tokens()).doesNotContain(before[0]).hasSize(8);
      assertThat(text.tokens().logLikelihood()).isFinite();
    }
    TextGenerator.Builder unknown = builder(decoding, file).suppressedTokens("w7", "none");
    assertThatThrownBy(unknown::open)
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: suppressedTokens")
        .hasMessageContaining("is 'none', which");
  }

  private static TextGenerator.Builder builder(String decoding, Path file) {
    TextGenerator.Builder builder =
        TextGenerator.builder(file, TinyStories.tokenizer()).maxTokens(8).device(Device.cpu(1));
    return switch (decoding) {
      case "beams" -> builder.beamSearch(new BeamSearch().beams(3));
      case "drawn" -> builder.sampling(new TokenSampling().seed(3));
      default -> builder;
    };
  }

  /** Prompts of different lengths, of which each becomes what it does alone. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyTextsAreGeneratedTogether(boolean beams) throws IOException {
    TextGenerator.Builder builder =
        TextGenerator.builder(Zoo.file("t5_seq2seq_optimum"), TinyStories.tokenizer())
            .specialTokens(tokens().token(START), "w40")
            .sourceEndToken("[SEP]")
            .maxTokens(6)
            .device(Device.cpu(1));
    if (beams) {
      builder.beamSearch(new BeamSearch().beams(3));
    } else {
      builder.sampling(new TokenSampling().seed(5));
    }
    List<String> sources = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      sources.add("w" + (10 + i) + " w9".repeat(i % 5));
    }
    try (TextGenerator generator = builder.open()) {
      List<GeneratedText> together = generator.generate(sources);
      assertThat(together).hasSize(70);
      for (int i = 0; i < 70; i += 23) {
        GeneratedText alone = generator.generate(sources.get(i));
        assertThat(together.get(i).text()).isEqualTo(alone.text());
        assertThat(together.get(i).tokens().logLikelihood())
            .isEqualTo(alone.tokens().logLikelihood(), within(1e-4));
      }
      assertThat(generator.generate(List.of())).isEmpty();
    }
  }

  /** What is behind the last token of a text of fewer tokens is padding. */
  @ParameterizedTest
  @CsvSource({
    "bart_seq2seq_ts14, w7 w8 w9, true",
    "bart_seq2seq_ts14, w7, false",
    "llama_causal_ts17, w7 w8 w9, false"
  })
  void aModelOfAFixedLengthGeneratesTheSame(String name, String prompt, boolean beams)
      throws IOException {
    Path fixed =
        FixedShapes.write(
            Zoo.model(name),
            Map.of("input_ids", 12L, "attention_mask", 12L, "decoder_input_ids", 10L),
            folder.resolve("fixed.onnx"));
    List<GeneratedText> texts = new ArrayList<>();
    for (Path model : List.of(Zoo.file(name), fixed)) {
      TextGenerator.Builder builder =
          TextGenerator.builder(model, TinyStories.tokenizer())
              .specialTokens(tokens().token(START), "w40")
              .maxTokens(6)
              .device(Device.cpu(1));
      if (beams) {
        builder.beamSearch(new BeamSearch().beams(3));
      }
      try (TextGenerator generator = builder.open()) {
        texts.addAll(generator.generate(List.of(prompt, "w11 w12")));
      }
    }
    assertThat(texts.subList(2, 4)).isEqualTo(texts.subList(0, 2));
    for (int i = 0; i < 2; i++) {
      assertThat(texts.get(2 + i).tokens().logLikelihood())
          .isEqualTo(texts.get(i).tokens().logLikelihood(), within(1e-4));
    }
  }

  /** Token 0 stops; the greedy way is the worse one. */
  private static List<Continuation> garden(List<Hypothesis> texts) {
    Map<String, float[]> next =
        Map.of(
            "[9]", logs(.0, .6, .4),
            "[9, 1]", logs(.4, .3, .3),
            "[9, 2]", logs(.9, .05, .05));
    return texts.stream()
        .map(text -> next.getOrDefault(Arrays.toString(text.tokens()), logs(1, 0, 0)))
        .map(Continuation::of)
        .toList();
  }

  private static float[] logs(double... probabilities) {
    float[] logs = new float[probabilities.length];
    for (int i = 0; i < logs.length; i++) {
      logs[i] = (float) Math.log(Math.max(probabilities[i], 1e-30));
    }
    return logs;
  }

  private static Hypothesis found(BeamSearch search) {
    return found(DecodingTest::garden, search, 0);
  }

  private static Hypothesis found(NextTokenModel model, BeamSearch search, int stop) {
    return search
        .decoding(model, OptionalInt.of(stop))
        .generate(List.of(Hypothesis.of(Optional.empty(), new int[] {9})), 4)
        .get(0);
  }

  @Test
  void beamsFindWhatGreedyDecodingMisses() {
    Hypothesis greedy = found(new BeamSearch().beams(1).lengthPenalty(0));
    assertThat(greedy.generated()).containsExactly(1);
    assertThat(Math.exp(greedy.logLikelihood())).isEqualTo(.24, within(1e-6));
    Hypothesis two = found(new BeamSearch().beams(2).lengthPenalty(0));
    assertThat(two.generated()).containsExactly(2);
    assertThat(Math.exp(two.logLikelihood())).isEqualTo(.36, within(1e-6));
    assertThat(two.stopped()).isTrue();
  }

  /** Token 2 cannot come, and there are fewer others than beams. */
  @ParameterizedTest
  @ValueSource(ints = {3, 8, Integer.MAX_VALUE})
  void moreBeamsThanTokensGenerateNoneThatCannotCome(int beams) {
    float[] logits = {0, -1, Float.NEGATIVE_INFINITY};
    NextTokenModel model = texts -> texts.stream().map(text -> Continuation.of(logits)).toList();
    Hypothesis found = found(model, new BeamSearch().beams(beams), 1);
    assertThat(found.generated()).containsExactly(0, 0, 0, 0);
    assertThat(Math.exp(found.logLikelihood())).isEqualTo(Math.pow(.7310586, 4), within(1e-6));
  }

  @Test
  void beamsEndWhereNothingButTheStopTokenCanCome() {
    float[] logits = {0, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
    NextTokenModel model = texts -> texts.stream().map(text -> Continuation.of(logits)).toList();
    Hypothesis found = found(model, new BeamSearch().beams(2), 0);
    assertThat(found.generated()).isEmpty();
    assertThat(found.stopped()).isTrue();
  }

  @Test
  void aLengthPenaltyPrefersLongerTexts() {
    assertThat(found(new BeamSearch().beams(4).lengthPenalty(3)).generated()).hasSize(2);
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new BeamSearch().beams(0))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("is 0, expected 1 or more");
    assertThatThrownBy(() -> new BeamSearch().lengthPenalty(Double.NaN))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("is NaN, expected a finite number");
    TextGenerator.Builder draws =
        TextGenerator.builder(Zoo.file("gpt2_causal_optimum"), TinyStories.tokenizer())
            .sampling(new TokenSampling());
    assertThatThrownBy(() -> draws.beamSearch(new BeamSearch()))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("is stated together with sampling; state one of them");
    TextGenerator.Builder withoutStart =
        TextGenerator.builder(Zoo.file("bart_seq2seq_ts14"), TinyStories.tokenizer());
    assertThatThrownBy(withoutStart::open)
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("expected the token with which the decoder starts");
    assertThat(VOCABULARY.size()).isEqualTo(101);
  }

  @Test
  void sourcesThatCannotBeReadAreRefused() throws IOException {
    try (TextGenerator generator =
        TextGenerator.builder(Zoo.file("bart_seq2seq_ts14"), TinyStories.tokenizer())
            .specialTokens(tokens().token(START), "w40")
            .device(Device.cpu(1))
            .open()) {
      assertThatThrownBy(() -> generator.generate(""))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The source is empty, expected a text");
      assertThatThrownBy(() -> generator.generate("w7 ".repeat(5000)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("first text");
    }
  }
}
