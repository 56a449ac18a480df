package org.tribuo.distill.examples.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One side of the comparison, in one precision, and the best of what it has measured. */
final class Side {
  /** Lines of a program that are shown if it fails. */
  private static final int LINES = 20;

  private final String name;
  private final Map<String, Measurement> best = new LinkedHashMap<>();

  /** A side that has measured nothing. */
  Side(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  Map<String, Measurement> best() {
    return best;
  }

  /** Keeps a measurement if none of the same is better. */
  void add(Measurement measurement) {
    best.merge(measurement.what(), measurement, Measurement::better);
  }

  /**
   * Runs a program to its end, and keeps what it prints of measurements.
   *
   * @throws IOException if it cannot be started or fails; the message has its last lines
   */
  void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Deque<String> last = new ArrayDeque<>();
    List<Measurement> measured = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Measurement.parse(line).ifPresent(measured::add);
        last.add(line);
        if (last.size() > LINES) {
          last.remove();
        }
      }
    } finally {
      process.destroy();
    }
    if (process.waitFor() != 0) {
      throw new IOException(
          "%s failed with %d:%n%s%nThe command was %s"
              .formatted(name, process.exitValue(), String.join("\n", last), command));
    }
    measured.forEach(this::add);
  }
}
