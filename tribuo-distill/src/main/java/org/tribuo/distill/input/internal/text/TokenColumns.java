package org.tribuo.distill.input.internal.text;

import java.util.List;

/**
 * The names of a language model's columns of logits: the id of the column's token in six digits and
 * the token, such as {@code 000464 ĠThe}; of an id without a token the digits alone.
 */
public final class TokenColumns {
  private static final int DIGITS = 6;

  private TokenColumns() {}

  /**
   * The name of a column.
   *
   * @param id from 0 to 999,999
   * @param token empty where the id has none
   */
  public static String name(int id, String token) {
    return token.isEmpty() ? digits(id) : digits(id) + " " + token;
  }

  /** The digits that the name of a column begins with. */
  public static String digits(int id) {
    String digits = Integer.toString(id);
    return "0".repeat(DIGITS - digits.length()) + digits;
  }

  /** Whether a name is that of a column. */
  public static boolean isName(String name, int id) {
    return name.startsWith(digits(id)) && (name.length() <= DIGITS || name.charAt(DIGITS) == ' ');
  }

  /** Whether all names are those of columns, in their order. */
  public static boolean areNames(List<String> names) {
    for (int id = 0; id < names.size(); id++) {
      if (!isName(names.get(id), id)) {
        return false;
      }
    }
    return true;
  }

  /** The token in the name of a column; empty if it has none. */
  public static String token(String name) {
    return name.substring(Math.min(name.length(), DIGITS + 1));
  }
}
