package org.tribuo.distill.internal.component;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A component that reads one file: its settings, and the SHA-256 of the file. */
public final class FileHashProvenance extends FilesProvenance {
  private static final long serialVersionUID = 1L;

  private <C extends Configurable> FileHashProvenance(
      C host, String hostShortName, String key, Path file) {
    super(host, hostShortName, List.of(sha256(key, file)));
  }

  /**
   * The provenance of a component.
   *
   * @param host the component
   * @param hostShortName what it is for, such as "Teacher"
   * @param key the name of the SHA-256
   * @param file that it reads
   */
  public static <C extends Configurable> FileHashProvenance of(
      C host, String hostShortName, String key, Path file) {
    return new FileHashProvenance(host, hostShortName, key, file);
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public FileHashProvenance(Map<String, Provenance> map) {
    super(map);
  }
}
