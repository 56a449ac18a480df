package org.tribuo.distill.input;

import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DateTimeProvenance;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.FilesProvenance;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * Where the examples of a {@link CsvTextDataSource} come from: its settings, when it was made, the
 * SHA-256 of each file that it read, and how the rows were read ({@code found-format}).
 */
public final class CsvTextDataSourceProvenance extends FilesProvenance
    implements ConfiguredDataSourceProvenance {
  private static final long serialVersionUID = 1L;

  /** The name of the SHA-256 of the tokenizer's file; that of the CSV is {@link #RESOURCE_HASH}. */
  public static final String TOKENIZER_HASH = "tokenizer-hash";

  /** The name of the SHA-256 of the file of rows that keep their label, if there is one. */
  public static final String KEEP_LABELS_HASH = "keep-labels-hash";

  CsvTextDataSourceProvenance(
      CsvTextDataSource<?> source, Path data, Path tokenizer, @Nullable Path keepLabels) {
    super(source, "DataSource", found(data, source.format(), tokenizer, keepLabels));
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public CsvTextDataSourceProvenance(Map<String, Provenance> map) {
    super(map);
  }

  private static List<PrimitiveProvenance<?>> found(
      Path data, CsvFormat format, Path tokenizer, @Nullable Path keepLabels) {
    List<PrimitiveProvenance<?>> found = new ArrayList<>();
    found.add(time(FILE_MODIFIED_TIME, Instant.ofEpochMilli(data.toFile().lastModified())));
    found.add(time(DATASOURCE_CREATION_TIME, Instant.now()));
    found.add(sha256(RESOURCE_HASH, data));
    found.add(found("format", format.toString()));
    found.add(sha256(TOKENIZER_HASH, tokenizer));
    if (keepLabels != null) {
      found.add(sha256(KEEP_LABELS_HASH, keepLabels));
    }
    return found;
  }

  private static DateTimeProvenance time(String key, Instant instant) {
    return new DateTimeProvenance(key, OffsetDateTime.ofInstant(instant, ZoneId.systemDefault()));
  }
}
