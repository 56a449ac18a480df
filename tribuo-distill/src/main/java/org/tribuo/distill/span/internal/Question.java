package org.tribuo.distill.span.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.tribuo.distill.span.Span;

/**
 * A question as a file has it.
 *
 * @param where it is, for messages, such as {@code row 3 (line 5)}
 * @param known whether it is known if there is an answer; if it is and there are none, there is no
 *     answer
 */
public record Question(
    String where, String question, String context, boolean known, List<Marked> answers) {
  private static final int SHOWN = 40;

  /**
   * An answer that was marked.
   *
   * @param start its first character in the context, in code points, as Python counts them; empty
   *     if that is not stated
   */
  public record Marked(String text, OptionalInt start) {}

  public Question {
    answers = List.copyOf(answers);
  }

  /**
   * What is known of the answer: the first of several, the others as alternatives.
   *
   * @throws IllegalArgumentException if an answer is empty, or not where it is said to be; the
   *     message names the question, what was expected and what is there
   */
  public Span answer() {
    if (!known) {
      return Span.unknown();
    }
    if (answers.isEmpty()) {
      return Span.noAnswer();
    }
    List<Span> places = new ArrayList<>();
    answers.forEach(marked -> places.add(place(marked)));
    List<String> others =
        places.subList(1, places.size()).stream().map(Span::text).distinct().toList();
    return places.get(0).withAlternatives(others);
  }

  private Span place(Marked marked) {
    String text = marked.text();
    if (text.isBlank()) {
      throw refused("has the answer '%s', expected some text".formatted(text));
    }
    int start = marked.start().isPresent() ? index(text, marked.start().getAsInt()) : first(text);
    return Span.in(context, start, start + text.length());
  }

  /** Without a place the answer is where it occurs first. */
  private int first(String text) {
    int start = context.indexOf(text);
    if (start < 0) {
      throw refused(
          "has the answer '%s', which does not occur in its context '%s'"
              .formatted(shown(text), shown(context)));
    }
    return start;
  }

  private int index(String text, int codePoint) {
    int all = context.codePointCount(0, context.length());
    if (codePoint < 0 || codePoint >= all) {
      throw refused(
          "has its answer '%s' at character %d, but its context has %d, expected a number from 0 to %d"
              .formatted(shown(text), codePoint, all, all - 1));
    }
    int start = context.offsetByCodePoints(0, codePoint);
    if (!context.startsWith(text, start)) {
      String found = context.substring(start, Math.min(context.length(), start + text.length()));
      throw refused(
          "has its answer at character %d, where the context has '%s', expected '%s'"
              .formatted(codePoint, shown(found), shown(text)));
    }
    return start;
  }

  private IllegalArgumentException refused(String why) {
    return new IllegalArgumentException("%s %s".formatted(where, why));
  }

  private static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}
