package org.tribuo.distill.input.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever a text is, a reduced tokenizer reads it: all questions of BANKING77, and some sentences
 * of other languages and scripts, of which the vocabulary is not made.
 */
class ReducedTokenizersTest {
  private static final Path KINDS =
      Path.of("src/test/resources/org/tribuo/distill/input/text/kinds");

  private static final Path BANKING77 = Path.of("..", "examples", "data", "banking77");

  /** The vocabulary is made of these many questions. */
  private static final int READ = 300;

  private static final List<String> OTHERS =
      List.of(
          "Où est ma carte ? Je l'ai commandée il y a déjà une semaine.",
          "¿Por qué me cobraron dos veces, señor Núñez?",
          "Gdzie jest moja karta? Zażółć gęślą jaźń.",
          "Wo bleibt meine Überweisung? Straße, Größe, ß.",
          "Где моя карта? Я жду уже неделю.",
          "Πού είναι η κάρτα μου;",
          "بطاقتي لم تصل بعد.",
          "הכרטיס שלי לא הגיע.",
          "私のカードはどこですか。",
          "我的卡还没有到。",
          "내 카드는 어디에 있나요?",
          "मेरा कार्ड कहाँ है?",
          "card 💳 lost 😭 \u200d é \ufeff\t\u0007 ½ ﬁ",
          "<s> </s> <mask> <pad> [UNK]",
          "  \t  ",
          "antidisestablishmentarianism-pneumonoultramicroscopicsilicovolcanoconiosis");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "word_piece, 1",
    "word_piece, 5",
    "bpe, 1",
    "bpe, 5",
    "byte_level_bpe, 1",
    "byte_level_bpe, 5",
    "unigram, 1",
    "unigram, 5"
  })
  void everyTextIsReadAndMeansTheSame(String kind, int leastTexts) throws IOException {
    List<String> questions = new ArrayList<>();
    for (String file : List.of("train.csv", "test.csv")) {
      questions.addAll(Files.readAllLines(BANKING77.resolve(file)));
    }
    check(KINDS.resolve(kind + ".json"), questions, leastTexts);
  }

  /**
   * The same with other tokenizers and texts: {@code -Dtokenizers.dir} has any number of {@code
   * tokenizer.json} below it, {@code -Dtexts.dir} any number of files of one text a line.
   */
  @Test
  void othersAreReadOnRequest() throws IOException {
    String tokenizers = System.getProperty("tokenizers.dir");
    String texts = System.getProperty("texts.dir");
    if (tokenizers != null && texts != null) {
      List<String> lines = new ArrayList<>();
      for (Path file : files(Path.of(texts), "")) {
        lines.addAll(Files.readAllLines(file));
      }
      for (Path tokenizer : files(Path.of(tokenizers), "tokenizer.json")) {
        check(tokenizer, lines, 1);
        check(tokenizer, lines, 3);
      }
    }
  }

  private static List<Path> files(Path below, String ending) throws IOException {
    try (Stream<Path> all = Files.walk(below)) {
      return all.filter(file -> Files.isRegularFile(file) && file.toString().endsWith(ending))
          .sorted()
          .toList();
    }
  }

  private void check(Path whole, List<String> texts, int leastTexts) throws IOException {
    Path small = folder.resolve("small.json");
    KeptVocabulary kept = KeptVocabulary.of(whole, texts.subList(0, READ), leastTexts);
    kept.writeTokenizer(small);
    Spelling before = Spelling.of(whole);
    Spelling after = Spelling.of(small);
    List<String> all = new ArrayList<>(texts);
    all.addAll(OTHERS);
    int unknown = 0;
    try (TextTokenizer ofWhole = TextTokenizer.open(whole, TokenSequence.MAX_LENGTH);
        TextTokenizer ofSmall = TextTokenizer.open(small, TokenSequence.MAX_LENGTH)) {
      List<TokenSequence> expected = ofWhole.encodeAll(all);
      List<TokenSequence> actual = ofSmall.encodeAll(all);
      for (int i = 0; i < all.size(); i++) {
        assertThat(IntStream.of(actual.get(i).ids()))
            .as(all.get(i))
            .allMatch(id -> id < kept.size());
        String meant = before.of(expected.get(i));
        String spelt = after.of(actual.get(i));
        if (!after.leavesOut(spelt)) {
          assertThat(spelt).as(all.get(i)).isEqualTo(meant);
        } else if (!before.leavesOut(meant)) {
          assertThat(i).as("%s: %s", all.get(i), spelt).isGreaterThanOrEqualTo(READ);
          unknown++;
        }
      }
    }
    assertThat(unknown).as("texts with a character that is not kept").isLessThan(all.size() / 20);
  }

  /** The texts that tokens stand for, without spaces. */
  private record Spelling(Map<Integer, String> names, String unknown, String prefix) {
    static Spelling of(Path tokenizer) throws IOException {
      JsonNode json = TokenizerFile.read(tokenizer).json();
      JsonNode model = json.path("model");
      String unknown =
          model.path("unk_id").isInt()
              ? model.path("vocab").path(model.path("unk_id").asInt()).path(0).asText()
              : model.path("unk_token").asText("");
      return new Spelling(
          TokenNumbers.names(json), unknown, model.path("continuing_subword_prefix").asText(""));
    }

    String of(TokenSequence tokens) {
      return IntStream.of(tokens.ids())
          .mapToObj(id -> Objects.requireNonNull(names.get(id)))
          .map(name -> !prefix.isEmpty() && name.startsWith(prefix) ? name.substring(2) : name)
          .map(name -> name.replace("</w>", "").replace("▁", ""))
          .collect(Collectors.joining());
    }

    boolean leavesOut(String spelt) {
      return !unknown.isEmpty() && spelt.contains(unknown);
    }
  }
}
