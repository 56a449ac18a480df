package org.tribuo.distill.file.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The SHA-256 of files that are read again and again, as a teacher's is by its provenance, by that
 * of a student that is made of it, and by the key of its soft targets. A file is read once as long
 * as it has the same {@link FileVersion}; one that was changed less than two seconds before it was
 * read is read again, and so is each where the file system does not tell versions apart.
 *
 * <p>Thread-safe; the digests of the last files are kept for the lifetime of the JVM.
 */
public final class FileDigests {
  private static final int KEPT = 64;

  private static final Map<FileVersion, String> KNOWN =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<FileVersion, String> eldest) {
          return size() > KEPT;
        }
      };

  private FileDigests() {}

  /**
   * The digest of a file's bytes, as {@link Sha256#ofFile} has it.
   *
   * @throws IOException if it cannot be read
   */
  public static String sha256(Path file) throws IOException {
    return sha256(file, Instant.now());
  }

  static String sha256(Path file, Instant now) throws IOException {
    Optional<FileVersion> stated = FileVersion.of(file);
    if (stated.isEmpty()) {
      return Sha256.ofFile(file);
    }
    FileVersion version = stated.get();
    synchronized (KNOWN) {
      String known = KNOWN.get(version);
      if (known != null) {
        return known;
      }
    }
    String digest = Sha256.ofFile(file);
    if (version.isSettled(now) && stated.equals(FileVersion.of(file))) {
      synchronized (KNOWN) {
        KNOWN.put(version, digest);
      }
    }
    return digest;
  }
}
