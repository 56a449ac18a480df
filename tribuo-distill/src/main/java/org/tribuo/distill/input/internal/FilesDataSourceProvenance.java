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
import java.util.stream.IntStream;
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
   * @param sha256 of each file
   * @param preprocessing as JSON
   */
  public FilesDataSourceProvenance(
      Configurable source,
      Path data,
      FileKind kind,
      LabelledFiles files,
      List<String> sha256,
      String preprocessing) {
    super(source, "DataSource", found(data, kind, files, sha256, preprocessing));
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
      Path data, FileKind kind, LabelledFiles files, List<String> sha256, String preprocessing) {
    List<String> digests =
        IntStream.range(0, sha256.size())
            .mapToObj(i -> Sha256.ofParts(files.files().get(i).listed(sha256.get(i))))
            .toList();
    String digest = Sha256.ofParts(digests);
    return List.of(
        time(FILE_MODIFIED_TIME, Instant.ofEpochMilli(data.toFile().lastModified())),
        time(DATASOURCE_CREATION_TIME, Instant.now()),
        new HashProvenance(HashType.SHA256, RESOURCE_HASH, digest.toUpperCase(Locale.ROOT)),
        found(kind.several(), Integer.toString(sha256.size())),
        found("ignored", Integer.toString(files.ignored().size())),
        found("preprocessing", preprocessing));
  }

  private static DateTimeProvenance time(String key, Instant instant) {
    return new DateTimeProvenance(key, OffsetDateTime.ofInstant(instant, ZoneId.systemDefault()));
  }
}
