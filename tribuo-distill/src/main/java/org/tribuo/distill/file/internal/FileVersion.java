package org.tribuo.distill.file.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What distinguishes one content of a file from another, without reading it: its identity, size and
 * times. A file that was changed less than two seconds before is not {@linkplain #isSettled
 * settled}: a second change may leave it the same times, as git's index has it of files that it
 * calls racy.
 */
record FileVersion(
    Path path, @Nullable Object identity, long bytes, FileTime modified, FileTime changed) {
  private static final Duration RACY = Duration.ofSeconds(2);

  /**
   * The version of a file; empty if there is none, or if it may change without another version, as
   * where the file system, like that of Windows, reports no time of the last change but that which
   * programs can set.
   */
  static Optional<FileVersion> of(Path file) throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")
        || !Files.exists(file)) {
      return Optional.empty();
    }
    BasicFileAttributes basic = Files.readAttributes(file, BasicFileAttributes.class);
    // Unlike the time of the last modification, no program sets this one.
    FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
    return Optional.of(
        new FileVersion(
            file.toRealPath(), basic.fileKey(), basic.size(), basic.lastModifiedTime(), changed));
  }

  boolean isSettled(Instant now) {
    Instant latest = now.minus(RACY);
    return modified.toInstant().isBefore(latest) && changed.toInstant().isBefore(latest);
  }
}
