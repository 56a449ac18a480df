package org.tribuo.distill.selection;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a student may cost. Immutable and safe for many threads.
 *
 * @param bytes the largest size of its ONNX file; empty for any
 * @param latency the longest time of one prediction, alone and on one thread of this machine; empty
 *     for any
 */
public record StudentBudget(OptionalLong bytes, Optional<Duration> latency) {
  private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-zµ]+)");

  private static final Map<String, Long> BYTES =
      Map.of(
          "B",
          1L,
          "KB",
          1_000L,
          "MB",
          1_000_000L,
          "GB",
          1_000_000_000L,
          "KiB",
          1L << 10,
          "MiB",
          1L << 20,
          "GiB",
          1L << 30);

  private static final Map<String, Long> NANOSECONDS =
      Map.of("us", 1_000L, "µs", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L);

  /**
   * @throws IllegalArgumentException if neither is limited, or a limit is not above 0
   */
  public StudentBudget {
    if (bytes.isEmpty() && latency.isEmpty()) {
      throw new IllegalArgumentException(
          "The budget limits nothing, expected a size, a time, or both, as in \"10MB, 1ms\"");
    }
    if (bytes.orElse(1) < 1 || latency.map(time -> time.toNanos() < 1).orElse(false)) {
      throw new IllegalArgumentException("A limit of the budget is 0, expected more");
    }
  }

  /**
   * Reads a size, a time, or both, with a comma between them: {@code 10MB, 1ms}. Units are B, KB,
   * MB and GB, which are powers of 1,000, KiB, MiB and GiB, which are powers of 1,024; us, ms and
   * s.
   *
   * @throws IllegalArgumentException if the text is something else; the message says what
   */
  public static StudentBudget parse(String text) {
    OptionalLong bytes = OptionalLong.empty();
    Optional<Duration> latency = Optional.empty();
    for (String part : text.split(",", -1)) {
      Matcher matcher = PART.matcher(part.strip());
      if (!matcher.matches()) {
        throw unreadable(part, text);
      }
      BigDecimal number = new BigDecimal(matcher.group(1));
      String unit = matcher.group(2);
      if (BYTES.containsKey(unit) && bytes.isEmpty()) {
        bytes = OptionalLong.of(times(number, BYTES.get(unit), text));
      } else if (NANOSECONDS.containsKey(unit) && latency.isEmpty()) {
        latency = Optional.of(Duration.ofNanos(times(number, NANOSECONDS.get(unit), text)));
      } else {
        throw unreadable(part, text);
      }
    }
    return new StudentBudget(bytes, latency);
  }

  private static long times(BigDecimal number, long unit, String text) {
    try {
      return number
          .multiply(BigDecimal.valueOf(unit))
          .setScale(0, RoundingMode.DOWN)
          .longValueExact();
    } catch (ArithmeticException e) {
      throw unreadable(number.toString(), text);
    }
  }

  private static IllegalArgumentException unreadable(String part, String text) {
    return new IllegalArgumentException(
        "'%s' in the budget '%s' is neither a size nor a time, or there are two of one kind; expected as in \"10MB, 1ms\", with units among B, KB, MB, GB, KiB, MiB, GiB and us, ms, s"
            .formatted(part.strip(), text));
  }

  /**
   * Whether a student costs no more than this.
   *
   * @param size the size of its file in bytes
   * @param time of one prediction
   */
  public boolean covers(long size, Duration time) {
    return size <= bytes.orElse(Long.MAX_VALUE)
        && latency.map(limit -> time.compareTo(limit) <= 0).orElse(true);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return Stream.concat(
            bytes.stream().mapToObj(size -> millionths(size) + "MB"),
            latency.stream().map(time -> millionths(time.toNanos()) + "ms"))
        .collect(Collectors.joining(", "));
  }

  private static String millionths(long number) {
    return BigDecimal.valueOf(number, 6).stripTrailingZeros().toPlainString();
  }
}
