package org.tribuo.distill.examples;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.report.TextTable;
import org.tribuo.distill.selection.SearchListener;
import org.tribuo.distill.selection.StudentBudget;
import org.tribuo.distill.selection.StudentCandidate;
import org.tribuo.distill.selection.StudentChoice;

/** Shows how a search for a student goes, and what it found: a table, a plot, and why. */
final class SearchReport implements SearchListener {
  private static final List<String> HEADER =
      List.of(
          "",
          "layers",
          "width",
          "rank",
          "tokens",
          "weights",
          "parameters",
          "file",
          "one alone",
          "held out");

  private final ProgressOutput console;
  private final StudentBudget budget;

  SearchReport(ProgressOutput console, StudentBudget budget) {
    this.console = console;
    this.budget = budget;
  }

  @Override
  public void onSkipped(int layers, int width, String reason) {
    say("   Skipped, of %d layers and width %d: %s", layers, width, reason);
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
    List<CostPlot.Point> all =
        choice.candidates().stream()
            .map(each -> new CostPlot.Point(each, mark(each, choice.chosen())))
            .sorted(
                Comparator.comparing(CostPlot.Point::mark)
                    .reversed()
                    .thenComparing(each -> each.candidate().bytes()))
            .toList();
    table(all).lines().forEach(console::line);
    console.line("");
    new CostPlot(all).lines().forEach(console::line);
    long compared = all.stream().filter(each -> each.candidate().score().isPresent()).count();
    say(
        "Chosen: %s, %s.",
        choice.chosen(),
        compared > 1
            ? "the best of %d on held-out texts, of those within %s".formatted(compared, budget)
            : "as deep and as wide as all others within %s".formatted(budget));
  }

  private CostPlot.Mark mark(StudentCandidate candidate, StudentCandidate chosen) {
    if (candidate.equals(chosen)) {
      return CostPlot.Mark.CHOSEN;
    }
    if (candidate.score().isPresent()) {
      return CostPlot.Mark.TRIED;
    }
    return budget.covers(candidate.bytes(), candidate.latency())
        ? CostPlot.Mark.WITHIN
        : CostPlot.Mark.BEYOND;
  }

  private static TextTable table(List<CostPlot.Point> all) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    for (CostPlot.Point each : all) {
      StudentCandidate candidate = each.candidate();
      rows.add(
          List.of(
              each.mark().meaning(),
              Integer.toString(candidate.layers()),
              Integer.toString(candidate.width()),
              number(candidate.rank()),
              number(candidate.tokens()),
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

  private static String number(OptionalInt value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%,d", value.getAsInt()) : "";
  }

  private void say(String format, Object... values) {
    console.line(String.format(Locale.ROOT, format, values));
  }
}
