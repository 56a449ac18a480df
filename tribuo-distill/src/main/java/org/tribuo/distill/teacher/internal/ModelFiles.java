package org.tribuo.distill.teacher.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.file.internal.FileDigests;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.teacher.TeacherException;

/**
 * A model's file and those of its external data, as they were when they were digested.
 *
 * @param versions of each file, the model's own first
 */
record ModelFiles(Map<Path, Version> versions) {
  /** What distinguishes one content of a file from another. */
  record Version(String sha256, long bytes, FileTime lastModified) {
    static Version of(Path file) throws IOException {
      long bytes = Files.size(file);
      FileTime lastModified = Files.getLastModifiedTime(file);
      return new Version(FileDigests.sha256(file), bytes, lastModified);
    }

    boolean stillHolds(Path file) throws IOException {
      return Files.exists(file)
          && Files.size(file) == bytes
          && Files.getLastModifiedTime(file).equals(lastModified);
    }
  }

  ModelFiles {
    versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
  }

  /**
   * @param externalData relative to the model's folder
   */
  static ModelFiles of(Path model, Set<String> externalData) throws IOException {
    Map<Path, Version> versions = new LinkedHashMap<>();
    versions.put(model, Version.of(model));
    for (String name : externalData.stream().sorted().toList()) {
      Path file = model.resolveSibling(name);
      versions.put(file, Version.of(file));
    }
    return new ModelFiles(versions);
  }

  /** Whether there are weights beside the model's own file. */
  boolean haveExternalData() {
    return versions.size() > 1;
  }

  /** One digest of all files; of a single file the file's own. */
  String sha256() {
    List<String> digests = new ArrayList<>();
    versions.values().forEach(version -> digests.add(version.sha256()));
    return digests.size() == 1 ? digests.get(0) : Sha256.ofParts(digests);
  }

  /**
   * @throws TeacherException if a file is no longer what it was
   */
  void checkUnchanged() throws IOException {
    for (Map.Entry<Path, Version> entry : versions.entrySet()) {
      if (!entry.getValue().stillHolds(entry.getKey())) {
        throw new TeacherException(
            "The teacher's file '%s' has changed since it was opened; open the teacher again"
                .formatted(entry.getKey()));
      }
    }
  }
}
