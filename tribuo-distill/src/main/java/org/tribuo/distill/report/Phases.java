package org.tribuo.distill.report;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** How long each part of a program takes. For one thread. */
final class Phases {
  private final Map<String, Duration> durations = new LinkedHashMap<>();

  /** Runs a part and keeps its wall time. */
  <R> R time(String phase, Callable<R> part) throws Exception {
    long start = System.nanoTime();
    try {
      return part.call();
    } finally {
      add(phase, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** Keeps a time; those of one part add up. */
  void add(String phase, Duration duration) {
    durations.merge(phase, duration, Duration::plus);
  }

  /** The time of one part; zero if it did not run. */
  Duration of(String phase) {
    return durations.getOrDefault(phase, Duration.ZERO);
  }

  /** The parts in the order in which they were first heard of. */
  Map<String, Duration> durations() {
    return Collections.unmodifiableMap(durations);
  }
}
