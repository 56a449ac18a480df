package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.SkeletalConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A component that reads an ONNX model: its settings, and the SHA-256 of the file ({@code
 * model-hash}) and of each file of external data beside it ({@code external-data-hash-NAME}).
 */
public final class ModelFileProvenance extends SkeletalConfiguredObjectProvenance {
  private static final long serialVersionUID = 1L;

  private final HashMap<String, PrimitiveProvenance<?>> hashes;

  <C extends Configurable> ModelFileProvenance(C host, String hostShortName, ModelFile file) {
    super(host, hostShortName);
    hashes = new HashMap<>(file.hashes());
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
          if (ModelFile.isHash(key, provenance)) {
            values.put(key, (PrimitiveProvenance<?>) provenance);
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
