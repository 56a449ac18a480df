package org.tribuo.distill.internal.component;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.FileProvenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.graph.OnnxModel;

/**
 * A component that reads an ONNX model: its settings, and the SHA-256 of the file ({@code
 * model-hash}), of each file of external data beside it ({@code external-data-hash-NAME}), and of
 * its preprocessing, such as a tokenizer ({@code preprocessing-hash}), if it states one. Of a model
 * with a head it has who names its columns ({@code found-label-order-from}), if they are named, and
 * then where that is a {@code config.json} the SHA-256 of that ({@code config-hash}).
 */
public final class ModelFileProvenance extends FilesProvenance {
  private static final long serialVersionUID = 1L;

  private static final String PREPROCESSING_HASH = "preprocessing-hash";

  private ModelFileProvenance(
      Configurable host, String hostShortName, List<PrimitiveProvenance<?>> found) {
    super(host, hostShortName, found);
  }

  /**
   * The provenance of a component that reads a model without a head.
   *
   * @param host the component
   * @param hostShortName what it is for, such as "Teacher"
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if there is no such model
   */
  public static <C extends Configurable> ModelFileProvenance of(
      C host, String hostShortName, ModelFile file) {
    return new ModelFileProvenance(host, hostShortName, hashes(file, read(file)));
  }

  /**
   * The provenance of a component that reads a model with a head.
   *
   * @param host the component
   * @param hostShortName what it is for, such as "Teacher"
   * @param file its model
   * @param labelOrder the names of its columns, if the component states them
   * @param preprocessing the file of its tokenizer or other preprocessing, if it states one
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if there is no such model
   */
  public static <C extends Configurable> ModelFileProvenance of(
      C host,
      String hostShortName,
      ModelFile file,
      List<String> labelOrder,
      Optional<Path> preprocessing) {
    OnnxModel model = read(file);
    List<PrimitiveProvenance<?>> found = hashes(file, model);
    Optional<NamedColumns> columns = file.columnsIfKnown(labelOrder, model);
    columns.ifPresent(named -> found.add(found("label-order-from", named.origin().name())));
    if (columns.isPresent() && columns.get().origin() == NamedColumns.Origin.CONFIGURATION) {
      file.configuration().forEach((key, json) -> found.add(sha256(key, json)));
    }
    preprocessing.ifPresent(json -> found.add(sha256(PREPROCESSING_HASH, json)));
    return new ModelFileProvenance(host, hostShortName, found);
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public ModelFileProvenance(Map<String, Provenance> map) {
    super(map);
  }

  /** The other files that are part of the model. */
  public List<Path> filesBesideTheModel() {
    List<Path> files = new ArrayList<>();
    if (getConfiguredParameters().get(ModelFile.PATH) instanceof FileProvenance model) {
      Path path = model.getValue().toPath();
      for (String key : getInstanceValues().keySet()) {
        files.addAll(ModelFile.filesOf(path, key));
      }
    }
    return files;
  }

  private static OnnxModel read(ModelFile file) {
    file.check();
    try {
      return file.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<PrimitiveProvenance<?>> hashes(ModelFile file, OnnxModel model) {
    List<PrimitiveProvenance<?>> hashes = new ArrayList<>();
    file.files(model).forEach((key, path) -> hashes.add(sha256(key, path)));
    return hashes;
  }
}
