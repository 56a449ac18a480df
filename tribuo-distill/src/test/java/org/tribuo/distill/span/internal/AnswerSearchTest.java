package org.tribuo.distill.span.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class AnswerSearchTest {
  private static final IntPredicate BEHIND_THE_QUESTION = i -> i >= 3;

  private static float[] row(int positions, SplittableRandom random) {
    float[] row = new float[2 * positions];
    for (int i = 0; i < row.length; i++) {
      // Few values, so that there are ties.
      row[i] = random.nextInt(-3, 4);
    }
    return row;
  }

  private record Candidate(int row, int first, int last, double score) {}

  /** All that may be answered, one by one. */
  private static List<Candidate> candidates(List<float[]> rows) {
    List<Candidate> all = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      int positions = rows.get(row).length / 2;
      for (int i = 3; i < positions; i++) {
        for (int j = i; j < positions && j - i < AnswerSearch.MAX_TOKENS; j++) {
          all.add(
              new Candidate(row, i, j, rows.get(row)[i] + (double) rows.get(row)[positions + j]));
        }
      }
    }
    return all;
  }

  @Test
  void theBestSpanIsFoundExactlyAndTheFirstOfSeveral() {
    for (long seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<float[]> rows = new ArrayList<>();
      AnswerSearch search = new AnswerSearch();
      double none = Double.POSITIVE_INFINITY;
      for (int i = 0; i < 1 + seed % 3; i++) {
        int positions = random.nextInt(4, 45);
        float[] row = row(positions, random);
        rows.add(row);
        none = Math.min(none, row[0] + (double) row[positions]);
        search.add(row, 0, positions, positions, BEHIND_THE_QUESTION);
      }
      List<Candidate> all = candidates(rows);
      double best = all.stream().mapToDouble(Candidate::score).max().orElseThrow();
      Candidate expected =
          all.stream().filter(each -> each.score() == best).findFirst().orElseThrow();
      double sum = Math.exp(none) + all.stream().mapToDouble(c -> Math.exp(c.score())).sum();

      assertThat(new Candidate(search.row(), search.first(), search.last(), best))
          .as("seed %d", seed)
          .isEqualTo(expected);
      assertThat(search.probability()).isEqualTo(Math.exp(best) / sum, within(1e-12));
      assertThat(search.probabilityOfNone()).isEqualTo(Math.exp(none) / sum, within(1e-12));
      assertThat(search.isNone()).isEqualTo(none > best);
    }
  }

  @Test
  void aRowMayStandAmongOthersWithPadding() {
    float[] rows = {9, 9, 9, 9, 0, 0, 0, 1, 5, 0, 0, 0, 2, 9, 9, 9};
    AnswerSearch search = new AnswerSearch();
    search.add(rows, 4, 5, 4, i -> i == 2 || i == 3);
    assertThat(search.first()).isEqualTo(3);
    assertThat(search.last()).isEqualTo(3);
    assertThat(search.isNone()).isFalse();
  }
}
