package org.tribuo.distill.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.tribuo.distill.file.AtomicFile;

/**
 * What an experiment has measured.
 *
 * @param models in the order in which they were measured
 * @param seconds the wall time of each phase
 * @param metering the wall time in which speeds were measured, beside the phases
 * @param peakResidentBytes the maximum memory that the process had at one time, native memory
 *     included; empty where the operating system does not report it
 */
public record ExperimentResults(
    List<ModelMeter.Report> models,
    Map<String, Duration> seconds,
    Duration metering,
    OptionalLong peakResidentBytes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public ExperimentResults {
    models = List.copyOf(models);
  }

  /** The models side by side, as a table for a terminal. */
  public TextTable table() {
    return new Comparison(models).table();
  }

  /**
   * Writes the comparison as CSV, whole or not at all.
   *
   * @throws IOException if the file cannot be written
   */
  public void writeCsv(Path file) throws IOException {
    String csv = String.join("\n", new Comparison(models).csv()) + "\n";
    AtomicFile.writeStream(file, out -> out.write(csv.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Writes all as JSON, whole or not at all.
   *
   * @throws IOException if the file cannot be written
   */
  public void writeJson(Path file) throws IOException {
    byte[] json = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json());
    AtomicFile.writeStream(file, out -> out.write(json));
  }

  private ObjectNode json() {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode models = root.putArray("models");
    this.models.forEach(model -> add(models.addObject(), model));
    ObjectNode phases = root.putObject("seconds");
    seconds.forEach((phase, duration) -> phases.put(phase, duration.toMillis() / 1e3));
    root.put("metering_seconds", metering.toMillis() / 1e3);
    peakResidentBytes.ifPresent(bytes -> root.put("peak_resident_bytes", bytes));
    return root;
  }

  private static void add(ObjectNode node, ModelMeter.Report model) {
    node.put("model", model.name())
        .put("accuracy", model.quality().accuracy())
        .put("macro_f1", model.quality().macroF1())
        .put("agreement", model.quality().agreement())
        .put("parameters", model.parameters())
        .put("bytes", model.bytesOnDisk())
        .put("latency_ms", model.latency().toNanos() / 1e6)
        .put("examples_per_second", model.examplesPerSecond());
  }
}
