package org.tribuo.distill.generation.internal;

import java.util.Arrays;
import org.tribuo.distill.input.text.TokenSequence;

/**
 * What a model reads of a text, with what is kept of its first tokens.
 *
 * @param tokens those that were read before, too
 */
record Unread(TokenSequence tokens, Past past) {
  /** Texts of one size can share a batch. */
  record Size(int tokens, int past) {}

  /**
   * Of a text that is longer than a model reads, its end: there each token is at another position
   * than before, so that nothing of it is kept.
   *
   * @param most how many tokens the model reads
   */
  static Unread of(Hypothesis text, int most) {
    int length = text.tokens().length;
    return length <= most
        ? new Unread(TokenSequence.of(text.tokens()), text.past())
        : new Unread(
            TokenSequence.of(Arrays.copyOfRange(text.tokens(), length - most, length)), Past.NONE);
  }

  Size size() {
    return new Size(tokens.length(), past.positions());
  }
}
