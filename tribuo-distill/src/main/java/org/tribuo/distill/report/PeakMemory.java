package org.tribuo.distill.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most memory that this process had at one time, native memory included, as the operating
 * system counts it. Known on Linux only.
 */
final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  private PeakMemory() {}

  /** The peak of the resident memory in bytes; empty where the system does not say. */
  static OptionalLong resident() {
    try {
      return Files.isReadable(STATUS) ? find(Files.readAllLines(STATUS)) : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  static OptionalLong find(List<String> status) {
    return status.stream()
        .map(PEAK::matcher)
        .filter(Matcher::matches)
        .mapToLong(peak -> 1024 * Long.parseLong(peak.group(1)))
        .findFirst();
  }
}
