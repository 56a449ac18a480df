package org.tribuo.distill.input.internal;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil.HashType;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DateTimeProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.HashProvenance;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.internal.component.FilesProvenance;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * Where the examples of a data source of files come from: its settings, when it was made, one
 * SHA-256 over the names, contents and labels of all files, how many there are (such as {@code
 * found-images}), how many other files were ignored ({@code found-ignored}), and how they became
 * numbers, as a {@code preprocessor_config.json} ({@code found-preprocessing}).
 */
public final class FilesDataSourceProvenance extends FilesProvenance
    implements ConfiguredDataSourceProvenance {
  private static final long serialVersionUID = 1L;

  /**
   * The files, as they are now.
   *
   * @param kind of the files
   * @param files name, SHA-256 and label of each
   * @param preprocessing as JSON
   * @param ignored how many other files there are
   */
  public FilesDataSourceProvenance(
      Configurable source,
      Path data,
      FileKind kind,
      List<List<String>> files,
      String preprocessing,
      int ignored) {
    super(source, "DataSource", found(data, kind, files, preprocessing, ignored));
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public FilesDataSourceProvenance(Map<String, Provenance> map) {
    super(map);
  }

  private static List<PrimitiveProvenance<?>> found(
      Path data, FileKind kind, List<List<String>> files, String preprocessing, int ignored) {
    String digest = Sha256.ofParts(files.stream().map(Sha256::ofParts).toList());
    return List.of(
        time(FILE_MODIFIED_TIME, Instant.ofEpochMilli(data.toFile().lastModified())),
        time(DATASOURCE_CREATION_TIME, Instant.now()),
        new HashProvenance(HashType.SHA256, RESOURCE_HASH, digest.toUpperCase(Locale.ROOT)),
        found(kind.several(), Integer.toString(files.size())),
        found("ignored", Integer.toString(ignored)),
        found("preprocessing", preprocessing));
  }

  private static DateTimeProvenance time(String key, Instant instant) {
    return new DateTimeProvenance(key, OffsetDateTime.ofInstant(instant, ZoneId.systemDefault()));
  }
}
