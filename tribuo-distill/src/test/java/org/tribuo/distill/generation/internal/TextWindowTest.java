package org.tribuo.distill.generation.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.Example;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.input.text.TokenSequence;

class TextWindowTest {
  private static final NextTokens TASK =
      new NextTokens().forOutputs(GeneratedTokensInfo.of(Vocabulary.ofSize(1000)));

  private static Example<GeneratedTokens> text(int length, int prompt) {
    int[] tokens = IntStream.range(0, length).toArray();
    return TokenSequence.of(Arrays.copyOf(tokens, prompt))
        .toExample(GeneratedTokens.of(Arrays.copyOfRange(tokens, prompt, length)));
  }

  /** Each row as the tokens that are read and those that are predicted of it. */
  private static List<String> shown(List<Example<GeneratedTokens>> rows) {
    return rows.stream()
        .map(
            row ->
                Arrays.toString(TextWindow.read(row, 1000))
                    + Arrays.toString(row.getOutput().tokens()))
        .toList();
  }

  @Test
  void aShortTextIsOneRow() {
    assertThat(shown(TASK.rows(text(4, 1), 3))).containsExactly("[0, 1, 2][1, 2, 3]");
    assertThat(shown(TASK.rows(text(5, 3), 8))).containsExactly("[0, 1, 2, 3][3, 4]");
  }

  @Test
  void windowsOfATrainingFollowEachOtherAndTheLastIsFull() {
    assertThat(shown(TASK.rows(text(10, 1), 4)))
        .containsExactly("[0, 1, 2, 3][1, 2, 3, 4]", "[4, 5, 6, 7][5, 6, 7, 8]", "[5, 6, 7, 8][9]");
  }

  @Test
  void windowsOfAPredictionOverlapByHalf() {
    assertThat(shown(TASK.rowsToPredict(text(10, 1), 4)))
        .containsExactly(
            "[0, 1, 2, 3][1, 2, 3, 4]",
            "[2, 3, 4, 5][5, 6]",
            "[4, 5, 6, 7][7, 8]",
            "[5, 6, 7, 8][9]");
  }

  /** What comes right before the completion is read with it. */
  @Test
  void ofALongPromptTheEndIsRead() {
    assertThat(shown(TASK.rows(text(12, 9), 4)))
        .containsExactly("[6, 7, 8, 9][9, 10]", "[7, 8, 9, 10][11]");
  }

  /** What an assistant is trained on are rows already. */
  @Test
  void rowsOfRowsAreThemselvesOrCutFurther() {
    List<Example<GeneratedTokens>> rows = TASK.rows(text(10, 1), 6);
    assertThat(TASK.rows(rows.get(0), 6)).containsExactly(rows.get(0));
    assertThat(shown(TASK.rows(rows.get(0), 3)))
        .containsExactly("[0, 1, 2][1, 2, 3]", "[3, 4, 5][4, 5, 6]");
  }

  @Test
  void ofAnUnknownContinuationTheLastTokensAreRead() {
    Example<GeneratedTokens> prompt =
        TokenSequence.of(4, 5, 6).toExample(GeneratedTokens.unknown());
    prompt.setWeight(.5f);
    assertThat(TASK.rows(prompt, 3)).containsExactly(prompt);
    List<Example<GeneratedTokens>> cut = TASK.rows(prompt, 2);
    assertThat(shown(cut)).containsExactly("[5, 6][]");
    assertThat(cut.get(0).getWeight()).isEqualTo(.5f);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 1, 1",
    "50, 1, 7",
    "50, 30, 7",
    "33, 32, 16",
    "200, 64, 1",
    "17, 1, 16",
    "18, 1, 16"
  })
  void eachTokenIsPredictedOnce(int length, int prompt, int maxLength) {
    Example<GeneratedTokens> text = text(length, prompt);
    for (List<Example<GeneratedTokens>> rows :
        List.of(TASK.rows(text, maxLength), TASK.rowsToPredict(text, maxLength))) {
      List<Integer> predicted = new ArrayList<>();
      for (Example<GeneratedTokens> row : rows) {
        int[] read = TextWindow.read(row, 1000);
        assertThat(read).hasSizeLessThanOrEqualTo(maxLength);
        Arrays.stream(row.getOutput().tokens()).forEach(predicted::add);
        int last = row.getOutput().token(row.getOutput().length() - 1);
        assertThat(read[read.length - 1]).isEqualTo(last - 1);
      }
      assertThat(predicted).isEqualTo(IntStream.range(prompt, length).boxed().toList());
    }
  }
}
