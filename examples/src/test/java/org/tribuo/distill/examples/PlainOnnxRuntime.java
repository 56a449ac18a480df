package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Runs ONNX files in a process that knows nothing but ONNX Runtime: a JVM with the jar as it is
 * published, or with {@code -Dpython=python3} its Python package.
 */
final class PlainOnnxRuntime {
  private static final Path JAVA = Path.of("src/test/programs/RunOnnx.java");
  private static final Path PYTHON = Path.of("../src/dev/python/run_onnx.py");

  private PlainOnnxRuntime() {}

  /** What a model may read of one example: the numbers of each input, by its name. */
  static final class Row {
    private final Map<String, List<String>> inputs = new LinkedHashMap<>();

    void put(String input, List<String> numbers) {
      inputs.put(input, numbers);
    }

    @Override
    public String toString() {
      return inputs.entrySet().stream()
          .map(input -> input.getKey() + "=" + String.join(",", input.getValue()))
          .collect(Collectors.joining(";"));
    }
  }

  /** The values of an output for each row. */
  static List<double[]> run(Path file, String output, List<Row> rows) throws Exception {
    List<String> command =
        new ArrayList<>(
            Optional.ofNullable(System.getProperty("python"))
                .map(python -> List.of(python, PYTHON.toString()))
                .orElseGet(PlainOnnxRuntime::java));
    command.addAll(List.of(file.toString(), output));
    rows.forEach(row -> command.add(row.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    List<double[]> values =
        printed
            .lines()
            .map(line -> Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray())
            .toList();
    assertThat(values).hasSameSizeAs(rows);
    return values;
  }

  private static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xshare:auto",
        "-cp",
        jar(),
        JAVA.toString());
  }

  /** By its place in a Maven repository. */
  private static String jar() {
    return Arrays.stream(
            System.getProperty("java.class.path").split(System.getProperty("path.separator")))
        .filter(entry -> entry.replace('\\', '/').contains("/com/microsoft/onnxruntime/"))
        .findFirst()
        .orElseThrow();
  }
}
