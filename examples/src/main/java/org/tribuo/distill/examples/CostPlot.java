package org.tribuo.distill.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.tribuo.distill.selection.StudentCandidate;

/**
 * What students cost, for a terminal: sizes from left to right, times from below.
 *
 * @param points at least one
 */
record CostPlot(List<Point> points) {
  private static final int COLUMNS = 56;
  private static final int LINES = 12;

  /** How wide the labels of the times are. */
  private static final int MARGIN = 11;

  /** Marks of a student, the later ones drawn over the earlier. */
  enum Mark {
    BEYOND('.', "beyond the budget"),
    WITHIN('o', "within it"),
    TRIED('x', "tried"),
    CHOSEN('#', "chosen");

    private final char sign;
    private final String meaning;

    Mark(char sign, String meaning) {
      this.sign = sign;
      this.meaning = meaning;
    }

    /** In words. */
    String meaning() {
      return meaning;
    }
  }

  /** A student and its mark. */
  record Point(StudentCandidate candidate, Mark mark) {}

  /** The lines, without line ends. */
  List<String> lines() {
    double largest = most(candidate -> candidate.bytes());
    double slowest = most(candidate -> candidate.latency().toNanos());
    List<String> lines = new ArrayList<>();
    for (char[] signs : signs(largest, slowest)) {
      String label =
          lines.isEmpty() ? String.format(Locale.ROOT, "%7.2f ms ", slowest / 1e6) : blank(MARGIN);
      lines.add((label + "|" + new String(signs)).stripTrailing());
    }
    lines.add(blank(MARGIN) + "+" + "-".repeat(COLUMNS));
    String end = String.format(Locale.ROOT, "%.1f MB", largest / 1e6);
    lines.add(blank(MARGIN + 1 + COLUMNS - end.length()) + end);
    lines.add(
        blank(MARGIN + 1)
            + Arrays.stream(Mark.values())
                .map(mark -> mark.sign + " " + mark.meaning)
                .collect(Collectors.joining("  ")));
    return lines;
  }

  private double most(ToDoubleFunction<StudentCandidate> cost) {
    return points.stream().map(Point::candidate).mapToDouble(cost).max().orElse(1);
  }

  private char[][] signs(double largest, double slowest) {
    char[][] signs = new char[LINES][COLUMNS];
    Arrays.stream(signs).forEach(line -> Arrays.fill(line, ' '));
    for (Mark mark : Mark.values()) {
      for (Point point : points) {
        if (point.mark() == mark) {
          StudentCandidate candidate = point.candidate();
          int line = place(slowest - candidate.latency().toNanos(), slowest, LINES);
          signs[line][place(candidate.bytes(), largest, COLUMNS)] = mark.sign;
        }
      }
    }
    return signs;
  }

  private static int place(double value, double most, int places) {
    return Math.min(places - 1, (int) (value / most * places));
  }

  private static String blank(int width) {
    return " ".repeat(width);
  }
}
