package org.tribuo.distill.input.internal.text;

import org.tribuo.distill.input.text.TokenSequence;

/**
 * Two texts, each with its own special tokens: such as two that are compared, or a source and the
 * beginning of its target.
 */
public record TokenPair(TokenSequence first, TokenSequence second) {
  /** The length of the longer one, to which the other is padded. */
  int longest() {
    return Math.max(first.length(), second.length());
  }
}
