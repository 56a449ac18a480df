package org.tribuo.distill.recommendation.internal;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DateTimeProvenance;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.internal.component.FilesProvenance;
import org.tribuo.distill.recommendation.Items;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * Where histories come from: the settings of their source, when it was made, the SHA-256 of the
 * file, and how many users and items it has ({@code found-users}, {@code found-items}), with the
 * SHA-256 of the items' names ({@code found-items-sha256}).
 */
public final class RatingProvenance extends FilesProvenance
    implements ConfiguredDataSourceProvenance {
  private static final long serialVersionUID = 1L;

  /** The file, as it is now. */
  public RatingProvenance(Configurable source, Path data, int users, Items items) {
    super(
        source,
        "DataSource",
        List.of(
            time(FILE_MODIFIED_TIME, Instant.ofEpochMilli(data.toFile().lastModified())),
            time(DATASOURCE_CREATION_TIME, Instant.now()),
            sha256(RESOURCE_HASH, data),
            found("users", Integer.toString(users)),
            found("items", Integer.toString(items.size())),
            found("items-sha256", items.sha256())));
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public RatingProvenance(Map<String, Provenance> map) {
    super(map);
  }

  private static DateTimeProvenance time(String key, Instant instant) {
    return new DateTimeProvenance(key, OffsetDateTime.ofInstant(instant, ZoneId.systemDefault()));
  }
}
