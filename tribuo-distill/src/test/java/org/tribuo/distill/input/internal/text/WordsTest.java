package org.tribuo.distill.input.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tribuo.Example;
import org.tribuo.classification.Label;
import org.tribuo.distill.input.internal.SequenceWindow;
import org.tribuo.sequence.SequenceExample;

class WordsTest {
  private static final Label LABEL = new Label("O");

  private static SequenceExample<Label> sentence(List<List<Integer>> words) {
    return WordFeatures.toSequence(
        new WordPieces(List.of(1), words, List.of(2)),
        Collections.nCopies(words.size(), "word"),
        Collections.nCopies(words.size(), LABEL));
  }

  @Test
  void aShortSentenceIsOneWindow() {
    List<SequenceWindow> windows =
        new Words().windows(sentence(List.of(List.of(7, 8), List.of(), List.of(9))), 16);
    assertThat(windows).hasSize(1);
    assertThat(windows.get(0).elements()).containsExactly(0, 2);
    assertThat(windows.get(0).positions()).containsExactly(1, 3);
    assertThat(ids(windows.get(0))).containsExactly(1, 7, 8, 9, 2);
  }

  @Test
  void nothingIsDroppedAndEachWordIsScoredOnce() {
    for (long seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<List<Integer>> words = new ArrayList<>();
      int id = 10;
      for (int i = random.nextInt(1, 60); i > 0; i--) {
        List<Integer> word = new ArrayList<>();
        for (int j = random.nextInt(0, 5); j > 0; j--) {
          word.add(id++);
        }
        words.add(word);
      }
      int maxLength = random.nextInt(3, 20);
      List<SequenceWindow> windows = new Words().windows(sentence(words), maxLength);
      List<Integer> scored = new ArrayList<>();
      for (SequenceWindow window : windows) {
        int[] ids = ids(window);
        assertThat(ids).as("seed " + seed).hasSize(window.length());
        assertThat(ids.length).isLessThanOrEqualTo(maxLength);
        for (int i = 0; i < window.elements().size(); i++) {
          int word = window.elements().get(i);
          scored.add(word);
          assertThat(ids[window.positions().get(i)]).isEqualTo(words.get(word).get(0));
        }
      }
      assertThat(scored)
          .as("seed " + seed)
          .isEqualTo(
              IntStream.range(0, words.size())
                  .filter(i -> !words.get(i).isEmpty())
                  .boxed()
                  .toList());
    }
  }

  @Test
  void neighboursOverlapAndAWordIsScoredWhereItHasMostContext() {
    List<List<Integer>> words = IntStream.range(0, 12).mapToObj(i -> List.of(10 + i)).toList();
    List<SequenceWindow> windows = new Words().windows(sentence(words), 10);
    assertThat(windows).extracting(window -> ids(window)[1]).containsExactly(10, 14);
    assertThat(windows.get(0).elements()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(windows.get(1).elements()).containsExactly(6, 7, 8, 9, 10, 11);
  }

  @Test
  void badSequencesAreRefused() {
    SequenceExample<Label> gap = sentence(List.of(List.of(7, 8)));
    gap.removeFeatures(List.of(new org.tribuo.Feature("input_ids@00000", 8)));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new Words().windows(gap, 16))
        .withMessageStartingWith("Word 0 lacks its token 0, but has 1");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new Words().windows(sentence(List.of(List.of(7))), 2))
        .withMessageContaining("no room for a word beside the 2 special ones");
  }

  private static int[] ids(SequenceWindow window) {
    Example<Label> example = window.toExample(LABEL, 1, 0);
    return new TokenFeatures(100, 1000).read(example).ids();
  }
}
