package org.tribuo.distill.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Models side by side: a table to read, and rows for a file.
 *
 * @param models in the order of the rows
 */
record Comparison(List<ModelMeter.Report> models) {
  private static final List<String> HEADER =
      List.of(
          "", "accuracy", "macro-F1", "agreement", "parameters", "file", "one alone", "in batches");

  private static final String CSV_HEADER =
      "model,accuracy,macro_f1,agreement,parameters,bytes,latency_ms,examples_per_second";

  Comparison {
    models = List.copyOf(models);
  }

  /** The models as a table for a terminal. */
  TextTable table() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    for (ModelMeter.Report model : models) {
      rows.add(
          List.of(
              model.name(),
              percent(model.quality().accuracy()),
              percent(model.quality().macroF1()),
              percent(model.quality().agreement()),
              format("%,d", model.parameters()),
              format("%.1f MB", model.bytesOnDisk() / 1e6),
              format("%.2f ms", millis(model.latency())),
              format("%,.0f/s", model.examplesPerSecond())));
    }
    return new TextTable(rows);
  }

  /** The models as lines of CSV, a header first; shares are fractions. */
  List<String> csv() {
    List<String> lines = new ArrayList<>();
    lines.add(CSV_HEADER);
    for (ModelMeter.Report model : models) {
      lines.add(
          format(
              "%s,%.6f,%.6f,%.6f,%d,%d,%.4f,%.1f",
              quoted(model.name()),
              model.quality().accuracy(),
              model.quality().macroF1(),
              model.quality().agreement(),
              model.parameters(),
              model.bytesOnDisk(),
              millis(model.latency()),
              model.examplesPerSecond()));
    }
    return lines;
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }

  private static String percent(double share) {
    return format("%.1f %%", 100 * share);
  }

  private static String quoted(String cell) {
    return cell.matches("[^\",\\r\\n]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
