package org.tribuo.distill.internal.component;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The {@code config.json} that Hugging Face's library and exporters put beside a model, or above
 * its folder {@code onnx}, as far as it states what the columns of the logits stand for.
 *
 * @param file it was read from
 * @param json its content
 */
public record ModelConfiguration(Path file, JsonNode json) {
  /** The name of the file. */
  static final String NAME = "config.json";

  /** The folder in which repositories have models whose configuration is one folder above. */
  private static final String EXPORTS = "onnx";

  private static final String LABELS = "id2label";

  /**
   * The configuration beside a model, or that of a repository which has its models in a folder
   * {@code onnx}, if there is one.
   *
   * @throws IOException if it cannot be read, or is no JSON object
   */
  static Optional<ModelConfiguration> of(Path model) throws IOException {
    Optional<Path> found = places(model).stream().filter(Files::isRegularFile).findFirst();
    return found.isEmpty() ? Optional.empty() : Optional.of(read(found.get()));
  }

  /** Where the configuration of a model may be, the first one first. */
  public static List<Path> places(Path model) {
    Path beside = model.resolveSibling(NAME);
    Path folder = model.toAbsolutePath().normalize().getParent();
    return folder != null && folder.endsWith(EXPORTS)
        ? List.of(beside, folder.resolveSibling(NAME))
        : List.of(beside);
  }

  private static ModelConfiguration read(Path file) throws IOException {
    try {
      JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(file));
      if (json.isObject()) {
        return new ModelConfiguration(file, json);
      }
    } catch (JsonProcessingException e) {
      throw new IOException("%s is no JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
    throw new IOException("%s is no JSON object".formatted(file));
  }

  /**
   * The names of the columns, in order; empty where the configuration has none, or has what the
   * library writes if they have no names: {@code LABEL_0}, {@code LABEL_1} and so on.
   *
   * @throws IllegalArgumentException if it does not have a name for each number from 0
   */
  Optional<List<String>> labels() {
    JsonNode labels = json.path(LABELS);
    if (labels.isMissingNode() || labels.isNull()) {
      return Optional.empty();
    }
    if (!labels.isObject() || labels.isEmpty()) {
      throw refused(labels);
    }
    List<String> names = new ArrayList<>(labels.size());
    for (int column = 0; column < labels.size(); column++) {
      JsonNode name = labels.path(Integer.toString(column));
      if (!name.isTextual()) {
        throw refused(labels);
      }
      names.add(name.asText());
    }
    boolean unnamed =
        IntStream.range(0, names.size()).allMatch(i -> names.get(i).equals("LABEL_" + i));
    return unnamed ? Optional.empty() : Optional.of(List.copyOf(names));
  }

  private IllegalArgumentException refused(JsonNode labels) {
    return new IllegalArgumentException(
        "\"%s\" of %s is %s, expected a name for each number from 0, such as {\"0\": \"negative\", \"1\": \"positive\"}"
            .formatted(LABELS, file, labels));
  }
}
