package org.tribuo.distill.component;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.HashProvenance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A component that reads an ONNX model: its settings, and the SHA-256 of the file ({@code
 * model-hash}), of each file of external data beside it ({@code external-data-hash-NAME}), and of
 * the tokenizer's file ({@code tokenizer-hash}) if it reads one.
 */
public final class ModelFileProvenance extends FilesProvenance {
  private static final long serialVersionUID = 1L;

  private static final String TOKENIZER_HASH = "tokenizer-hash";

  /** The provenance of a component that reads no tokenizer. */
  public <C extends Configurable> ModelFileProvenance(
      C host, String hostShortName, ModelFile file) {
    this(host, hostShortName, file, Optional.empty());
  }

  /**
   * Hashes the files.
   *
   * @param host the component
   * @param hostShortName what it is for, such as "Teacher"
   * @param file its model
   * @param tokenizer its tokenizer, if it has one
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if there is no such model
   */
  public <C extends Configurable> ModelFileProvenance(
      C host, String hostShortName, ModelFile file, Optional<Path> tokenizer) {
    super(host, hostShortName, hashes(file, tokenizer));
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public ModelFileProvenance(Map<String, Provenance> map) {
    super(map);
  }

  private static List<HashProvenance> hashes(ModelFile model, Optional<Path> tokenizer) {
    List<HashProvenance> hashes = new ArrayList<>();
    model.files().forEach((key, file) -> hashes.add(sha256(key, file)));
    tokenizer.ifPresent(file -> hashes.add(sha256(TOKENIZER_HASH, file)));
    return hashes;
  }
}
