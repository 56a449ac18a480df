package org.tribuo.distill.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tribuo.distill.examples.console.CommandLine;
import org.tribuo.distill.report.ExperimentResults;
import org.tribuo.distill.transformer.ExportPrecision;

/**
 * What a person reads at the end.
 *
 * @param experiment that was done
 * @param results of it
 */
record Summary(Experiment experiment, ExperimentResults results) {
  /** The comparison, where the time went, and how to use the files. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.addAll(results.table().lines());
    lines.add("");
    lines.add(
        "agreement: with the teacher, on the test texts. one alone: from tokens to label, on");
    lines.add("one thread, the median. in batches: of 64 texts, on %s.".formatted(threads()));
    lines.add("");
    lines.add("Time: " + times());
    results
        .peakResidentBytes()
        .ifPresent(bytes -> lines.add(format("Memory: %.2f GB at most.", bytes / 1e9)));
    lines.add("");
    lines.addAll(files());
    return lines;
  }

  private String threads() {
    Integer threads = experiment.training().threads;
    return threads == null ? "all cores" : threads == 1 ? "one thread" : threads + " threads";
  }

  private String times() {
    Duration total = results.seconds().values().stream().reduce(Duration.ZERO, Duration::plus);
    return results.seconds().entrySet().stream()
            .map(phase -> "%s %s".formatted(phase.getKey(), seconds(phase.getValue())))
            .collect(Collectors.joining(", "))
        + "; %s in all, and %s for the speeds above."
            .formatted(seconds(total), seconds(results.metering()));
  }

  private List<String> files() {
    ResultFolder folder = new ResultFolder(experiment.output().folder);
    List<String> lines = new ArrayList<>();
    lines.add("Written to %s:".formatted(folder.folder()));
    lines.add(
        "  %s: the student for any ONNX runtime, its provenance in the metadata."
            .formatted(folder.student().getFileName()));
    if (experiment.student().hasSmallFile()) {
      ExportPrecision precision = experiment.student().precision;
      lines.add(
          "  %s: the same with weights in %s."
              .formatted(
                  folder.student(precision).getFileName(),
                  precision.name().toLowerCase(Locale.ROOT)));
    }
    if (experiment.student().hasOwnVocabulary()) {
      lines.add(
          "  %s: the tokenizer that belongs to it."
              .formatted(folder.studentTokenizer().getFileName()));
    }
    lines.addAll(filesOfTribuo(folder));
    return lines;
  }

  private List<String> filesOfTribuo(ResultFolder folder) {
    return List.of(
        "  %s: the student as a Tribuo model. To use it:"
            .formatted(folder.studentModel().getFileName()),
        "    " + CommandLine.of("Classify", classify(folder)),
        "  %s: the configuration of this run. To do it again:"
            .formatted(folder.configuration().getFileName()),
        "    "
            + CommandLine.of(
                "",
                "-c",
                CommandLine.value(folder.configuration()),
                "--experiment",
                ExperimentFile.NAME),
        "  %s%s, %s: these numbers."
            .formatted(teacher(folder), folder.csv().getFileName(), folder.json().getFileName()));
  }

  private String teacher(ResultFolder folder) {
    return experiment.teacher().isFinished()
        ? ""
        : "%s, %s: the teacher. "
            .formatted(folder.teacher().getFileName(), folder.teacherModel().getFileName());
  }

  private static String[] classify(ResultFolder results) {
    String text = "Where is my new card?";
    return results.folder().equals(new OutputOptions().folder)
        ? new String[] {text}
        : new String[] {"--folder", CommandLine.value(results.folder()), text};
  }

  private static String seconds(Duration duration) {
    return format("%.0f s", duration.toMillis() / 1e3);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
