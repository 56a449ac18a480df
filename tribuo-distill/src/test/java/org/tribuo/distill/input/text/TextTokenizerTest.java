package org.tribuo.distill.input.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The expected ids are those of Hugging Face's tokenizers 0.23.3 for Python. */
class TextTokenizerTest {
  static final Path FILE =
      Path.of(
          Objects.requireNonNull(TextTokenizerTest.class.getResource("tinybert-tokenizer.json"))
              .getPath());

  @TempDir Path folder;

  @Test
  void textsGetTheIdsOfHuggingFace() throws IOException {
    try (TextTokenizer tokenizer = TextTokenizer.open(FILE)) {
      assertThat(tokenizer.encode("Where is my card?"))
          .isEqualTo(TokenSequence.of(3, 701, 134, 174, 20, 248, 17, 1));
      assertThat(tokenizer.encode("")).isEqualTo(TokenSequence.of(3, 1));
      assertThat(tokenizer.encode("  Héllo, WORLD — \u00a0naïve \uD83D\uDE00 漢字 "))
          .isEqualTo(TokenSequence.of(3, 103, 99, 59, 6, 630, 44, 31, 50, 297, 0, 0, 0, 1));
      assertThat(tokenizer.encode("It's 12:30.\n\ttabs"))
          .isEqualTo(TokenSequence.of(3, 114, 0, 36, 0, 15, 0, 8, 867, 70, 66, 1));
    }
  }

  @Test
  void theSecondTextOfAPairIsOfSegmentOne() throws IOException {
    try (TextTokenizer tokenizer = TextTokenizer.open(FILE)) {
      assertThat(tokenizer.encode("Where is it?", "In the box."))
          .isEqualTo(
              new TokenSequence(
                  new int[] {3, 701, 134, 114, 17, 1, 98, 80, 1223, 69, 8, 1},
                  new int[] {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}));
    }
  }

  @Test
  void longTextsAreCutOnTheRightAndKeepTheirSpecialTokens() throws IOException {
    try (TextTokenizer tokenizer = TextTokenizer.open(FILE, 8)) {
      assertThat(tokenizer.maxLength()).isEqualTo(8);
      assertThat(tokenizer.encode("one two three four five six seven eight"))
          .isEqualTo(TokenSequence.of(3, 251, 409, 1338, 499, 583, 1272, 1));
      assertThat(tokenizer.encode("one two three four five six", "in a box").ids())
          .containsExactly(3, 251, 409, 1338, 1, 98, 18, 1);
      assertThat(tokenizer.encode("in", "one two three four five six"))
          .isEqualTo(
              new TokenSequence(
                  new int[] {3, 98, 1, 251, 409, 1338, 499, 1},
                  new int[] {0, 0, 0, 1, 1, 1, 1, 1}));
    }
  }

  @Test
  void theFileSaysHowToTruncate() throws IOException {
    Path file =
        withTruncation(
            """
            {"direction":"Right","max_length":8,"strategy":"OnlyFirst","stride":0}\
            """);
    try (TextTokenizer tokenizer = TextTokenizer.open(file)) {
      assertThat(tokenizer.maxLength()).isEqualTo(8);
      assertThat(tokenizer.encode("one two three four five six", "in a box").ids())
          .containsExactly(3, 251, 1, 98, 18, 1223, 69, 1);
    }
    try (TextTokenizer tokenizer = TextTokenizer.open(FILE)) {
      assertThat(tokenizer.maxLength()).isEqualTo(TextTokenizer.DEFAULT_MAX_LENGTH);
    }
  }

  @Test
  void aLongMaximumIsNotCutShort() throws IOException {
    try (TextTokenizer tokenizer = TextTokenizer.open(FILE, 2000)) {
      assertThat(tokenizer.encode("one ".repeat(3000)).length()).isEqualTo(2000);
    }
  }

  @Test
  void manyTextsAreEncodedAsOneByOneAndWithoutPadding() throws IOException {
    List<String> texts = IntStream.range(0, 100).mapToObj("one "::repeat).toList();
    try (TextTokenizer tokenizer = TextTokenizer.open(FILE, 50)) {
      assertThat(tokenizer.encodeAll(texts))
          .isEqualTo(texts.stream().map(tokenizer::encode).toList());
      assertThat(tokenizer.encodeAll(texts, texts))
          .isEqualTo(texts.stream().map(text -> tokenizer.encode(text, text)).toList());
      assertThat(tokenizer.encodeAll(List.of())).isEmpty();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encodeAll(texts, List.of("one")))
          .withMessage("There are 100 first texts and 1 second ones, expected the same number");
    }
  }

  @Test
  void manyThreadsMayShareATokenizer() throws IOException {
    try (TextTokenizer tokenizer = TextTokenizer.open(FILE)) {
      TokenSequence expected = tokenizer.encode("Where is my card?");
      assertThat(
              IntStream.range(0, 500)
                  .parallel()
                  .mapToObj(i -> tokenizer.encode("Where is my card?")))
          .allMatch(expected::equals);
    }
  }

  @Test
  void halfACharacterIsEncodedAsAnUnknownOne() throws IOException {
    try (TextTokenizer tokenizer = TextTokenizer.open(FILE)) {
      assertThat(tokenizer.encode("my \uD83D card").ids()).startsWith(3, 174, 20).endsWith(248, 1);
    }
  }

  @Test
  void theFileIsIdentifiedByItsContent() throws IOException {
    try (TextTokenizer tokenizer = TextTokenizer.open(FILE)) {
      assertThat(tokenizer.file()).isEqualTo(FILE);
      assertThat(tokenizer.sha256())
          .isEqualTo("1b609336c227a99df80a5002ac82a28f37afa3444fa6e3284181efb2a647e313");
      assertThat(tokenizer.vocabularySize()).isEqualTo(1656);
    }
  }

  @Test
  void aContentIsParsedAndCheckedOnce() throws IOException {
    Path copy = Files.copy(FILE, folder.resolve("copy.json"));
    TokenizerFile first = TokenizerFile.read(FILE);
    TokenizerFile second = TokenizerFile.read(copy);
    assertThat(second.content()).isSameAs(first.content());
    assertThat(second.path()).isEqualTo(copy);
    Files.writeString(copy, Files.readString(copy).replaceFirst("\\{", "{ "));
    assertThat(TokenizerFile.read(copy).content()).isNotSameAs(first.content());
  }

  @Test
  void theVocabularyOfAUnigramModelIsAList() throws IOException {
    Path file =
        write(
            """
            {"version":"1.0","added_tokens":[{"id":3,"content":"<mask>","single_word":false,
            "lstrip":false,"rstrip":false,"normalized":false,"special":true}],
            "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["a",-1.0],["b",-2.0]]}}\
            """);
    try (TextTokenizer tokenizer = TextTokenizer.open(file)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(4);
      assertThat(tokenizer.encode("ab<mask>")).isEqualTo(TokenSequence.of(1, 2, 3));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encode(""))
          .withMessage("The tokenizer of %s finds no token in the text ''".formatted(file));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encodeAll(List.of("a", "")))
          .withMessage("Row 1: The tokenizer of %s finds no token in the text ''".formatted(file));
    }
  }

  @Test
  void openingLeavesTheNetworkSwitchAsItWas() throws IOException {
    TextTokenizer.open(FILE).close();
    assertThat(System.getProperty("ai.djl.offline")).isNull();
  }

  @Test
  void aClosedTokenizerSaysSo() throws IOException {
    TextTokenizer tokenizer = TextTokenizer.open(FILE);
    tokenizer.close();
    tokenizer.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> tokenizer.encode("one"))
        .withMessage("The tokenizer of %s is closed".formatted(FILE));
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("missing.json");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> TextTokenizer.open(missing))
        .withMessage(missing + ": no such file, expected a tokenizer.json of Hugging Face");
  }

  @Test
  void aFileThatIsNoTokenizerIsRefused() throws IOException {
    Path text = write("[CLS]\n[SEP]\n");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TextTokenizer.open(text))
        .withMessageStartingWith(text + " is not a tokenizer.json of Hugging Face: ");
    Path settings = write("{\"do_lower_case\":true}");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TextTokenizer.open(settings))
        .withMessage(settings + " is not a tokenizer.json of Hugging Face: it has no \"model\"");
    Path broken = write("{\"model\":{\"type\":\"Runes\",\"vocab\":{}}}");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TextTokenizer.open(broken))
        .withMessageStartingWith(broken + " is not a tokenizer.json of Hugging Face: ");
  }

  @Test
  void truncationOnTheLeftIsRefused() throws IOException {
    Path file =
        withTruncation(
            """
            {"direction":"Left","max_length":8,"strategy":"LongestFirst","stride":0}\
            """);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TextTokenizer.open(file))
        .withMessage(
            file
                + " truncates on the Left side, only Right is supported;"
                + " change its truncation.direction");
  }

  @Test
  void aMaximumLengthOutOfRangeIsRefused() {
    for (int maxLength : new int[] {-1, 0, 3, 100_001}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TextTokenizer.open(FILE, maxLength))
          .withMessage(
              "The maximum length is %d tokens, expected 4 to 100000: %s adds 3 special tokens to a"
                  + " pair",
              maxLength, FILE);
    }
  }

  private Path withTruncation(String truncation) throws IOException {
    return write(
        Files.readString(FILE).replace("\"truncation\": null", "\"truncation\": " + truncation));
  }

  private Path write(String json) throws IOException {
    return Files.writeString(folder.resolve("tokenizer.json"), json);
  }
}
