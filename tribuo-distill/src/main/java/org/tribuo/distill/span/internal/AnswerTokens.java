package org.tribuo.distill.span.internal;

import java.util.Optional;
import org.tribuo.distill.input.internal.text.ContextTokens;
import org.tribuo.distill.span.Span;

/**
 * The tokens that cover an answer: an answer that begins or ends within a token takes all of it.
 *
 * @param first the position of the first
 * @param last the position of the last
 */
record AnswerTokens(int first, int last) {
  /** Those of an answer that is there; empty if it covers none. */
  static Optional<AnswerTokens> of(Span answer, ContextTokens tokens) {
    int first = -1;
    int last = -1;
    for (int i = 0; i < tokens.length(); i++) {
      if (tokens.isInContext(i)
          && tokens.start(i) < answer.end()
          && tokens.end(i) > answer.start()) {
        first = first < 0 ? i : first;
        last = i;
      }
    }
    return first < 0 ? Optional.empty() : Optional.of(new AnswerTokens(first, last));
  }

  /** Whether these tokens begin and end where those of others do. */
  boolean areSame(ContextTokens own, AnswerTokens other, ContextTokens ofOther) {
    return own.start(first) == ofOther.start(other.first)
        && own.end(last) == ofOther.end(other.last);
  }
}
