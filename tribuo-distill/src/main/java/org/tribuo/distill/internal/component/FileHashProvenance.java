package org.tribuo.distill.internal.component;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.HashProvenance;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A component that reads files: its settings, and the SHA-256 of each file. */
public final class FileHashProvenance extends FilesProvenance {
  private static final long serialVersionUID = 1L;

  private <C extends Configurable> FileHashProvenance(
      C host, String hostShortName, Map<String, Path> files) {
    super(host, hostShortName, hashes(files));
  }

  /**
   * The provenance of a component.
   *
   * @param host the component
   * @param hostShortName what it is for, such as "Teacher"
   * @param files that it reads, by the names of their SHA-256
   */
  public static <C extends Configurable> FileHashProvenance of(
      C host, String hostShortName, Map<String, Path> files) {
    return new FileHashProvenance(host, hostShortName, files);
  }

  private static List<HashProvenance> hashes(Map<String, Path> files) {
    return new TreeMap<>(files)
        .entrySet().stream().map(file -> sha256(file.getKey(), file.getValue())).toList();
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
