package org.tribuo.distill.examples.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that a program has measured, and that it prints as a line of JSON.
 *
 * @param what was measured, as all programs name it
 */
record Measurement(String what, Unit unit, double value) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** In what it is measured. */
  enum Unit {
    MILLISECONDS("%.1f ms"),
    SECONDS("%.1f s"),
    PER_SECOND("%.0f/s"),
    MEGABYTES("%.0f MB"),
    PERCENT("%.1f %%");

    private final String format;

    Unit(String format) {
      this.format = format;
    }

    /** Whether one run's value is nearer to what the machine can do; of a rate the larger. */
    private boolean isBetter(double one, double other) {
      return this == PER_SECOND || this == PERCENT ? one > other : one < other;
    }

    /** Whether values are compared by dividing them. */
    boolean hasRatio() {
      return this != PERCENT;
    }
  }

  /** The measurement that a line holds; empty if the line is something else. */
  static Optional<Measurement> parse(String line) {
    if (!line.startsWith("{")) {
      return Optional.empty();
    }
    try {
      JsonNode json = JSON.readTree(line);
      return Optional.of(
          new Measurement(
              json.required("what").asText(),
              Unit.valueOf(json.required("unit").asText()),
              json.required("value").asDouble()));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IllegalArgumentException("'%s' is no measurement".formatted(line), e);
    }
  }

  /** The line. */
  String toJson() {
    return JSON.createObjectNode()
        .put("what", what)
        .put("unit", unit.name())
        .put("value", value)
        .toString();
  }

  /** The better of two runs, which other work of the machine has disturbed less. */
  Measurement better(Measurement other) {
    return unit.isBetter(other.value, value) ? other : this;
  }

  /** The value with its unit. */
  String shown() {
    return String.format(Locale.ROOT, unit.format, value);
  }
}
