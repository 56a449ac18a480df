package org.tribuo.distill.generation;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What scores count in a text. Spaces are those of Python's {@code str.split}: those of Unicode,
 * and the separators U+001C to U+001F.
 */
final class TextUnits {
  private static final String SPACE = "(?U:[\\s\\x1c-\\x1f])";
  private static final Pattern SPACES = Pattern.compile(SPACE + "+");
  private static final Pattern SPACES_AT_THE_END =
      Pattern.compile("(?<!%s)%s++\\z".formatted(SPACE, SPACE));

  private static final Pattern SYMBOL = Pattern.compile("[\\p{Punct}&&[^',.-]]");
  private static final Pattern POINT_BEHIND_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern POINT_BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern HYPHEN_BEHIND_DIGIT = Pattern.compile("(?<=[0-9])-");

  private TextUnits() {}

  /**
   * The words and the symbols between them, as {@code mteval-v13a.pl} of NIST divides a text, the
   * script of the conferences on machine translation. Words that are hyphenated at the end of a
   * line are joined, {@code <skipped>} is left out, and four entities of XML are read. A symbol of
   * ASCII is a word of its own, but apostrophes never are, full stops and commas are not between
   * two digits, and hyphens only after a digit. Full stops and commas in a row are taken two at a
   * time, so that {@code ..5} is {@code .} and {@code .5}.
   */
  static List<String> words(String text) {
    String line =
        SPACES_AT_THE_END
            .matcher(text)
            .replaceAll("")
            .replace("<skipped>", "")
            .replace("-\n", "")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
    line = SYMBOL.matcher(" " + line + " ").replaceAll(" $0 ");
    line = POINT_BEHIND_NO_DIGIT.matcher(line).replaceAll("$1 $2 ");
    line = POINT_BEFORE_NO_DIGIT.matcher(line).replaceAll(" $1 $2");
    line = HYPHEN_BEHIND_DIGIT.matcher(line).replaceAll(" - ");
    return SPACES.splitAsStream(line).filter(word -> !word.isEmpty()).toList();
  }

  /** The code points but for spaces, each as a text. */
  static List<String> characters(String text) {
    return SPACES.matcher(text).replaceAll("").codePoints().mapToObj(Character::toString).toList();
  }
}
