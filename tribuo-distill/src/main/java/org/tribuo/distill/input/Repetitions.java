package org.tribuo.distill.input;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds repetitions in the repetitions of a regular expression, such as {@code (a+)+}: there a
 * match can take a number of steps that doubles with each letter, until the native library gives up
 * and ends the JVM.
 */
final class Repetitions {

  private static final Pattern COUNTED = Pattern.compile("\\{(\\d+)(,?)(\\d*)\\}");

  private final String pattern;
  private int at;

  private Repetitions(String pattern) {
    this.pattern = pattern;
  }

  /** Whether something that is repeated without a bound is repeated without a bound. */
  static boolean nest(String pattern) {
    return new Repetitions(pattern).nest();
  }

  private boolean nest() {
    Deque<Boolean> groups = new ArrayDeque<>();
    boolean repeats = false;
    while (at < pattern.length()) {
      boolean inner = false;
      switch (pattern.charAt(at)) {
        case '\\' -> at += 2;
        case '[' -> skipClass();
        case '(' -> {
          groups.push(repeats);
          repeats = false;
          skipGroupKind();
          continue;
        }
        case ')' -> {
          inner = repeats;
          repeats |= !groups.isEmpty() && groups.pop();
          at++;
        }
        default -> at++;
      }
      while (takesRepetition()) {
        if (inner) {
          return true;
        }
        inner = true;
        repeats = true;
      }
    }
    return false;
  }

  /** The question mark of {@code (?:} and its like repeats nothing. */
  private void skipGroupKind() {
    at += pattern.startsWith("(?", at) ? 2 : 1;
  }

  private void skipClass() {
    int depth = 0;
    do {
      char c = at < pattern.length() ? pattern.charAt(at) : ']';
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      at += c == '\\' ? 2 : 1;
    } while (depth > 0 && at < pattern.length());
  }

  /** Reads a quantifier, and says whether it is one without a bound. */
  private boolean takesRepetition() {
    Matcher counted =
        COUNTED.matcher(pattern).region(Math.min(at, pattern.length()), pattern.length());
    boolean many;
    if (at < pattern.length() && "*+".indexOf(pattern.charAt(at)) >= 0) {
      many = true;
      at++;
    } else if (counted.lookingAt()) {
      String last = counted.group(2).isEmpty() ? counted.group(1) : counted.group(3);
      many = last.length() > 2 || last.isEmpty();
      at = counted.end();
    } else {
      return false;
    }
    if (at < pattern.length() && "?+".indexOf(pattern.charAt(at)) >= 0) {
      at++;
    }
    return many;
  }
}
