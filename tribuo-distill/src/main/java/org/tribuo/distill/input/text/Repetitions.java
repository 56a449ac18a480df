package org.tribuo.distill.input.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How many ways a regular expression has to match the same text, such as {@code (a+)+}, {@code
 * (a|aa)+} or {@code a*a*b}: where a match fails, all are tried, until the native library gives up
 * after ten million and ends the JVM. Counted in bits, from above: what repeats without a bound has
 * as many ways as the longest text has characters, unless what follows cannot match what it
 * repeats, as in {@code a*b}.
 */
final class Repetitions {
  /** Fewer than ten million ways. */
  private static final double MAX_BITS = 23;

  /** The longest text, in characters. */
  static final int MAX_CHARACTERS = 1_000_000;

  /** As many ways as a text has places. */
  private static final double UNBOUNDED = log2(MAX_CHARACTERS);

  /** How deep groups may lie in each other. */
  private static final int MAX_DEPTH = 32;

  private static final Pattern COUNTED = Pattern.compile("\\{(\\d*)(,?)(\\d*)\\}");

  /** Escapes that are not one character, or that mean something else in Java. */
  private static final Pattern NO_CHARACTER = Pattern.compile("\\\\[0-9AbBGzZkghHRXyYKNO].*");

  private final String pattern;
  private final Map<String, BitSet> characters = new HashMap<>();
  private int at;
  private int depth;

  private Repetitions(String pattern) {
    this.pattern = pattern;
  }

  /**
   * @param first what it begins with: one character as an expression, or empty if that is not known
   * @param bits of ways in which it matches the same text
   * @param inside those of the bits that are not only how often it is repeated
   * @param linear whether what it repeats matches in one way
   * @param optional whether it matches the empty text
   */
  private record Part(String first, double bits, double inside, boolean linear, boolean optional) {

    static Part once(String first, double bits, boolean optional) {
      return new Part(first, bits, bits, false, optional);
    }
  }

  /** Whether a text could keep the native library busy until it gives up. */
  static boolean areTooMany(String pattern) {
    Repetitions reader = new Repetitions(pattern);
    double bits = 0;
    while (reader.at < pattern.length()) {
      bits = Math.max(bits, reader.alternatives(true).bits());
      reader.at++;
    }
    return bits > MAX_BITS;
  }

  /** Reads to the end, or to the bracket that closes a group. */
  private Part alternatives(boolean outermost) {
    List<Part> alternatives = new ArrayList<>();
    do {
      at += alternatives.isEmpty() ? 0 : 1;
      alternatives.add(sequence(outermost));
    } while (at < pattern.length() && pattern.charAt(at) == '|');
    double bits = alternatives.stream().mapToDouble(Part::bits).max().orElse(0);
    boolean apart = true;
    BitSet begun = new BitSet();
    for (Part alternative : alternatives) {
      BitSet first = characters(alternative.first());
      apart &= !begun.intersects(first) && !alternative.optional();
      begun.or(first);
    }
    return Part.once(
        alternatives.size() == 1 ? alternatives.get(0).first() : "",
        bits + (apart || alternatives.size() == 1 ? 0 : log2(alternatives.size())),
        alternatives.stream().anyMatch(Part::optional));
  }

  private Part sequence(boolean outermost) {
    List<Part> parts = new ArrayList<>();
    while (at < pattern.length() && "|)".indexOf(pattern.charAt(at)) < 0) {
      parts.add(repeated(part()));
    }
    int needed = parts.size();
    while (outermost && needed > 0 && parts.get(needed - 1).optional()) {
      needed--;
    }
    double bits = 0;
    boolean linear = false;
    boolean optional = true;
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      optional &= part.optional();
      // Nothing can fail after the last part that has to match, so each is tried once.
      if (outermost && i >= needed - 1) {
        bits = i == needed - 1 ? bits + part.inside() : Math.max(bits, part.inside());
        continue;
      }
      boolean onlyWay = part.linear() && i + 1 < parts.size() && excludes(part, parts.get(i + 1));
      linear |= onlyWay && bits > 0;
      bits += onlyWay ? 0 : part.bits();
    }
    return Part.once(
        parts.isEmpty() || parts.get(0).optional() ? "" : parts.get(0).first(),
        bits + (linear ? UNBOUNDED : 0),
        optional);
  }

  private boolean excludes(Part repeated, Part next) {
    return !next.optional() && !characters(repeated.first()).intersects(characters(next.first()));
  }

  /** What one quantifier after the other makes of a part. */
  private Part repeated(Part once) {
    Part part = once;
    while (at < pattern.length()) {
      char c = pattern.charAt(at);
      Matcher counted = COUNTED.matcher(pattern).region(at, pattern.length());
      long least = c == '+' ? 1 : 0;
      long most = c == '?' ? 1 : Long.MAX_VALUE;
      if ("*+?".indexOf(c) >= 0) {
        at++;
      } else if (counted.lookingAt() && !(counted.group(1) + counted.group(3)).isEmpty()) {
        least = number(counted.group(1), 0);
        most = counted.group(2).isEmpty() ? least : number(counted.group(3), Long.MAX_VALUE);
        at = counted.end();
      } else {
        return part;
      }
      if (at < pattern.length() && "?+".indexOf(pattern.charAt(at)) >= 0) {
        at++;
      }
      part = repeated(part, least, most);
    }
    return part;
  }

  private static Part repeated(Part part, long least, long most) {
    double times = Math.min(UNBOUNDED, log2(Math.max(1, (double) most - least + 1)));
    boolean several = part.bits() > 0 || part.optional();
    double inside = several && most > 1 ? Math.max(1, part.bits()) * most : part.bits();
    return new Part(
        part.first(),
        inside + times,
        inside,
        part.bits() == 0 && !part.first().isEmpty() && most > least,
        least == 0 || part.optional());
  }

  private static double log2(double number) {
    return Math.log(number) / Math.log(2);
  }

  private static long number(String digits, long otherwise) {
    return digits.isEmpty()
        ? otherwise
        : digits.length() > 9 ? Long.MAX_VALUE : Long.parseLong(digits);
  }

  private Part part() {
    int start = at;
    switch (pattern.charAt(at)) {
      case '(' -> {
        return group();
      }
      case '[' -> skipClass();
      case '\\' -> skipEscape();
      default -> at += Character.charCount(pattern.codePointAt(at));
    }
    String read = pattern.substring(start, Math.min(at, pattern.length()));
    return Part.once(read.matches("[$^]") ? "" : read, 0, false);
  }

  private Part group() {
    boolean plain = !pattern.startsWith("(?", at);
    boolean named = pattern.startsWith("(?<", at) && !pattern.startsWith("(?<=", at);
    at += plain ? 1 : 2;
    int start = at;
    while (!plain && at < pattern.length() && ":=!>)".indexOf(pattern.charAt(at)) < 0) {
      at++;
    }
    String kind = pattern.substring(start, Math.min(at + 1, pattern.length()));
    if (!plain && at < pattern.length() && pattern.charAt(at) != ')') {
      at++;
    }
    if (depth == MAX_DEPTH) {
      at = pattern.length();
      return Part.once("", Double.POSITIVE_INFINITY, false);
    }
    depth++;
    Part inside = alternatives(false);
    depth--;
    at++;
    boolean looks = !named && (kind.endsWith("=") || kind.endsWith("!"));
    return looks ? Part.once("", inside.bits(), false) : inside;
  }

  private void skipClass() {
    int depth = 0;
    do {
      char c = at < pattern.length() ? pattern.charAt(at) : ']';
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      at += c == '\\' ? 2 : 1;
    } while (depth > 0 && at < pattern.length());
  }

  private void skipEscape() {
    boolean property = at + 1 < pattern.length() && "pPx".indexOf(pattern.charAt(at + 1)) >= 0;
    at += 2;
    if (property && at < pattern.length() && pattern.charAt(at) == '{') {
      int end = pattern.indexOf('}', at);
      at = end < 0 ? pattern.length() : end + 1;
    }
  }

  /** The characters that a part of one character matches; all, where that is not known. */
  private BitSet characters(String part) {
    return characters.computeIfAbsent(part, Repetitions::matched);
  }

  private static BitSet matched(String part) {
    BitSet all = new BitSet();
    all.set(0, Character.MAX_VALUE);
    if (part.isEmpty() || NO_CHARACTER.matcher(part).matches()) {
      return all;
    }
    try {
      Matcher matcher =
          Pattern.compile(part, Pattern.UNICODE_CHARACTER_CLASS | Pattern.DOTALL).matcher("");
      BitSet matched = new BitSet();
      for (char c = 0; c < Character.MAX_VALUE; c++) {
        if (matcher.reset(String.valueOf(c)).matches()) {
          matched.set(c);
        }
      }
      return matched;
    } catch (PatternSyntaxException e) {
      return all;
    }
  }
}
