package org.tribuo.distill.input.internal.text;

import org.tribuo.distill.input.text.TokenSequence;

/** Two texts, each with its own special tokens, that a model reads one by one. */
public record TokenPair(TokenSequence first, TokenSequence second) {
  /** The length of the longer one, to which the other is padded. */
  int longest() {
    return Math.max(first.length(), second.length());
  }
}
