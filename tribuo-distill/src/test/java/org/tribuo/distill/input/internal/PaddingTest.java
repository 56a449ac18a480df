package org.tribuo.distill.input.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.text.CsvTextDataSource;

/** How much of what is read of BANKING77's test questions is padding, in predictions. */
class PaddingTest {
  private static int[] lengths;

  @BeforeAll
  static void read(@TempDir Path folder) throws IOException {
    Path tokenizer = folder.resolve("tokenizer.json");
    try (InputStream json =
        Objects.requireNonNull(
            PaddingTest.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json"))) {
      Files.copy(json, tokenizer);
    }
    Path questions = Path.of("..", "examples", "data", "banking77", "test.csv");
    TokenFeatures tokens = new TokenFeatures(64, 30_522);
    CsvTextDataSource<Label> source =
        CsvTextDataSource.of(questions, tokenizer, new LabelFactory())
            .text("text")
            .labels("category")
            .maxLength(64)
            .read();
    lengths = new int[source.size()];
    int i = 0;
    for (Example<Label> question : source) {
      lengths[i++] = tokens.read(question).length();
    }
  }

  /** What is read, in tokens, if so many questions are predicted at a time, to a token of text. */
  private static double read(int atATime, Function<int[], List<int[]>> plan) {
    long read = 0;
    for (int from = 0; from < lengths.length; from += atATime) {
      int[] some = Arrays.copyOfRange(lengths, from, Math.min(lengths.length, from + atATime));
      for (int[] batch : plan.apply(some)) {
        read += (long) batch.length * Arrays.stream(batch).map(row -> some[row]).max().orElse(0);
      }
    }
    return (double) read / Arrays.stream(lengths).sum();
  }

  @Test
  void fewQuestionsOfMixedLengthsHaveLittlePadding() {
    BatchPlan plan = BatchPlan.of(64, 4096);
    assertThat(read(64, plan::fewest)).as("as one batch").isBetween(2.7, 2.72);
    assertThat(read(64, plan::inference)).isBetween(1.16, 1.17);
    assertThat(read(16, plan::fewest)).as("as one batch").isBetween(1.99, 2.);
    assertThat(read(16, plan::inference)).isBetween(1.28, 1.29);
  }

  @Test
  void allQuestionsHaveLess() {
    BatchPlan plan = BatchPlan.of(64, 4096);
    assertThat(read(lengths.length, plan::fewest)).isBetween(1.043, 1.044);
    assertThat(read(lengths.length, plan::inference)).isBetween(1.012, 1.013);
  }

  @Test
  void soDoesATeacher() {
    BatchPlan plan = BatchPlan.of(64, 2048);
    assertThat(read(2048, plan::fewest)).isBetween(1.068, 1.069);
    assertThat(read(2048, plan::inference)).isBetween(1.022, 1.023);
  }
}
