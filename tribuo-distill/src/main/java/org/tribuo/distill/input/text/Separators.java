package org.tribuo.distill.input.text;

import java.util.Map;
import java.util.Optional;

/** The characters between two cells, and what they are called where a tab cannot be written. */
final class Separators {
  /** Those that are found out, the most usual one first. */
  static final char[] USUAL = {',', '\t', ';', '|'};

  private static final Map<Character, String> NAMES =
      Map.of(',', "comma", '\t', "tab", ';', "semicolon", '|', "bar");

  private Separators() {}

  static String name(char separator) {
    return NAMES.getOrDefault(separator, "'" + separator + "'");
  }

  /** How a setting states it: XML would turn a tab into a blank. */
  static String stated(char separator) {
    return separator == '\t' ? name(separator) : String.valueOf(separator);
  }

  /**
   * The separator that a setting states.
   *
   * @param stated one character or its name
   * @throws IllegalArgumentException if it is neither, or a character that rows need otherwise
   */
  static char of(String stated) {
    Optional<Character> named =
        NAMES.entrySet().stream()
            .filter(entry -> entry.getValue().equals(stated))
            .map(Map.Entry::getKey)
            .findFirst();
    if (named.isPresent()) {
      return named.get();
    }
    if (stated.length() != 1 || "\"\n\r\0".contains(stated)) {
      throw new IllegalArgumentException(
          "is '%s', expected one character, tab, comma, semicolon or bar; or omit it, to find it out"
              .formatted(stated));
    }
    return stated.charAt(0);
  }
}
