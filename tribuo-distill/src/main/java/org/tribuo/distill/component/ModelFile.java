package org.tribuo.distill.component;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.OnnxModel;

/**
 * An ONNX file that a component names.
 *
 * @param component the name of the component, for messages
 * @param path the file
 */
public record ModelFile(String component, Path path) {
  private static final String LABEL_ORDER = "labelOrder";

  /** The name under which provenance has the SHA-256 of the file. */
  private static final String HASH = "model-hash";

  /** What precedes the name of a file of external data under which provenance has its SHA-256. */
  private static final String EXTERNAL_DATA_HASH = "external-data-hash-";

  /**
   * @throws PropertyException if there is no such file
   */
  public void check() {
    if (!Files.isRegularFile(path)) {
      throw new PropertyException(
          component, "path", "there is no file %s, expected an ONNX model".formatted(path));
    }
  }

  /**
   * The model; its external data is mapped, and must stay in place while the model is in use.
   *
   * @throws IOException if the file cannot be read
   */
  public OnnxModel read() throws IOException {
    return OnnxModel.read(path);
  }

  /**
   * The names of the columns of the model's logits: those that were stated, or those in the file's
   * metadata.
   *
   * @throws PropertyException if they are in neither, or a name is blank or occurs twice
   */
  public List<String> labelOrder(List<String> stated, OnnxModel model) {
    List<String> names = stated.isEmpty() ? ownLabelOrder(model) : List.copyOf(stated);
    checkLabelOrder(names);
    return names;
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

  private List<String> ownLabelOrder(OnnxModel model) {
    return OnnxMetadata.labelOrder(model)
        .orElseThrow(
            () ->
                new PropertyException(
                    component,
                    LABEL_ORDER,
                    "%s does not say what the columns of its logits stand for, state their names"
                            .formatted(path)
                        + " in order; files that DistilledModel.exportOnnx wrote say it"));
  }

  /** The file and its external data, by the names under which provenance has their SHA-256. */
  Map<String, Path> files() {
    check();
    Map<String, Path> files = new LinkedHashMap<>();
    files.put(HASH, path);
    try {
      for (String name : read().externalDataFiles()) {
        files.put(EXTERNAL_DATA_HASH + name, path.resolveSibling(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }
}
