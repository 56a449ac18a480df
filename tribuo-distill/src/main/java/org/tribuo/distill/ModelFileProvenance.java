package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.SkeletalConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.HashProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A component that reads an ONNX model: its settings, and the SHA-256 of the file ({@code
 * model-hash}), of each file of external data beside it ({@code external-data-hash-NAME}), and of
 * the tokenizer's file ({@code tokenizer-hash}) if it reads one.
 */
public final class ModelFileProvenance extends SkeletalConfiguredObjectProvenance {
  private static final long serialVersionUID = 1L;

  private static final String TOKENIZER_HASH = "tokenizer-hash";

  private final HashMap<String, PrimitiveProvenance<?>> hashes;

  <C extends Configurable> ModelFileProvenance(C host, String hostShortName, ModelFile file) {
    this(host, hostShortName, file, Optional.empty());
  }

  <C extends Configurable> ModelFileProvenance(
      C host, String hostShortName, ModelFile file, Optional<Path> tokenizer) {
    super(host, hostShortName);
    hashes = new HashMap<>(file.hashes());
    tokenizer.ifPresent(path -> hashes.put(TOKENIZER_HASH, ModelFile.hash(TOKENIZER_HASH, path)));
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public ModelFileProvenance(Map<String, Provenance> map) {
    this(extract(map));
  }

  private ModelFileProvenance(ExtractedInfo info) {
    super(info);
    hashes = new HashMap<>(info.instanceValues);
  }

  private static ExtractedInfo extract(Map<String, Provenance> map) {
    Map<String, Provenance> configured = new HashMap<>(map);
    Map<String, PrimitiveProvenance<?>> values = new HashMap<>();
    map.forEach(
        (key, provenance) -> {
          if (provenance instanceof HashProvenance hash) {
            values.put(key, hash);
            configured.remove(key);
          }
        });
    return new ExtractedInfo(
        text(configured, CLASS_NAME), text(configured, HOST_SHORT_NAME), configured, values);
  }

  private static String text(Map<String, Provenance> map, String key) {
    return ObjectProvenance.checkAndExtractProvenance(
            map, key, StringProvenance.class, ModelFileProvenance.class.getSimpleName())
        .getValue();
  }

  @Override
  public Map<String, PrimitiveProvenance<?>> getInstanceValues() {
    Map<String, PrimitiveProvenance<?>> values = super.getInstanceValues();
    values.putAll(hashes);
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof ModelFileProvenance provenance
        && hashes.equals(provenance.hashes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), hashes);
  }
}
