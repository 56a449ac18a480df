package org.tribuo.distill.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.tribuo.distill.file.AtomicFile;

/**
 * What an experiment has measured.
 *
 * @param comparison the models side by side
 * @param seconds the wall time of each phase
 * @param peakResidentBytes the maximum memory that the process had at one time, native memory
 *     included; empty where the operating system does not report it
 */
public record ExperimentResults(
    Comparison comparison, Map<String, Duration> seconds, OptionalLong peakResidentBytes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Writes the comparison as CSV, whole or not at all.
   *
   * @throws IOException if the file cannot be written
   */
  public void writeCsv(Path file) throws IOException {
    String csv = String.join("\n", comparison.csv()) + "\n";
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
    comparison.models().forEach(model -> add(models.addObject(), model));
    ObjectNode phases = root.putObject("seconds");
    seconds.forEach((phase, duration) -> phases.put(phase, duration.toMillis() / 1e3));
    peakResidentBytes.ifPresent(bytes -> root.put("peak_resident_bytes", bytes));
    return root;
  }

  private static void add(ObjectNode node, ModelReport model) {
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
