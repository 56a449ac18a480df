package org.tribuo.distill.file.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 of files that are read again and again, as a teacher's is by its provenance, by that
 * of a student that is made of it, and by the key of its soft targets. A file is read once as long
 * as its identity, size and times stay what they were. One that was changed less than two seconds
 * before it was read is read again: a second change may have left it the same times, as git's index
 * has it of files that it calls racy. So is each where the file system, as that of Windows, reports
 * no time of the last change but that which programs can set.
 *
 * <p>Thread-safe; the digests of the last files are kept for the lifetime of the JVM.
 */
public final class FileDigests {
  private static final Duration RACY = Duration.ofSeconds(2);
  private static final int KEPT = 64;

  private static final Map<Version, String> KNOWN =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Version, String> eldest) {
          return size() > KEPT;
        }
      };

  private FileDigests() {}

  /** What distinguishes one content of a file from another, without reading it. */
  private record Version(
      Path path, @Nullable Object identity, long bytes, FileTime modified, FileTime changed) {
    /** Empty if the file may change without another version. */
    static Optional<Version> of(Path file) throws IOException {
      if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
        return Optional.empty();
      }
      BasicFileAttributes basic = Files.readAttributes(file, BasicFileAttributes.class);
      // Unlike the time of the last modification, no program sets this one.
      FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
      return Optional.of(
          new Version(
              file.toRealPath(), basic.fileKey(), basic.size(), basic.lastModifiedTime(), changed));
    }

    boolean isSettled(Instant now) {
      Instant latest = now.minus(RACY);
      return modified.toInstant().isBefore(latest) && changed.toInstant().isBefore(latest);
    }
  }

  /**
   * The digest of a file's bytes, as {@link Sha256#ofFile} has it.
   *
   * @throws IOException if it cannot be read
   */
  public static String sha256(Path file) throws IOException {
    return sha256(file, Instant.now());
  }

  static String sha256(Path file, Instant now) throws IOException {
    Optional<Version> stated = Version.of(file);
    if (stated.isEmpty()) {
      return Sha256.ofFile(file);
    }
    Version version = stated.get();
    synchronized (KNOWN) {
      String known = KNOWN.get(version);
      if (known != null) {
        return known;
      }
    }
    String digest = Sha256.ofFile(file);
    if (version.isSettled(now) && stated.equals(Version.of(file))) {
      synchronized (KNOWN) {
        KNOWN.put(version, digest);
      }
    }
    return digest;
  }
}
