package org.tribuo.distill.internal.component;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.TensorType;

/**
 * An ONNX file that a component names.
 *
 * @param component the name of the component, for messages
 * @param path the file
 */
public record ModelFile(String component, Path path) {
  /** The property that names the file. */
  static final String PATH = "path";

  private static final String LABEL_ORDER = "labelOrder";

  /** The name under which provenance has the SHA-256 of the file. */
  private static final String HASH = "model-hash";

  /** What precedes the name of a file of external data under which provenance has its SHA-256. */
  private static final String EXTERNAL_DATA_HASH = "external-data-hash-";

  /** The name under which provenance has the SHA-256 of the configuration beside the file. */
  private static final String CONFIGURATION_HASH = "config-hash";

  /**
   * @throws PropertyException if there is no such file
   */
  public void check() {
    if (!Files.isRegularFile(path)) {
      throw new PropertyException(
          component, PATH, "there is no file %s, expected an ONNX model".formatted(path));
    }
  }

  /**
   * The model; its external data is mapped, and must stay in place while the model is in use.
   *
   * @throws IOException if the file cannot be read
   */
  public OnnxModel read() throws IOException {
    return SharedModels.read(path);
  }

  /**
   * The names of the columns of the model's logits: those that were stated, or those in the file's
   * metadata, or those of {@code id2label} in a {@code config.json} beside it, or above its folder
   * if that is {@code onnx}.
   *
   * @throws PropertyException if none of them states it, the configuration cannot be read, or a
   *     name is blank or occurs twice
   */
  public List<String> labelOrder(List<String> stated, OnnxModel model) {
    return namedColumns(stated, model).names();
  }

  /**
   * As {@link #labelOrder}, and where it is stated.
   *
   * @throws PropertyException as there
   */
  public NamedColumns namedColumns(List<String> stated, OnnxModel model) {
    NamedColumns columns = findColumns(stated, model).orElseThrow(this::withoutLabelOrder);
    checkLabelOrder(columns.names());
    if (columns.origin() == NamedColumns.Origin.CONFIGURATION) {
      checkFits(columns, model);
    }
    return columns;
  }

  /** A configuration may be that of another model. */
  private void checkFits(NamedColumns columns, OnnxModel model) {
    Graph graph = Graph.of(model);
    boolean fits =
        graph.outputs().stream().anyMatch(output -> fits(graph, output, columns.names().size()));
    if (!fits) {
      throw new PropertyException(
          component,
          LABEL_ORDER,
          "is not stated, and the config.json of %s names %d columns, %s, but the model has the outputs %s; state the names of its columns"
              .formatted(
                  path,
                  columns.names().size(),
                  columns.names(),
                  graph.outputs().stream().map(output -> described(graph, output)).toList()));
    }
  }

  private static boolean fits(Graph graph, String output, int columns) {
    return graph
        .type(output)
        .flatMap(TensorType::shape)
        .map(
            shape ->
                shape.rank() == 2
                    && (shape.dimension(1).is(columns)
                        || !(shape.dimension(1) instanceof Dimension.Fixed)))
        .orElse(true);
  }

  private static String described(Graph graph, String output) {
    return graph
        .type(output)
        .map(type -> "'%s' %s".formatted(output, type))
        .orElse("'%s'".formatted(output));
  }

  private Optional<NamedColumns> findColumns(List<String> stated, OnnxModel model) {
    if (!stated.isEmpty()) {
      return Optional.of(new NamedColumns(stated, NamedColumns.Origin.STATED));
    }
    Optional<List<String>> own = OnnxMetadata.labelOrder(model);
    if (own.isPresent()) {
      return Optional.of(new NamedColumns(own.get(), NamedColumns.Origin.METADATA));
    }
    try {
      return ModelConfiguration.of(path)
          .flatMap(ModelConfiguration::labels)
          .map(names -> new NamedColumns(names, NamedColumns.Origin.CONFIGURATION));
    } catch (IOException | IllegalArgumentException e) {
      throw new PropertyException(
          e,
          component,
          LABEL_ORDER,
          "is not stated, and the config.json of %s does not state it".formatted(path));
    }
  }

  /**
   * Checks names of columns, of which there may be none.
   *
   * @throws PropertyException if one is blank or occurs twice
   */
  public void checkLabelOrder(List<String> names) {
    Set<String> earlier = new HashSet<>();
    for (String name : names) {
      if (name.isBlank() || !earlier.add(name)) {
        throw new PropertyException(
            component,
            LABEL_ORDER,
            "has %s, expected a name of its own for each column of the logits of %s"
                .formatted(name.isBlank() ? "a blank name" : "'%s' twice".formatted(name), path));
      }
    }
  }

  private PropertyException withoutLabelOrder() {
    return new PropertyException(
        component,
        LABEL_ORDER,
        "%s does not say what the columns of its logits stand for, and no config.json beside it, or above a folder onnx, does;"
                .formatted(path)
            + " state their names in order. Files that DistilledModel.exportOnnx wrote say it");
  }

  /**
   * The files of a model whose SHA-256 provenance has under a name: none or one, or the places
   * where its configuration may be.
   *
   * @param key that name
   */
  static List<Path> filesOf(Path model, String key) {
    if (key.equals(CONFIGURATION_HASH)) {
      return ModelConfiguration.places(model);
    }
    return key.startsWith(EXTERNAL_DATA_HASH)
        ? List.of(model.resolveSibling(key.substring(EXTERNAL_DATA_HASH.length())))
        : List.of();
  }

  /** The file and its external data, by the names under which provenance has their SHA-256. */
  Map<String, Path> files(OnnxModel model) {
    Map<String, Path> files = new LinkedHashMap<>();
    files.put(HASH, path);
    for (String name : model.externalDataFiles()) {
      files.put(EXTERNAL_DATA_HASH + name, path.resolveSibling(name));
    }
    return files;
  }

  /** The configuration of the model, by the name under which provenance has its SHA-256. */
  Map<String, Path> configuration() {
    List<Path> places = ModelConfiguration.places(path);
    return Map.of(
        CONFIGURATION_HASH,
        places.stream().filter(Files::isRegularFile).findFirst().orElse(places.get(0)));
  }

  /** As {@link #namedColumns}, where it may not be needed. */
  Optional<NamedColumns> columnsIfKnown(List<String> stated, OnnxModel model) {
    try {
      return findColumns(stated, model);
    } catch (PropertyException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
