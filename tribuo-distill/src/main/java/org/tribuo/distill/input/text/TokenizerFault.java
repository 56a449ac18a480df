package org.tribuo.distill.input.text;

/** What is wrong with a tokenizer.json. */
final class TokenizerFault {
  private TokenizerFault() {}

  static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
