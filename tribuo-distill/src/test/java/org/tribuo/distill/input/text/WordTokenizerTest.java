package org.tribuo.distill.input.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.input.internal.text.WordFeatures;
import org.tribuo.distill.input.internal.text.WordPieces;
import org.tribuo.distill.input.internal.text.Words;
import org.tribuo.sequence.SequenceExample;

/** The tiny tokenizer is one of word pieces, uncased, with [CLS] 3 and [SEP] 1. */
class WordTokenizerTest {
  private static final Path FILE = file();

  private static Path file() {
    try {
      return Path.of(
          Objects.requireNonNull(TextTokenizerTest.class.getResource("tinybert-tokenizer.json"))
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Each word alone has the tokens that it has in the sentence. */
  private static void assertAligned(String... words) throws Exception {
    try (WordTokenizer tokenizer = WordTokenizer.open(FILE);
        TextTokenizer single = TextTokenizer.open(FILE)) {
      WordPieces pieces = tokenizer.pieces(List.of(words));
      assertThat(pieces.before()).containsExactly(3);
      assertThat(pieces.after()).containsExactly(1);
      assertThat(pieces.words()).hasSize(words.length);
      for (int i = 0; i < words.length; i++) {
        int[] alone = single.encode(words[i]).ids();
        assertThat(pieces.words().get(i).stream().mapToInt(id -> id).toArray())
            .as(words[i])
            .isEqualTo(java.util.Arrays.copyOfRange(alone, 1, alone.length - 1));
      }
    }
  }

  @Test
  void wordsKeepTheirTokens() throws Exception {
    assertAligned("Where", "is", "my", "card?");
    assertAligned("It's", "12:30.", "U.S.A.", "@paul_walk", "#fail", "http://x.org/a?b=c");
  }

  @Test
  void offsetsCountCodePoints() throws Exception {
    assertAligned("\uD83D\uDE00\uD83D\uDE00", "card", "\uD83D\uDC69\u200D\uD83D\uDCBB", "is", "it");
    assertAligned("漢字かな", "in", "naïve", "e\u0301cole", "ﬁne", "İstanbul", "box");
    assertAligned("नमस्ते", "the", "مرحبا", "box");
  }

  @Test
  void aWordThatTheTokenizerDropsHasNoTokens() throws Exception {
    try (WordTokenizer tokenizer = WordTokenizer.open(FILE)) {
      WordPieces pieces = tokenizer.pieces(List.of("is", "\u0000\u0001", "\u200B", "it"));
      assertThat(pieces.words().get(0)).isNotEmpty();
      assertThat(pieces.words().get(1)).isEmpty();
      assertThat(pieces.words().get(2)).isEmpty();
      assertThat(pieces.words().get(3)).isNotEmpty();
      SequenceExample<Label> sentence =
          tokenizer.encode(
              List.of("\u200B", "\u200B"), Collections.nCopies(2, LabelFactory.UNKNOWN_LABEL));
      assertThat(sentence.validateExample()).isTrue();
      assertThat(WordFeatures.read(sentence).words()).containsExactly(List.of(), List.of());
      assertThat(new Words().windows(sentence, 16)).isEmpty();
    }
  }

  @Test
  void aSentenceIsReadAsItWasWritten() throws Exception {
    try (WordTokenizer tokenizer = WordTokenizer.open(FILE)) {
      List<String> words = List.of("Where", "is", "\u200B", "my", "card?");
      SequenceExample<Label> sentence =
          tokenizer.encode(words, Collections.nCopies(5, new Label("O")));
      assertThat(WordFeatures.read(sentence)).isEqualTo(tokenizer.pieces(words));
      assertThat(sentence.get(3).getMetadataValue(RawText.TEXT)).contains("my");
    }
  }

  @Test
  void badSentencesAreRefused() throws Exception {
    try (WordTokenizer tokenizer = WordTokenizer.open(FILE)) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> tokenizer.encode(List.of("one", " "), two()))
          .withMessage("Word 1 of the sentence [one,  ] is blank, expected a word");
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> tokenizer.encode(List.of("one"), two()))
          .withMessageContaining("1 words and 2 labels");
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> tokenizer.encode(List.of(), List.<Label>of()))
          .withMessageContaining("no words");
    }
  }

  /** Two of the most tokens are special ones. */
  @Test
  void nothingOfALongSentenceIsLeftOutWithoutAWord() throws Exception {
    List<String> words = Collections.nCopies(TokenSequence.MAX_LENGTH - 2, "is");
    try (WordTokenizer tokenizer = WordTokenizer.open(FILE);
        QuestionTokenizer questions = QuestionTokenizer.open(FILE)) {
      assertThat(tokenizer.pieces(words).words()).doesNotContain(List.of());
      List<String> more = new java.util.ArrayList<>(words);
      more.add("it");
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> tokenizer.pieces(more))
          .withMessageEndingWith("has more than 100000 tokens; split it");
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(
              () -> questions.encode("is it", String.join(" ", words), new Label("any output")))
          .withMessageEndingWith("has more than 100000 tokens; split it");
    }
  }

  private static List<Label> two() {
    return Collections.nCopies(2, new Label("O"));
  }

  @Test
  void columnsCommentsDocumentsAndLineEnds(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("a.conll");
    Files.writeString(
        file,
        "\uFEFF-DOCSTART- -X- O O\r\n\r\n# id = 1\r\nEU NNP I-NP B-ORG\r\nrejects VBZ I-VP O\r\n\r\n\r\n"
            + "# id = 2\r\nGerman call\tJJ\tI-NP\tB-MISC\r\n? . O _\r\n"
            + "-DOCSTART- -X- O O\r\nPeter NNP I-NP B-PER\r\n");
    ConllDataSource source = ConllDataSource.of(file, FILE, 0, -1, "# ");
    List<ConllFile.Sentence> sentences =
        new ConllFile(TextFile.of(file), 0, 1, Optional.of("# ")).sentences();
    assertThat(sentences)
        .containsExactly(
            new ConllFile.Sentence(List.of("EU", "rejects"), List.of("NNP", "VBZ")),
            new ConllFile.Sentence(List.of("German call", "?"), List.of("JJ", ".")),
            new ConllFile.Sentence(List.of("Peter"), List.of("NNP")));
    List<SequenceExample<Label>> read = new java.util.ArrayList<>();
    source.forEach(read::add);
    assertThat(read).hasSize(3);
    assertThat(read.get(0).get(0).getOutput()).isEqualTo(new Label("B-ORG"));
    assertThat(read.get(1).get(1).getOutput()).isEqualTo(LabelFactory.UNKNOWN_LABEL);
    assertThat(source.withoutLabels().iterator().next().get(0).getOutput())
        .isEqualTo(LabelFactory.UNKNOWN_LABEL);
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> ConllDataSource.of(file, FILE, 0, 7, "# "))
        .withStackTraceContaining("line 4")
        .withStackTraceContaining("no column 7 for the label");
  }

  @Test
  void aFileMayHaveWordsAlone(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("words.txt"), "where\nis\n\nit\n");
    List<SequenceExample<Label>> read = new java.util.ArrayList<>();
    ConllDataSource.ofWords(file, FILE).forEach(read::add);
    assertThat(read).extracting(SequenceExample::size).containsExactly(2, 1);
    assertThat(read.get(0).get(1).getOutput()).isEqualTo(LabelFactory.UNKNOWN_LABEL);
  }

  @Test
  void whatIsNoFileOfSentencesIsRefused(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("a.conll");
    refused(file, "dataPath").withMessageContaining("there is no file %s", file);
    refused(Files.writeString(file, "\n\n-DOCSTART- -X- O O\n"), "dataPath")
        .withMessageContaining("%s has no sentences", file);
    refused(Files.writeString(file, "EU B-ORG\nrejects\n"), "dataPath")
        .withMessageContaining("%s cannot be read in columns", file)
        .withStackTraceContaining(
            "line 2 of %s, 'rejects', has one column, expected one for the word and one for its label; if it is a comment, state the commentPrefix, and if the file has words alone, read it without labels"
                .formatted(file));
    refused(Files.writeString(file, "EU\tB-ORG\n\tO\n"), "dataPath")
        .withStackTraceContaining(
            "line 2 of %s, '\tO', has an empty word in column 0".formatted(file));
    refused(Files.write(file, new byte[] {'E', (byte) 0xff, ' ', 'O', '\n'}), "dataPath")
        .withStackTraceContaining("line 1");
    Files.writeString(file, "EU B-ORG\n");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> ConllDataSource.of(file, FILE, -1, -1))
        .withMessageContaining("is -1, expected 0 or more");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> ConllDataSource.of(file, file))
        .withMessageContaining("Property: tokenizerPath")
        .withMessageContaining("%s cannot be read", file);
  }

  private static ThrowableAssertAlternative<PropertyException> refused(Path file, String property) {
    return assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> ConllDataSource.of(file, FILE))
        .withMessageContaining("Component: ConllDataSource, Property: " + property);
  }
}
