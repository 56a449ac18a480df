package org.tribuo.distill.input.text;

/** What is wrong with a tokenizer.json. */
final class TokenizerFault {
  private TokenizerFault() {}

  /**
   * Requires a condition.
   *
   * @param message with places for the values, as of {@link String#formatted}; it is written only
   *     if the condition does not hold, since a vocabulary is checked token by token
   */
  static void require(boolean condition, String message, Object... values) {
    if (!condition) {
      throw new IllegalArgumentException(message.formatted(values));
    }
  }
}
