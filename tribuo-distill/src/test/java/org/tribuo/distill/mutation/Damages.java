package org.tribuo.distill.mutation;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Lets child JVMs use damaged inputs, and counts how they ended. */
final class Damages {
  private final long seed;
  private final Path folder;
  private final Map<InputKind, Integer> wanted;
  private final Map<InputKind, Map<String, Integer>> counts = new EnumMap<>(InputKind.class);
  private final List<String> faults = new ArrayList<>();

  /**
   * @param wanted how many of each kind
   */
  Damages(long seed, Path folder, Map<InputKind, Integer> wanted) {
    this.seed = seed;
    this.folder = folder;
    this.wanted = new EnumMap<>(wanted);
  }

  /** Runs all, in a new JVM after each that was ended. */
  Damages run() throws Exception {
    InputKind kind = wanted.keySet().iterator().next();
    int from = 0;
    while (kind != null) {
      List<String> last = runFrom(kind, from);
      if (last.isEmpty()) {
        break;
      }
      kind = InputKind.valueOf(last.get(0));
      from = Integer.parseInt(last.get(1)) + 1;
    }
    return this;
  }

  /**
   * @return kind and number of the input at which the JVM was ended; nothing if it ended itself
   */
  private List<String> runFrom(InputKind first, int from) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-Xmx400m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
                "-XX:-CreateCoredumpOnCrash",
                "-cp",
                System.getProperty("java.class.path"),
                DamageRun.class.getName(),
                Long.toString(seed),
                folder.toString()));
    wanted.forEach(
        (kind, count) -> {
          if (kind.compareTo(first) >= 0) {
            command.addAll(
                List.of(kind.name(), Integer.toString(kind == first ? from : 0), count.toString()));
          }
        });
    Path errors = folder.resolve("stderr.txt");
    Process child = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String begun = "";
    try (BufferedReader lines = child.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("begin ")) {
          begun = line.substring(6);
        } else if (line.startsWith("end ")) {
          count(begun, line.substring(4));
          begun = "";
        } else if (line.startsWith("hang ")) {
          count(begun, "FAULT hang of more than %d ms at %s".formatted(DamageRun.MAX_MILLIS, line));
          child.waitFor();
          return List.of(begun.split(" "));
        }
      }
    }
    int status = child.waitFor();
    if (begun.isEmpty()) {
      if (status != 0) {
        throw new IOException("The child JVM ended with %d between two inputs".formatted(status));
      }
      return List.of();
    }
    count(begun, "FAULT abort of the JVM with %d: %s".formatted(status, cause(errors)));
    return List.of(begun.split(" "));
  }

  private static String cause(Path errors) throws IOException {
    return java.nio.file.Files.readAllLines(errors, java.nio.charset.StandardCharsets.ISO_8859_1)
        .stream()
        .filter(line -> !line.isBlank())
        .reduce((a, b) -> b.length() + a.length() > 1500 ? a : a + " | " + b)
        .orElse("");
  }

  private void count(String begun, String verdict) {
    InputKind kind = InputKind.valueOf(begun.split(" ")[0]);
    counts
        .computeIfAbsent(kind, key -> new java.util.TreeMap<>())
        .merge(verdict.split(" ")[0], 1, Integer::sum);
    if (verdict.startsWith("FAULT")) {
      faults.add("%s of seed %d: %s".formatted(begun, seed, verdict));
    }
  }

  /** What went wrong: kind, number, seed and what was told. */
  List<String> faults() {
    return faults;
  }

  /** How many of a kind were tried. */
  int total(InputKind kind) {
    return counts.getOrDefault(kind, Map.of()).values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many of a kind ended so. */
  int count(InputKind kind, Verdict.Kind verdict) {
    return counts.getOrDefault(kind, Map.of()).getOrDefault(verdict.name(), 0);
  }

  @Override
  public String toString() {
    return "Seed %d: %s".formatted(seed, counts);
  }
}
