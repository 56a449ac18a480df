package org.tribuo.distill.input;

import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import com.oracle.labs.mlrg.olcut.provenance.impl.SkeletalConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DateTimeProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.HashProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * Where the examples of a {@link CsvTextDataSource} come from: its settings, when it was made, and
 * the SHA-256 of each file that it read.
 */
public final class CsvTextDataSourceProvenance extends SkeletalConfiguredObjectProvenance
    implements ConfiguredDataSourceProvenance {
  private static final long serialVersionUID = 1L;

  /** The name of the SHA-256 of the tokenizer's file; that of the CSV is {@link #RESOURCE_HASH}. */
  public static final String TOKENIZER_HASH = "tokenizer-hash";

  /** The name of the SHA-256 of the file of rows that keep their label, if there is one. */
  public static final String KEEP_LABELS_HASH = "keep-labels-hash";

  private static final List<String> TIMES = List.of(FILE_MODIFIED_TIME, DATASOURCE_CREATION_TIME);
  private static final List<String> HASHES =
      List.of(RESOURCE_HASH, TOKENIZER_HASH, KEEP_LABELS_HASH);

  private final HashMap<String, PrimitiveProvenance<?>> instanceValues;

  CsvTextDataSourceProvenance(
      CsvTextDataSource<?> source, Path data, Path tokenizer, @Nullable Path keepLabels) {
    super(source, "DataSource");
    instanceValues = new HashMap<>();
    put(time(FILE_MODIFIED_TIME, Instant.ofEpochMilli(data.toFile().lastModified())));
    put(time(DATASOURCE_CREATION_TIME, Instant.now()));
    put(hash(RESOURCE_HASH, data));
    put(hash(TOKENIZER_HASH, tokenizer));
    if (keepLabels != null) {
      put(hash(KEEP_LABELS_HASH, keepLabels));
    }
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public CsvTextDataSourceProvenance(Map<String, Provenance> map) {
    this(extract(map));
  }

  private CsvTextDataSourceProvenance(ExtractedInfo info) {
    super(info);
    instanceValues = new HashMap<>(info.instanceValues);
  }

  private static ExtractedInfo extract(Map<String, Provenance> map) {
    String name = CsvTextDataSourceProvenance.class.getSimpleName();
    Map<String, Provenance> configured = new HashMap<>(map);
    String className =
        ObjectProvenance.checkAndExtractProvenance(
                configured, CLASS_NAME, StringProvenance.class, name)
            .getValue();
    String hostShortName =
        ObjectProvenance.checkAndExtractProvenance(
                configured, HOST_SHORT_NAME, StringProvenance.class, name)
            .getValue();
    Map<String, PrimitiveProvenance<?>> values = new HashMap<>();
    for (String time : TIMES) {
      values.put(
          time,
          ObjectProvenance.checkAndExtractProvenance(
              configured, time, DateTimeProvenance.class, name));
    }
    for (String hash : HASHES) {
      ObjectProvenance.maybeExtractProvenance(configured, hash, HashProvenance.class, name)
          .ifPresent(value -> values.put(hash, value));
    }
    return new ExtractedInfo(className, hostShortName, configured, values);
  }

  @Override
  public Map<String, PrimitiveProvenance<?>> getInstanceValues() {
    Map<String, PrimitiveProvenance<?>> values = super.getInstanceValues();
    values.putAll(instanceValues);
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof CsvTextDataSourceProvenance provenance
        && instanceValues.equals(provenance.instanceValues);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), instanceValues);
  }

  private void put(PrimitiveProvenance<?> value) {
    instanceValues.put(value.getKey(), value);
  }

  private static DateTimeProvenance time(String key, Instant instant) {
    return new DateTimeProvenance(key, OffsetDateTime.ofInstant(instant, ZoneId.systemDefault()));
  }

  private static HashProvenance hash(String key, Path file) {
    return new HashProvenance(
        DEFAULT_HASH_TYPE, key, ProvenanceUtil.hashResource(DEFAULT_HASH_TYPE, file));
  }
}
