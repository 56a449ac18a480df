package org.tribuo.distill.file.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.tribuo.distill.file.FolderLock;

/**
 * A folder for files of this process, deleted with its content. What a process that was killed has
 * left is deleted by the next one.
 */
public final class TemporaryFolder implements AutoCloseable {
  private static final String PREFIX = "tribuo-distill-training-";

  /** A younger folder may not have its lock yet. */
  private static final Duration LOCKED_AFTER = Duration.ofMinutes(1);

  private static final AtomicBoolean SWEPT = new AtomicBoolean();

  private final Path path;
  private final FolderLock lock;

  private TemporaryFolder(Path path, FolderLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /** A new folder. The first one of a process deletes what those before it have left. */
  public static TemporaryFolder create() throws IOException {
    Path path = Files.createTempDirectory(PREFIX);
    TemporaryFolder folder = new TemporaryFolder(path, FolderLock.take(path));
    if (SWEPT.compareAndSet(false, true)) {
      sweep(path.toAbsolutePath().resolveSibling(""), Files.getOwner(path));
    }
    return folder;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /**
   * Deletes the folders that no process holds.
   *
   * @param owner whose folders these are: others' are left alone
   */
  static void sweep(Path parent, UserPrincipal owner) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, PREFIX + "*")) {
      left.forEach(folder -> deleteIfLeft(folder, owner));
    } catch (IOException | DirectoryIteratorException e) {
      // This folder need not be read.
    }
  }

  private static void deleteIfLeft(Path folder, UserPrincipal owner) {
    try {
      Optional<FolderLock> free =
          isOld(folder, owner) ? FolderLock.tryTake(folder) : Optional.empty();
      if (free.isPresent()) {
        new TemporaryFolder(folder, free.get()).close();
      }
    } catch (IOException e) {
      // What cannot be deleted does no harm.
    }
  }

  private static boolean isOld(Path folder, UserPrincipal owner) throws IOException {
    FileTime youngest = FileTime.from(Instant.now().minus(LOCKED_AFTER));
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(owner)
        && Files.getLastModifiedTime(folder).compareTo(youngest) < 0;
  }

  /**
   * Deletes what can be deleted. Windows keeps a file that is mapped: the next process deletes it.
   */
  @Override
  public void close() throws IOException {
    List<Path> content;
    try (Stream<Path> files = Files.walk(path)) {
      content = files.sorted(Comparator.reverseOrder()).toList();
    }
    lock.close();
    for (Path file : content) {
      delete(file);
    }
  }

  private static void delete(Path file) throws IOException {
    try {
      Files.deleteIfExists(file);
    } catch (AccessDeniedException | DirectoryNotEmptyException e) {
      // It is in use, or holds what is: see sweep.
    }
  }
}
