package org.tribuo.distill.span.internal;

import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.task.internal.Reference;
import org.tribuo.distill.task.internal.Score;

/**
 * The fraction of the questions whose answer has exactly the first and the last token that are
 * known, or is none where there is none. The windows of a question are searched together.
 */
record ExactSpans() implements Score {
  @Override
  public String metric() {
    return "exact-spans";
  }

  @Override
  public double of(Tensor logits, Reference reference) {
    float[] values = logits.toFloats();
    int positions = (int) logits.dim(2);
    long[] expected = reference.labels().toLongs();
    float[] weights = reference.weights().toFloats();
    float[] possible = reference.scored().orElseThrow().toFloats();
    int[] sources = reference.sources();
    double right = 0;
    double all = 0;
    int from = 0;
    while (from < sources.length) {
      int to = from;
      boolean answered = false;
      AnswerSearch search = new AnswerSearch();
      while (to < sources.length && sources[to] == sources[from]) {
        int row = to;
        search.add(
            values,
            2 * row * positions,
            positions,
            positions,
            i -> i != AnswerSearch.NO_ANSWER && possible[row * positions + i] > 0);
        answered |= expected[2 * row] != AnswerSearch.NO_ANSWER;
        to++;
      }
      int best = 2 * (from + search.row());
      boolean isRight =
          search.isNone()
              ? !answered
              : expected[best] == search.first() && expected[best + 1] == search.last();
      right += isRight ? weights[from] : 0;
      all += weights[from];
      from = to;
    }
    return right / all;
  }
}
