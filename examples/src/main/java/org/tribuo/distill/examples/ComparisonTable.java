package org.tribuo.distill.examples;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.tribuo.distill.report.TextTable;

/** A line for each loss: mean and deviation of the accuracies of all its seeds. */
final class ComparisonTable {
  private static final List<String> HEADER =
      List.of("", "weight", "seeds", "accuracy", "deviation", "a step");

  private ComparisonTable() {}

  static TextTable of(List<Trial> trials) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEADER);
    Map<String, List<Trial>> byLoss =
        trials.stream()
            .collect(
                Collectors.groupingBy(
                    trial -> trial.of().loss(), LinkedHashMap::new, Collectors.toList()));
    byLoss.forEach((loss, seeds) -> lines.add(line(loss, seeds)));
    return new TextTable(lines);
  }

  private static List<String> line(String loss, List<Trial> seeds) {
    float weight = seeds.get(0).of().weight();
    double mean = mean(seeds, trial -> 100 * trial.accuracy());
    double squares = mean(seeds, trial -> Math.pow(100 * trial.accuracy() - mean, 2));
    double deviation = Math.sqrt(squares * seeds.size() / Math.max(1, seeds.size() - 1));
    double millis = mean(seeds, Trial::stepMillis);
    return List.of(
        loss,
        weight == 0 ? "" : Float.toString(weight),
        Integer.toString(seeds.size()),
        String.format(Locale.ROOT, "%.2f %%", mean),
        String.format(Locale.ROOT, "%.2f", deviation),
        Double.isNaN(millis) ? "" : String.format(Locale.ROOT, "%.0f ms", millis));
  }

  private static double mean(List<Trial> trials, ToDoubleFunction<Trial> number) {
    return trials.stream().mapToDouble(number).average().orElse(Double.NaN);
  }
}
