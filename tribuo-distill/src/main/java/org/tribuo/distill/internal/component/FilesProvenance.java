package org.tribuo.distill.internal.component;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil.HashType;
import com.oracle.labs.mlrg.olcut.provenance.impl.SkeletalConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DateTimeProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.HashProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.tribuo.distill.file.internal.FileDigests;

/**
 * The provenance of a component that reads files: its settings, and what was found out about the
 * files, such as their SHA-256 and times.
 */
public abstract class FilesProvenance extends SkeletalConfiguredObjectProvenance {
  private static final long serialVersionUID = 1L;

  /** The name of the maximum number of tokens of a text, where texts are among what is read. */
  public static final String MAX_TOKENS = "max-tokens";

  /** What the name of a text begins with, which distinguishes it from a setting. */
  private static final String FOUND = "found-";

  private final HashMap<String, PrimitiveProvenance<?>> found = new HashMap<>();

  /**
   * Of a component.
   *
   * @param found hashes, times, {@link #MAX_TOKENS}, and texts that {@link #found} made
   */
  protected <C extends Configurable> FilesProvenance(
      C host, String hostShortName, Collection<? extends PrimitiveProvenance<?>> found) {
    super(extract(ComponentProvenance.settings(host, hostShortName)));
    found.forEach(value -> this.found.put(value.getKey(), value));
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  protected FilesProvenance(Map<String, Provenance> map) {
    this(extract(map));
  }

  private FilesProvenance(ExtractedInfo info) {
    super(info);
    found.putAll(info.instanceValues);
  }

  private static ExtractedInfo extract(Map<String, Provenance> map) {
    Map<String, Provenance> configured = new HashMap<>(map);
    Map<String, PrimitiveProvenance<?>> values = new HashMap<>();
    map.forEach(
        (key, provenance) -> {
          if (provenance instanceof HashProvenance
              || provenance instanceof DateTimeProvenance
              || key.equals(MAX_TOKENS)
              || key.startsWith(FOUND)) {
            values.put(key, (PrimitiveProvenance<?>) provenance);
            configured.remove(key);
          }
        });
    return new ExtractedInfo(
        text(configured, CLASS_NAME), text(configured, HOST_SHORT_NAME), configured, values);
  }

  private static String text(Map<String, Provenance> map, String key) {
    return ObjectProvenance.checkAndExtractProvenance(
            map, key, StringProvenance.class, FilesProvenance.class.getSimpleName())
        .getValue();
  }

  /** The SHA-256 of a file, under a name. */
  protected static HashProvenance sha256(String key, Path file) {
    try {
      // In capitals, as OLCUT writes the digests of files.
      String digest = FileDigests.sha256(file).toUpperCase(Locale.ROOT);
      return new HashProvenance(HashType.SHA256, key, digest);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be read: %s; put it back, or name another file in the component that has this path"
              .formatted(file, e),
          e);
    }
  }

  /** What was found out about a file, under the name {@code found-NAME}. */
  protected static StringProvenance found(String name, String value) {
    return new StringProvenance(FOUND + name, value);
  }

  @Override
  public Map<String, PrimitiveProvenance<?>> getInstanceValues() {
    Map<String, PrimitiveProvenance<?>> values = super.getInstanceValues();
    values.putAll(found);
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof FilesProvenance provenance
        && found.equals(provenance.found);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), found);
  }
}
