package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Scores are those of sacrebleu, which {@code src/dev/python/text_score_goldens.py} has written.
 */
class TextScoresTest {
  private static final Offset<Double> ROUNDING = within(1e-9);

  private static Stream<JsonNode> goldens(String kind) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(TextScoresTest.class.getResourceAsStream("text-scores.json"))) {
      return elements(new ObjectMapper().readTree(file).get(kind));
    }
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static List<String> texts(JsonNode array) {
    return elements(array).map(JsonNode::asText).toList();
  }

  static Stream<Corpus> corpora() throws IOException {
    return goldens("corpora").map(Corpus::new);
  }

  private record Corpus(JsonNode json) {
    TextScores scores() {
      return TextScores.of(
          texts(json.get("texts")),
          elements(json.get("references")).map(TextScoresTest::texts).toList());
    }

    double number(String name) {
      return json.get(name).asDouble();
    }

    @Override
    public String toString() {
      return json.get("name").asText();
    }
  }

  @ParameterizedTest
  @MethodSource("corpora")
  void bleuIsThatOfSacrebleu(Corpus corpus) {
    TextScores.Bleu bleu = corpus.scores().bleu();

    assertThat(bleu.score()).isEqualTo(corpus.number("bleu"), ROUNDING);
    List<Double> precisions =
        elements(corpus.json().get("precisions")).map(JsonNode::asDouble).toList();
    assertThat(bleu.precisions()).hasSameSizeAs(precisions);
    for (int i = 0; i < precisions.size(); i++) {
      assertThat(bleu.precisions().get(i)).isEqualTo(precisions.get(i), ROUNDING);
    }
    assertThat(bleu.brevityPenalty()).isEqualTo(corpus.number("brevityPenalty"), ROUNDING);
    assertThat(bleu.length()).isEqualTo(corpus.json().get("length").asLong());
    assertThat(bleu.referenceLength()).isEqualTo(corpus.json().get("referenceLength").asLong());
  }

  @ParameterizedTest
  @MethodSource("corpora")
  void chrFIsThatOfSacrebleu(Corpus corpus) {
    assertThat(corpus.scores().chrF().score()).isEqualTo(corpus.number("chrF"), ROUNDING);
  }

  @ParameterizedTest
  @MethodSource("corpora")
  void textsMatchWhereTheyAreEqualToAReference(Corpus corpus) {
    TextScores scores = corpus.scores();

    assertThat(scores.texts()).isEqualTo(corpus.json().get("texts").size());
    assertThat(scores.exactMatch()).isEqualTo(corpus.number("exactMatch"), ROUNDING);
  }

  @Test
  void wordsAreThoseOfSacrebleu() throws IOException {
    assertThat(goldens("words"))
        .hasSizeGreaterThan(250)
        .allSatisfy(
            golden ->
                assertThat(TextUnits.words(golden.get("text").asText()))
                    .isEqualTo(texts(golden.get("words"))));
  }

  @Test
  void charactersAreCodePoints() {
    assertThat(TextUnits.characters(" ü 😀\u00a0a")).containsExactly("ü", "😀", "a");
  }

  /** P is the mean of 4/4, 3/3, 2/2 and 1/1, R of 4/6, 3/5, 2/4 and 1/3. */
  @Test
  void precisionAndRecallAreMeansOverTheLengthsThatBothHave() {
    TextScores.ChrF chrF = TextScores.of(List.of("abcd"), List.of(List.of("abcd ef"))).chrF();

    double recall = 100 * (4 / 6.0 + 3 / 5.0 + 2 / 4.0 + 1 / 3.0) / 4;
    assertThat(chrF.precision()).isEqualTo(100, ROUNDING);
    assertThat(chrF.recall()).isEqualTo(recall, ROUNDING);
    assertThat(chrF.score()).isEqualTo(5 * 100 * recall / (400 + recall), ROUNDING);
  }

  @Test
  void aPersonReadsAllScores() {
    List<List<String>> references =
        List.of(List.of("A man is sleeping."), List.of("The dog runs."));

    assertThat(TextScores.of(List.of("A man is sleeping.", "A dog runs"), references))
        .hasToString(
            "2 texts: BLEU 75.89 (87.5/83.3/75.0/100.0; brevity penalty 0.882, 8 words, in the references 9), chrF 82.85 (precision 94.2, recall 80.4), exact match 50.00 %");
  }

  @Test
  void textsWithoutReferencesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextScores.of(List.of(), List.of()))
        .withMessage("There are no texts to score, expected one or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextScores.of(List.of("a", "b"), List.of(List.of("a", "b"))))
        .withMessage(
            "There are 2 texts and 1 lists of references, expected one list for each text");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextScores.of(List.of("a", "b"), List.of(List.of("a"), List.of())))
        .withMessage("Text 1 has no reference, expected one or more; leave the text out");
  }
}
