package org.tribuo.distill.input.internal.text;

/** The names of the features that hold tokens: a prefix, and the position in five digits. */
public final class TokenNames {
  /** Of the features that hold the ids of tokens, plus one. */
  public static final String IDS = "input_ids@";

  /** Of the features that hold the segments of tokens, where they are not 0. */
  public static final String TYPE_IDS = "token_type_ids@";

  /** What the names of all features of the second text of a pair begin with. */
  public static final String SECOND = "second_";

  /** Of the features that hold where in a context tokens begin, plus one. */
  static final String CONTEXT_START = "context_start@";

  /** Of the features that hold where in a context tokens end. */
  static final String CONTEXT_END = "context_end@";

  static final int DIGITS = 5;

  private TokenNames() {}

  /** Whether a feature holds a place in a context. */
  static boolean isPlace(String feature) {
    return feature.startsWith(CONTEXT_START) || feature.startsWith(CONTEXT_END);
  }

  /** The name for a position, from 0. */
  public static String name(String prefix, int position) {
    String digits = Integer.toString(position);
    return prefix + "0".repeat(DIGITS - digits.length()) + digits;
  }
}
