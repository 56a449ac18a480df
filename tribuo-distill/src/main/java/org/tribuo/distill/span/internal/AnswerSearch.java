package org.tribuo.distill.span.internal;

import java.util.function.IntPredicate;

/**
 * Searches the rows of one question for its answer: the span with the largest sum of its first
 * token's and its last token's logits, exactly. It begins where it ends or before, both in the
 * context, and has at most {@value #MAX_TOKENS} tokens; of spans of the same sum the first row's,
 * then the first to begin, then the first to end is taken. That there is no answer has the sum of
 * the first position's logits, of several rows the smallest. For one question, in one thread.
 */
final class AnswerSearch {
  /** The maximum number of tokens of an answer. */
  static final int MAX_TOKENS = 30;

  /** Where a row says that it has no answer. */
  static final int NO_ANSWER = 0;

  private int rows;
  private int row;
  private int first = NO_ANSWER;
  private int last = NO_ANSWER;
  private double best = Double.NEGATIVE_INFINITY;
  private double none = Double.POSITIVE_INFINITY;

  /** Σ exp(score - best) over all spans so far. */
  private double sum;

  /**
   * Searches a further row.
   *
   * @param logits of the first token at {@code from}, of the last at {@code from + positions}
   * @param positions how many each has
   * @param length how many of them are no padding
   * @param inContext whether a token is one of the context
   */
  void add(float[] logits, int from, int positions, int length, IntPredicate inContext) {
    int ends = from + positions;
    none = Math.min(none, (double) logits[from + NO_ANSWER] + logits[ends + NO_ANSWER]);
    for (int i = 0; i < length; i++) {
      if (inContext.test(i)) {
        for (int j = i; j < Math.min(length, i + MAX_TOKENS); j++) {
          if (inContext.test(j)) {
            add(i, j, (double) logits[from + i] + logits[ends + j]);
          }
        }
      }
    }
    rows++;
  }

  private void add(int from, int to, double score) {
    if (score > best) {
      sum = sum * Math.exp(best - score) + 1;
      best = score;
      row = rows;
      first = from;
      last = to;
    } else {
      sum += Math.exp(score - best);
    }
  }

  /** Whether no answer is likelier than the best one. */
  boolean isNone() {
    return none > best;
  }

  /** The number of the row that has the best answer, from 0. */
  int row() {
    return row;
  }

  /** The position of its first token. */
  int first() {
    return first;
  }

  /** The position of its last token. */
  int last() {
    return last;
  }

  /** The probability of the best answer: softmax over all spans of all rows and no answer. */
  double probability() {
    return 1 / (sum + Math.exp(none - best));
  }

  /** The probability of no answer, as above. */
  double probabilityOfNone() {
    return 1 / (sum * Math.exp(best - none) + 1);
  }
}
