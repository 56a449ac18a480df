package org.tribuo.distill.examples;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.report.TextTable;
import org.tribuo.distill.selection.SearchListener;
import org.tribuo.distill.selection.StudentBudget;
import org.tribuo.distill.selection.StudentCandidate;
import org.tribuo.distill.selection.StudentChoice;

/** Shows how a search for a student goes, and what it found: a table, a plot, and why. */
final class SearchReport implements SearchListener {
  private static final List<String> HEADER =
      List.of("", "layers", "width", "weights", "parameters", "file", "one alone", "held out");

  private static final int COLUMNS = 56;
  private static final int LINES = 12;

  /** Marks of a candidate, the later ones drawn over the earlier. */
  private enum Mark {
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
  }

  private record Marked(StudentCandidate candidate, Mark mark) {}

  private final ProgressOutput console;
  private final StudentBudget budget;

  SearchReport(ProgressOutput console, StudentBudget budget) {
    this.console = console;
    this.budget = budget;
  }

  @Override
  public void onSkipped(int layers, int width, String reason) {
    say("   None of %d layers and width %d: %s", layers, width, reason);
  }

  @Override
  public void onPromising(List<StudentCandidate> candidates) {
    if (candidates.size() > 1) {
      say("   %d are trained for a short time:", candidates.size());
    }
  }

  @Override
  public void onTried(StudentCandidate candidate) {
    say("   %s.", candidate);
  }

  /** Shows all that were measured. */
  void show(StudentChoice<?> choice) {
    List<Marked> all =
        choice.candidates().stream()
            .map(each -> new Marked(each, mark(each, choice.chosen())))
            .sorted(
                Comparator.comparing((Marked each) -> each.mark())
                    .reversed()
                    .thenComparing(each -> each.candidate().bytes()))
            .toList();
    table(all).lines().forEach(console::line);
    console.line("");
    plot(all).forEach(console::line);
    long compared = all.stream().filter(each -> each.candidate().score().isPresent()).count();
    say(
        "Chosen: %s, %s.",
        choice.chosen(),
        compared > 1
            ? "the best of %d on held-out texts, of those within %s".formatted(compared, budget)
            : "as deep and as wide as all others within %s".formatted(budget));
  }

  private Mark mark(StudentCandidate candidate, StudentCandidate chosen) {
    if (candidate.equals(chosen)) {
      return Mark.CHOSEN;
    }
    if (candidate.score().isPresent()) {
      return Mark.TRIED;
    }
    return budget.covers(candidate.bytes(), candidate.latency()) ? Mark.WITHIN : Mark.BEYOND;
  }

  private static TextTable table(List<Marked> all) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    for (Marked each : all) {
      StudentCandidate candidate = each.candidate();
      rows.add(
          List.of(
              each.mark().meaning,
              Integer.toString(candidate.layers()),
              Integer.toString(candidate.width()),
              candidate.precision().toString(),
              String.format(Locale.ROOT, "%,d", candidate.parameters()),
              String.format(Locale.ROOT, "%.2f MB", candidate.bytes() / 1e6),
              String.format(Locale.ROOT, "%.2f ms", candidate.latency().toNanos() / 1e6),
              candidate.score().isPresent()
                  ? String.format(Locale.ROOT, "%.1f %%", 100 * candidate.score().getAsDouble())
                  : ""));
    }
    return new TextTable(rows);
  }

  /** Sizes from left to right, times from below. */
  private static List<String> plot(List<Marked> all) {
    double largest = all.stream().mapToDouble(each -> each.candidate().bytes()).max().orElse(1);
    double slowest =
        all.stream().mapToDouble(each -> each.candidate().latency().toNanos()).max().orElse(1);
    Mark[][] places = new Mark[LINES][COLUMNS];
    for (Marked each : all) {
      int line = place(slowest - each.candidate().latency().toNanos(), slowest, LINES);
      int column = place(each.candidate().bytes(), largest, COLUMNS);
      Mark there = places[line][column];
      places[line][column] =
          there == null || there.compareTo(each.mark()) < 0 ? each.mark() : there;
    }
    List<String> lines = new ArrayList<>();
    for (int line = 0; line < LINES; line++) {
      StringBuilder text =
          new StringBuilder(
              line == 0
                  ? String.format(Locale.ROOT, "%7.2f ms |", slowest / 1e6)
                  : " ".repeat(11) + "|");
      for (Mark mark : places[line]) {
        text.append(mark == null ? ' ' : mark.sign);
      }
      lines.add(text.toString().stripTrailing());
    }
    lines.add(" ".repeat(11) + "+" + "-".repeat(COLUMNS));
    lines.add(
        String.format(
            Locale.ROOT,
            "%" + (12 + COLUMNS) + "s",
            String.format(Locale.ROOT, "%.1f MB", largest / 1e6)));
    StringBuilder legend = new StringBuilder(" ".repeat(12));
    for (Mark mark : Mark.values()) {
      legend.append(mark.sign).append(' ').append(mark.meaning).append("  ");
    }
    lines.add(legend.toString().stripTrailing());
    return lines;
  }

  private static int place(double value, double most, int places) {
    return Math.min(places - 1, (int) (value / most * places));
  }

  private void say(String format, Object... values) {
    console.line(String.format(Locale.ROOT, format, values));
  }
}
