package org.tribuo.distill.input.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.sequence.SequenceExample;
import org.tribuo.test.Helpers;

/** Texts without labels that are made of those at hand. */
class TextAugmentationTest {
  private static final LabelFactory LABELS = new LabelFactory();

  @TempDir Path folder;

  @Test
  void aCopyOfReplacedWordsHasAsManyAndOnesOfTheTexts() {
    List<List<String>> texts = List.of(List.of("a", "b", "c"), List.of("d", "e"), List.of("f"));
    List<List<String>> copies = TextAugmentation.copies(50).replaced(1).pieces(0).ofWords(texts);

    assertThat(copies)
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(texts)
        .allSatisfy(copy -> assertThat(List.of("a", "b", "c", "d", "e", "f")).containsAll(copy))
        .allSatisfy(copy -> assertThat(copy).hasSizeBetween(1, 3));
    assertThat(copies.stream().filter(copy -> copy.size() == 1))
        .as("each other word stands for the text of one word")
        .containsExactlyInAnyOrder(
            List.of("a"), List.of("b"), List.of("c"), List.of("d"), List.of("e"));
  }

  @Test
  void wordsAreReplacedWithTheProbabilityByAnyOfTheDifferentWords() {
    List<String> text = new ArrayList<>(Collections.nCopies(9_000, "often"));
    text.addAll(List.of("rare", "new", "odd"));
    List<String> copy =
        TextAugmentation.copies(1).replaced(0.2).pieces(0).ofWords(List.of(text)).get(0);
    var counts =
        copy.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

    // 1,800 words are replaced, a quarter of them by each of the four; the deviation is 21.
    assertThat(counts.get("rare")).isCloseTo(450, within(80L));
    assertThat(counts.get("new")).isCloseTo(450, within(80L));
    assertThat(counts.get("odd")).isCloseTo(450, within(80L));
  }

  @Test
  void aPieceIsARunOfTwoWordsOrMore() {
    List<String> text = IntStream.range(0, 12).mapToObj(Integer::toString).toList();
    List<List<String>> copies =
        TextAugmentation.copies(300).replaced(0).pieces(1).ofWords(List.of(text));

    assertThat(copies)
        .hasSizeGreaterThan(50)
        .allSatisfy(
            copy -> {
              int begin = Integer.parseInt(copy.get(0));
              assertThat(copy)
                  .hasSizeGreaterThan(1)
                  .isEqualTo(text.subList(begin, begin + copy.size()));
            });
    assertThat(copies.stream().map(copy -> copy.get(0)).collect(Collectors.toSet())).hasSize(11);
  }

  @Test
  void aQuarterOfTheCopiesArePiecesUnlessStated() {
    List<List<String>> texts = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      int first = 100 * i;
      texts.add(IntStream.range(first, first + 50).mapToObj(Integer::toString).toList());
    }
    long pieces =
        TextAugmentation.copies(1).ofWords(texts).stream().filter(copy -> copy.size() < 50).count();

    assertThat(pieces).isCloseTo(250, within(45L));
  }

  @Test
  void theSameSeedGivesTheSameCopies() {
    List<String> texts = List.of("where is my card", "what is the  exchange rate");
    TextAugmentation augmentation = TextAugmentation.copies(3).replaced(0.5);

    assertThat(augmentation.ofTexts(texts)).isEqualTo(augmentation.ofTexts(texts));
    assertThat(augmentation.seed(1).ofTexts(texts)).isNotEqualTo(augmentation.ofTexts(texts));
  }

  @Test
  void aTextWithoutWordsHasNoCopyAndIsNoWordOfOthers() {
    List<String> copies =
        TextAugmentation.copies(20)
            .replaced(1)
            .pieces(0)
            .ofTexts(List.of(" \n", " one\u00a0two\u3000", ""));

    assertThat(copies).containsExactlyInAnyOrder("one one", "two two", "two one");
  }

  @Test
  void valuesThatAreNoneAreRefused() {
    refused(() -> TextAugmentation.copies(0), "Property: copies, is 0, expected 1 or more");
    TextAugmentation augmentation = TextAugmentation.copies(1);
    refused(
        () -> augmentation.replaced(1.5),
        "Property: replaced, is 1.5, expected a probability from 0 to 1");
    refused(
        () -> augmentation.pieces(Double.NaN),
        "Property: pieces, is NaN, expected a probability from 0 to 1");
    refused(
        () -> augmentation.pieces(0).replaced(0),
        "Property: replaced, is 0, and pieces is 0 too, so that copies would be equal; state one of the two");
  }

  private static void refused(Runnable setting, String message) {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(setting::run)
        .withMessageContaining(message);
  }

  @Test
  void copiesComeAfterTheRowsOfAFileWithoutALabel() throws Exception {
    Path csv = write("texts.csv", "text,label\nwhere is my card,card\nwhat is the rate,rate\n");
    var source =
        CsvTextDataSource.of(csv, TextTokenizerTest.FILE, LABELS)
            .augmentation(TextAugmentation.copies(4).replaced(0.5))
            .keepText()
            .read();

    assertThat(source.size()).isGreaterThan(2).isLessThanOrEqualTo(10);
    List<Output<Label>> outputs = new ArrayList<>();
    for (Example<Label> example : source) {
      outputs.add(example.getOutput());
      assertThat(example.size()).isGreaterThan(2);
    }
    assertThat(outputs.subList(0, 2)).containsExactly(new Label("card"), new Label("rate"));
    assertThat(outputs.subList(2, outputs.size()))
        .allMatch(output -> output == LabelFactory.UNKNOWN_LABEL);
    Helpers.testProvenanceMarshalling(source.getProvenance());
    assertThat(source.getProvenance().getConfiguredParameters().get("augmentation").toString())
        .contains("copies=4", "replaced=0.5");
  }

  @Test
  void copiesComeAfterTheSentencesOfAFileWithoutLabels() throws Exception {
    Path file =
        write("posts.conll", "Anna B-person\nwent O\nto O\nRome B-place\n\nshe O\nslept O\n");
    var source =
        ConllDataSource.of(file, TextTokenizerTest.FILE)
            .withAugmentation(TextAugmentation.copies(3).replaced(0.5));

    List<SequenceExample<Label>> sentences =
        StreamSupport.stream(source.spliterator(), false).toList();
    assertThat(sentences).hasSizeBetween(3, 8);
    assertThat(names(sentences.get(0))).containsExactly("B-person", "O", "O", "B-place");
    assertThat(sentences.subList(2, sentences.size()))
        .allSatisfy(
            sentence ->
                assertThat(sentence)
                    .allMatch(word -> word.getOutput().equals(LabelFactory.UNKNOWN_LABEL)));
    assertThat(source.withoutLabels().size()).isEqualTo(source.size());
    Helpers.testProvenanceMarshalling(source.getProvenance());
  }

  private static List<String> names(SequenceExample<Label> sentence) {
    return StreamSupport.stream(sentence.spliterator(), false)
        .map(word -> word.getOutput().getLabel())
        .toList();
  }

  @Test
  void textsOfWhichNoCopyCanBeMadeAreRefused() throws Exception {
    Path csv = write("words.csv", "text,label\none,a\ntwo,b\n");
    var words =
        CsvTextDataSource.of(csv, TextTokenizerTest.FILE, LABELS)
            .augmentation(TextAugmentation.copies(3).replaced(1));
    String message = "Property: augmentation, makes no copy of the texts of %s that is not among";

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(words::read)
        .withMessageContaining(message, csv);
    Path file = write("words.conll", "one O\n\ntwo O\n");
    var sentences = ConllDataSource.of(file, TextTokenizerTest.FILE);
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> sentences.withAugmentation(TextAugmentation.copies(3).replaced(1)))
        .withMessageContaining(message, file);
  }

  @Test
  void pairsAreNotAugmented() throws Exception {
    Path csv = write("pairs.csv", "a,b,label\none,two,yes\n");
    var pairs =
        CsvTextDataSource.of(csv, TextTokenizerTest.FILE, LABELS)
            .text("a")
            .pair("b")
            .augmentation(TextAugmentation.copies(1));

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(pairs::read)
        .withMessageContaining(
            "Property: augmentation, makes single texts, but these are pairs; state no pairColumn, or no augmentation");
  }

  private Path write(String name, String content) throws Exception {
    return Files.writeString(folder.resolve(name), content);
  }
}
