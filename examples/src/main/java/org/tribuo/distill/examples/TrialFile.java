package org.tribuo.distill.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.file.AtomicFile;

/**
 * The trials of a comparison in a CSV file, so that one that was stopped goes on where it was. To
 * be used by one thread.
 */
final class TrialFile {
  private final Path file;
  private final List<Trial> trials;

  private TrialFile(Path file, List<Trial> trials) {
    this.file = file;
    this.trials = trials;
  }

  /**
   * The trials of a file; none if it is not there.
   *
   * @throws IOException if it cannot be read, or something else is in it
   */
  static TrialFile open(Path file) throws IOException {
    List<Trial> trials = new ArrayList<>();
    if (Files.exists(file)) {
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      try {
        lines.stream().skip(1).map(Trial::parse).forEach(trials::add);
      } catch (IllegalArgumentException e) {
        throw new IOException(
            "%s has no trials of a comparison: %s; remove it or take another folder"
                .formatted(file, e.getMessage()),
            e);
      }
    }
    return new TrialFile(file, trials);
  }

  /** The trial of a subject with exactly these settings, if it was made. */
  Optional<Trial> find(Trial.Subject subject, String settings) {
    return trials.stream()
        .filter(trial -> trial.of().equals(subject) && trial.settings().equals(settings))
        .findFirst();
  }

  /** Adds a trial to the file, which is written whole or stays as it was. */
  void add(Trial trial) {
    trials.add(trial);
    try {
      AtomicFile.writeStream(
          file,
          out -> {
            out.write(line(Trial.HEADER));
            for (Trial each : trials) {
              out.write(line(each.line()));
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The trial %s cannot be kept: %s".formatted(trial, e.getMessage()), e);
    }
  }

  private static byte[] line(String text) {
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
