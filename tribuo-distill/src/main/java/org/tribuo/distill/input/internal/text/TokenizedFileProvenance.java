package org.tribuo.distill.input.internal.text;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DateTimeProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.HashProvenance;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tribuo.distill.internal.component.FilesProvenance;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * Where the examples of a source come from that tokenizes texts, as a rule those of a file: its
 * settings, when it was made, and the SHA-256 of the files.
 */
public final class TokenizedFileProvenance extends FilesProvenance
    implements ConfiguredDataSourceProvenance {
  private static final long serialVersionUID = 1L;

  private static final String TARGET_HASH = "target-resource-hash";

  /** Of texts that are in no file. */
  public TokenizedFileProvenance(Configurable source, Path tokenizer) {
    super(source, "DataSource", List.of(madeNow(), hash(tokenizer)));
  }

  /** The files, as they are now. */
  public TokenizedFileProvenance(Configurable source, Path data, Path tokenizer) {
    super(source, "DataSource", found(data, tokenizer));
  }

  /**
   * As above, of sources and targets in two files.
   *
   * @param data the file of the sources
   * @param targets that of the targets
   */
  public TokenizedFileProvenance(Configurable source, Path data, Path targets, Path tokenizer) {
    super(
        source,
        "DataSource",
        Stream.concat(found(data, tokenizer).stream(), Stream.of(sha256(TARGET_HASH, targets)))
            .toList());
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public TokenizedFileProvenance(Map<String, Provenance> map) {
    super(map);
  }

  private static List<PrimitiveProvenance<?>> found(Path data, Path tokenizer) {
    return List.of(
        time(FILE_MODIFIED_TIME, Instant.ofEpochMilli(data.toFile().lastModified())),
        madeNow(),
        sha256(RESOURCE_HASH, data),
        hash(tokenizer));
  }

  private static DateTimeProvenance madeNow() {
    return time(DATASOURCE_CREATION_TIME, Instant.now());
  }

  private static HashProvenance hash(Path tokenizer) {
    return sha256(CsvTextDataSourceProvenance.TOKENIZER_HASH, tokenizer);
  }

  private static DateTimeProvenance time(String key, Instant instant) {
    return new DateTimeProvenance(key, OffsetDateTime.ofInstant(instant, ZoneId.systemDefault()));
  }
}
