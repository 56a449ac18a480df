package org.tribuo.distill.input.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Example;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.Float16Weights;
import org.tribuo.distill.graph.internal.pass.InferenceForm;
import org.tribuo.distill.transformer.internal.Transformer;

/** The tokenizers are made by {@code src/dev/python/tokenizer_kinds.py}. */
class KeptVocabularyTest {
  private static final Path KINDS =
      Path.of("src/test/resources/org/tribuo/distill/input/text/kinds");

  private static final List<String> TEXTS =
      List.of(
          "Where is my new card?",
          "I was charged 50 € twice, café!",
          "top up by cheque; my PIN doesn't work",
          "card card card",
          "");

  /** Of other words, other scripts, nothing, and what is no character of any. */
  private static final List<String> OTHERS =
      List.of(
          "exchange rates of foreign currencies",
          "Zażółć gęślą jaźń",
          "日本語 и русский",
          "\u0000\u200b\ud83d\ude00",
          "<mask> <s> </s>",
          "don't-stop_now 1234567890 ~!@#$%^&*()");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"word_piece", "bpe", "byte_level_bpe", "unigram"})
  void textsWhoseTokensAreKeptHaveTheSameOnes(String kind) throws IOException {
    Path whole = KINDS.resolve(kind + ".json");
    KeptVocabulary kept = KeptVocabulary.of(whole, TEXTS);
    Path small = folder.resolve("small.json");
    kept.writeTokenizer(small);

    List<String> mixed = new ArrayList<>(TEXTS);
    mixed.addAll(shuffledWords(300));
    List<int[]> before = ids(whole, mixed);
    List<int[]> after = ids(small, mixed);
    int compared = 0;
    for (int i = 0; i < mixed.size(); i++) {
      int[] renumbered = IntStream.of(before.get(i)).map(id -> kept.newId(id).orElse(-1)).toArray();
      if (i < TEXTS.size() || IntStream.of(renumbered).allMatch(id -> id >= 0)) {
        assertThat(after.get(i)).as(mixed.get(i)).isEqualTo(renumbered);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(100);
    assertThat(TokenizerFile.read(small).vocabularySize())
        .isEqualTo(kept.size())
        .isLessThan(TokenizerFile.read(whole).vocabularySize());
  }

  /** Most have kept tokens only; a word may have others at the start of a text. */
  private static List<String> shuffledWords(int count) {
    List<String> words = List.of(String.join(" ", TEXTS).split(" "));
    Random random = new Random(5);
    return IntStream.range(0, count)
        .mapToObj(i -> words.get(random.nextInt(words.size())) + " " + words.get(i % words.size()))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"word_piece", "bpe", "byte_level_bpe", "unigram"})
  void anyOtherTextIsEncodedToo(String kind) throws IOException {
    Path whole = KINDS.resolve(kind + ".json");
    KeptVocabulary kept = KeptVocabulary.of(whole, TEXTS);
    Path small = folder.resolve("small.json");
    kept.writeTokenizer(small);

    List<int[]> before = ids(whole, OTHERS);
    List<int[]> after = ids(small, OTHERS);
    for (int i = 0; i < OTHERS.size(); i++) {
      assertThat(IntStream.of(after.get(i)))
          .as(OTHERS.get(i))
          .allMatch(id -> id >= 0 && id < kept.size());
      assertThat(after.get(i).length)
          .as(OTHERS.get(i))
          .isGreaterThanOrEqualTo(kind.equals("word_piece") ? 2 : before.get(i).length);
    }
  }

  @Test
  void bytesAreNeverUnknown() throws IOException {
    Path small = folder.resolve("small.json");
    KeptVocabulary.of(KINDS.resolve("byte_level_bpe.json"), List.of("a")).writeTokenizer(small);

    try (TextTokenizer tokenizer = TextTokenizer.open(small)) {
      // <s>, the three bytes of each character and the space between them, </s>
      assertThat(tokenizer.encode("日 本").length()).isEqualTo(2 + 3 + 1 + 3);
    }
  }

  @Test
  void specialTokensAndPaddingAreKeptUnderNewNumbers() throws IOException {
    Path small = folder.resolve("small.json");
    Path bert = Path.of("src/test/resources/org/tribuo/distill/input/text/tinybert-tokenizer.json");
    KeptVocabulary kept = KeptVocabulary.of(bert, List.of("my card"));
    kept.writeTokenizer(small);

    int[] before = ids(bert, List.of("my card")).get(0);
    assertThat(ids(small, List.of("my card")).get(0))
        .isEqualTo(IntStream.of(before).map(id -> kept.newId(id).orElseThrow()).toArray());
    assertThat(kept.newId(before[0])).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"word_piece", "bpe", "byte_level_bpe", "unigram"})
  void aTokenizerIsWrittenTwice(String kind) throws IOException {
    KeptVocabulary kept = KeptVocabulary.of(KINDS.resolve(kind + ".json"), TEXTS);
    Path first = folder.resolve("first.json");
    Path second = folder.resolve("second.json");
    kept.writeTokenizer(first);
    kept.writeTokenizer(second);

    assertThat(second).hasSameBinaryContentAs(first);
  }

  @Test
  void aUnigramTokenizerWithoutAnUnknownTokenStaysOne() throws IOException {
    String unigram = Files.readString(KINDS.resolve("unigram.json"));
    String without = unigram.replaceFirst("\"unk_id\": ?\\d+", "\"unk_id\": null");
    assertThat(without).isNotEqualTo(unigram);
    Path whole = Files.writeString(folder.resolve("whole.json"), without);
    Path small = folder.resolve("small.json");
    KeptVocabulary.of(whole, List.of("my card")).writeTokenizer(small);

    assertThat(TokenizerFile.read(small).json().path("model").path("unk_id").isNull()).isTrue();
  }

  /** Of a file that does not count what pads among its added tokens. */
  @Test
  void whatPadsIsKeptThoughNoTextHasIt() throws IOException {
    Path whole =
        Files.writeString(
            folder.resolve("words.json"),
            """
            {"version": "1.0", "added_tokens": [],
             "padding": {"strategy": "BatchLongest", "direction": "Right",
                         "pad_to_multiple_of": null, "pad_id": 3, "pad_type_id": 0,
                         "pad_token": "<pad>"},
             "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "unk_token": "?",
                       "vocab": {"?": 0, "one": 1, "two": 2, "<pad>": 3}}}
            """);
    Path small = folder.resolve("small.json");
    KeptVocabulary kept = KeptVocabulary.of(whole, List.of("two"));
    kept.writeTokenizer(small);

    assertThat(kept.newId(3)).hasValue(2);
    assertThat(TokenizerFile.read(small).json().path("padding").path("pad_id").asInt())
        .isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"word_piece", "bpe", "byte_level_bpe", "unigram"})
  void whatAReducedTokenizerHasIsFoundInTheWholeOne(String kind) throws IOException {
    Path whole = KINDS.resolve(kind + ".json");
    Path small = folder.resolve("small.json");
    KeptVocabulary kept = KeptVocabulary.of(whole, TEXTS, 2);
    kept.writeTokenizer(small);

    KeptVocabulary read = KeptVocabulary.read(whole, small);

    assertThat(read.size()).isEqualTo(kept.size());
    assertThat(IntStream.range(0, 700).mapToObj(read::newId))
        .containsExactlyElementsOf(IntStream.range(0, 700).mapToObj(kept::newId).toList());
    assertThat(read).hasToString(kept.toString());
  }

  @Test
  void aTokenizerThatIsNotMadeOfTheOtherIsRefused() throws IOException {
    Path one = KINDS.resolve("word_piece.json");
    Path other = KINDS.resolve("unigram.json");

    assertThatThrownBy(() -> KeptVocabulary.read(one, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(other + " is not made of " + one + ": it has the token '")
        .hasMessageEndingWith(
            "which is not there or not in that order; expected what KeptVocabulary.writeTokenizer wrote of that tokenizer");
  }

  @Test
  void aTokenizerThatLeavesOutANumberIsRefused() throws IOException {
    String words =
        """
        {"added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
         "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "one": 1, "two": %d}}}
        """;
    Path whole = Files.writeString(folder.resolve("whole.json"), words.formatted(2));
    Path holes = Files.writeString(folder.resolve("holes.json"), words.formatted(3));

    assertThatThrownBy(() -> KeptVocabulary.read(whole, holes))
        .hasMessageContaining("it has 3 tokens, but none of the number 2");
  }

  @Test
  void aWordThatFewTextsHaveIsReadInPiecesThatManyHave() throws IOException {
    Path whole =
        Files.writeString(
            folder.resolve("pieces.json"),
            """
            {"added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##",
                       "max_input_chars_per_word": 100,
                       "vocab": {"?": 0, "paying": 1, "saying": 2, "often": 3, "##ing": 4,
                                 "pay": 5, "say": 6, "says": 7, "p": 8, "##a": 9, "##y": 10,
                                 "s": 11, "##ay": 12, "##s": 13, "o": 14, "##f": 15, "##t": 16,
                                 "##e": 17, "##n": 18, "##i": 19, "##g": 20, "##ays": 21}}}
            """);
    List<String> texts = List.of("often paying", "often saying", "often often");
    Path small = folder.resolve("small.json");

    KeptVocabulary kept = KeptVocabulary.of(whole, texts, 2);
    kept.writeTokenizer(small);

    assertThat(TokenNumbers.names(TokenizerFile.read(small).json()).values())
        .as("characters, and of all pieces those that two texts have")
        .filteredOn(token -> token.length() > 3)
        .containsExactly("often", "##ing", "##ay");
    assertThat(ids(small, List.of("paying")).get(0))
        .as("p ##ay ##ing")
        .containsExactly(
            kept.newId(8).orElseThrow(), kept.newId(12).orElseThrow(), kept.newId(4).orElseThrow());
    assertThat(KeptVocabulary.of(whole, texts, 1).newId(1)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"word_piece", "bpe", "byte_level_bpe", "unigram"})
  void eachTokenOfSeveralCharactersIsInTheLeastNumberOfTexts(String kind) throws IOException {
    Path whole = KINDS.resolve(kind + ".json");
    List<String> texts = shuffledWords(40);
    int least = 4;
    Path small = folder.resolve("small.json");
    KeptVocabulary kept = KeptVocabulary.of(whole, texts, least);
    kept.writeTokenizer(small);

    int[] counts = new int[kept.size()];
    for (int[] text : ids(small, texts)) {
      IntStream.of(text).distinct().forEach(id -> counts[id]++);
    }
    Collection<String> names = TokenNumbers.names(TokenizerFile.read(small).json()).values();
    List<String> rare = new ArrayList<>();
    TokenNumbers.names(TokenizerFile.read(small).json())
        .forEach(
            (id, token) -> {
              String body = token.replaceAll("##|</w>|<[a-z/]+>", "");
              boolean makesOthers =
                  names.stream().anyMatch(other -> other.contains(body) && !other.equals(token));
              if (counts[id] > 0 && counts[id] < least && body.length() > 1 && !makesOthers) {
                rare.add(token);
              }
            });
    assertThat(rare).as("rare pieces, of which no token is made").isEmpty();
    assertThat(kept.size()).isLessThan(KeptVocabulary.of(whole, texts).size());
  }

  @Test
  void aTokenThatIsGoneIsReadAsTheNearestOne() throws Exception {
    Path whole = tiny();
    Graph graph = Graph.of(Zoo.model("bert_seqcls_ts11"));
    String table =
        Transformer.of(graph.toModel()).embeddings().indexedBy("input_ids").get(0).initializer();
    float[] rows = graph.initializer(table).toFloats();
    int width = (int) graph.initializer(table).dim(1);
    for (int i = 0; i < width; i++) {
      rows[30 * width + i] = 2 * rows[20 * width + i];
      rows[31 * width + i] = -rows[20 * width + i];
    }
    graph.setInitializer(table, Tensor.of(rows, graph.initializer(table).dims()));
    Path model = folder.resolve("model.onnx");
    graph.toModel().write(model);
    Path small = folder.resolve("small.json");
    KeptVocabulary kept =
        KeptVocabulary.of(whole, List.of("w10 w20")).readingOthersAsNearest(model);
    kept.writeTokenizer(small);

    assertThat(ids(small, List.of("w30", "w20")))
        .allSatisfy(text -> assertThat(text).contains(kept.newId(20).orElseThrow()));
    assertThat(ids(small, List.of("w31")).get(0))
        .as("of the opposite direction")
        .doesNotContain(kept.newId(20).orElseThrow());
    KeptVocabulary read = KeptVocabulary.read(whole, small);
    assertThat(read.size()).isEqualTo(kept.size());
    assertThat(read.newId(20)).isEqualTo(kept.newId(20));
    assertThat(read.newId(30)).isEmpty();
  }

  /** The file does not count what pads, nor the unknown token, among its added tokens. */
  @Test
  void aTokenThatIsGoneIsNeverReadAsOneThatIsNoWord() throws Exception {
    Path whole =
        Files.writeString(
            folder.resolve("words.json"),
            """
            {"version": "1.0", "added_tokens": [],
             "padding": {"strategy": "BatchLongest", "direction": "Right",
                         "pad_to_multiple_of": null, "pad_id": 3, "pad_type_id": 0,
                         "pad_token": "<pad>"},
             "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "unk_token": "?",
                       "vocab": {"?": 0, "one": 1, "two": 2, "<pad>": 3, "three": 4, "four": 5}}}
            """);
    Path model = withRows(Map.of(4, 0, 5, 3));
    Path small = folder.resolve("small.json");
    KeptVocabulary.of(whole, List.of("one two"))
        .readingOthersAsNearest(model)
        .writeTokenizer(small);

    assertThat(ids(small, List.of("three", "four")))
        .allSatisfy(text -> assertThat(text).hasSize(1).containsAnyOf(1, 2));
    assertThat(ids(small, List.of("five")).get(0)).containsExactly(0);
  }

  /** A model in whose table of embeddings some rows are copies of others. */
  private Path withRows(Map<Integer, Integer> copies) throws IOException {
    Graph graph = Graph.of(Zoo.model("bert_seqcls_ts11"));
    String table =
        Transformer.of(graph.toModel()).embeddings().indexedBy("input_ids").get(0).initializer();
    float[] rows = graph.initializer(table).toFloats();
    int width = (int) graph.initializer(table).dim(1);
    copies.forEach((to, from) -> System.arraycopy(rows, from * width, rows, to * width, width));
    graph.setInitializer(table, Tensor.of(rows, graph.initializer(table).dims()));
    Path model = folder.resolve("model.onnx");
    graph.toModel().write(model);
    return model;
  }

  @Test
  void allNamesOfATokenThatIsGoneAreReadAsTheNearest() throws Exception {
    Path whole =
        Files.writeString(
            folder.resolve("words.json"),
            """
            {"added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "unk_token": "?",
                       "vocab": {"?": 0, "one": 1, "two": 2, "three": 3, "drei": 3, "un": 1}}}
            """);
    Path small = folder.resolve("small.json");
    KeptVocabulary.of(whole, List.of("one two"))
        .readingOthersAsNearest(withRows(Map.of(3, 2)))
        .writeTokenizer(small);

    assertThat(ids(small, List.of("three drei two un")).get(0)).containsExactly(2, 2, 2, 1);
  }

  /** The model does not name it, and has more names than numbers. */
  @Test
  void anAddedTokenKeepsItsNumberBesideTokensThatAreReadAsOthers() throws Exception {
    Path whole =
        Files.writeString(
            folder.resolve("words.json"),
            """
            {"added_tokens": [{"id": 6, "content": "<order>", "single_word": false, "lstrip": false,
                               "rstrip": false, "normalized": false, "special": true}],
             "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "unk_token": "?",
                       "vocab": {"?": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}}}
            """);
    Path small = folder.resolve("small.json");
    KeptVocabulary kept =
        KeptVocabulary.of(whole, List.of("one two")).readingOthersAsNearest(withRows(Map.of(4, 2)));
    kept.writeTokenizer(small);

    assertThat(ids(small, List.of("four <order>")).get(0))
        .containsExactly(2, kept.newId(6).orElseThrow());
    assertThat(KeptVocabulary.read(whole, small).size()).isEqualTo(kept.size());
  }

  @Test
  void theNearestAreFoundInHalves() throws Exception {
    Path whole = tiny();
    Graph graph = Graph.of(OnnxModel.read(withRows(Map.of(30, 20))));
    Float16Weights.apply(graph);
    Path halves = folder.resolve("halves.onnx");
    graph.toModel().write(halves);
    Path small = folder.resolve("small.json");
    KeptVocabulary kept =
        KeptVocabulary.of(whole, List.of("w10 w20 w40")).readingOthersAsNearest(halves);
    kept.writeTokenizer(small);

    assertThat(ids(small, List.of("w30")).get(0)).contains(kept.newId(20).orElseThrow());
  }

  /** The scales of a quantised table are no embeddings. */
  @Test
  void theNearestAreNotFoundInIntegers() throws Exception {
    Graph graph = Transformer.of(Zoo.model("bert_seqcls_ts11")).normalizedForTraining();
    Path integers = folder.resolve("integers.onnx");
    InferenceForm.withInt8Weights(graph).write(integers);
    KeptVocabulary kept = KeptVocabulary.of(tiny(), List.of("w10 w20"));

    assertThatThrownBy(() -> kept.readingOthersAsNearest(integers))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("holds no embedding table of floats");
  }

  @Test
  void theNearestAreNotFoundInAModelOfFewerTokens() {
    assertThatThrownBy(
            () ->
                KeptVocabulary.of(KINDS.resolve("word_piece.json"), TEXTS)
                    .readingOthersAsNearest(Zoo.file("bert_seqcls_ts11")))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("has 101 rows; is this the model's own tokenizer?");
  }

  @Test
  void onlyNamedTokensAreReadAsOthers() throws Exception {
    KeptVocabulary kept = KeptVocabulary.of(KINDS.resolve("unigram.json"), TEXTS);

    assertThatThrownBy(() -> kept.readingOthersAsNearest(Zoo.file("bert_seqcls_ts11")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is neither WordPiece nor of whole words");
  }

  @Test
  void aNumberOfTextsBelowOneIsRefused() {
    assertThatThrownBy(() -> KeptVocabulary.of(KINDS.resolve("bpe.json"), TEXTS, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A token is to be kept that 0 texts have, expected 1 or more");
  }

  @Test
  void theTextsOfExamplesAreRead() throws IOException {
    Path whole = KINDS.resolve("word_piece.json");
    List<Example<Label>> examples = new ArrayList<>();
    try (TextTokenizer tokenizer = TextTokenizer.open(whole)) {
      for (String text : TEXTS) {
        examples.add(tokenizer.encode(text).toExample(LabelFactory.UNKNOWN_LABEL));
      }
    }
    assertThatThrownBy(() -> KeptVocabulary.ofExamples(whole, examples, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Example 0 does not keep its text, of which a vocabulary is made; set keepText of the CsvTextDataSource, or put the text into the example's metadata 'text'");

    for (int i = 0; i < TEXTS.size(); i++) {
      examples.get(i).setMetadataValue("text", "card");
      examples.get(i).setMetadataValue("text-pair", TEXTS.get(i));
    }
    assertThat(KeptVocabulary.ofExamples(whole, examples, 1))
        .hasToString(KeptVocabulary.of(whole, TEXTS).toString());
  }

  @Test
  void aFileIsNeverReplacedByWhatIsMadeOfIt() throws IOException {
    Path tokenizer = Files.copy(KINDS.resolve("bpe.json"), folder.resolve("tokenizer.json"));
    KeptVocabulary kept = KeptVocabulary.of(tokenizer, TEXTS);

    Path model = Files.copy(Zoo.file("bert_seqcls_ts11"), folder.resolve("model.onnx"));
    Path linked = Files.createLink(folder.resolve("link.onnx"), model);

    assertThatThrownBy(() -> kept.writeTokenizer(tokenizer))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(tokenizer + ": is read, and would be replaced");
    for (Path read : List.of(model, linked, tokenizer)) {
      assertThatThrownBy(() -> kept.writeModel(model, read))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("would be replaced");
    }
  }

  /** Their tokens are cut, whatever else they read. */
  @ParameterizedTest
  @ValueSource(strings = {"bert_seqcls_ts11", "gpt2_causal_optimum_past", "t5_seq2seq_optimum"})
  void modelsOfAnyKindAreWritten(String model) throws Exception {
    Path tokenizer = tiny();
    Path small = folder.resolve("small.onnx");
    KeptVocabulary kept = KeptVocabulary.of(tokenizer, List.of("w10 w20 sky"));
    kept.writeModel(Zoo.file(model), small);

    assertThat(Transformer.of(OnnxModel.read(small)).embeddings().rows("input_ids"))
        .hasValue(kept.size());
  }

  @Test
  void aModelWithoutTokensIsRefused() throws Exception {
    KeptVocabulary kept = KeptVocabulary.of(KINDS.resolve("bpe.json"), TEXTS);

    assertThatThrownBy(
            () -> kept.writeModel(Zoo.file("vit_imgcls_dynamo"), folder.resolve("x.onnx")))
        .hasMessageContaining("No input of the model takes token ids: it has [pixel_values]");
  }

  /** Of the models of the zoo. */
  private static Path tiny() throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(DistillationTrainer.class.getResource("tiny-tokenizer.json"))
            .toURI());
  }

  private static List<int[]> ids(Path tokenizer, List<String> texts) throws IOException {
    try (TextTokenizer open = TextTokenizer.open(tokenizer)) {
      return open.encodeAll(texts).stream()
          .map(text -> IntStream.range(0, text.length()).map(text::id).toArray())
          .toList();
    }
  }
}
