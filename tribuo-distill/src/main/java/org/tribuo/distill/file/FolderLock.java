package org.tribuo.distill.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder that only one holder writes into. The operating system keeps the lock, so that it is
 * free again when its process ends, killed or not. The file {@value #FILE} stays in the folder.
 *
 * <p>Thread-safe; any thread may close it.
 */
public final class FolderLock implements AutoCloseable {
  /** The file that is locked; it contains the id of the process that holds the lock. */
  public static final String FILE = ".lock";

  /** Beyond the content: where locks are mandatory, what is locked cannot be read. */
  private static final long LOCKED_BYTE = 1 << 20;

  private static final Duration PAUSE = Duration.ofMillis(20);

  /** What this JVM holds: the operating system distinguishes processes, not parts of one. */
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Takes the lock of a folder.
   *
   * @throws FileSystemException if it is held already; the message names the folder and, if it is
   *     known, the process
   * @throws IOException if the folder is not there, or its file system has no locks
   */
  public static FolderLock take(Path folder) throws IOException {
    Optional<FolderLock> lock = tryTake(folder);
    if (lock.isEmpty()) {
      throw new FileSystemException(
          folder.toString(),
          null,
          "%s writes into this folder; wait for it, or name another folder"
              .formatted(holder(folder.toRealPath())));
    }
    return lock.get();
  }

  /**
   * Takes the lock of a folder if it is free.
   *
   * @throws IOException as {@link #take}
   */
  public static Optional<FolderLock> tryTake(Path folder) throws IOException {
    Path real = folder.toRealPath();
    if (!HELD_HERE.add(real)) {
      return Optional.empty();
    }
    Optional<FolderLock> taken = Optional.empty();
    try {
      taken = lock(real);
      return taken;
    } finally {
      if (taken.isEmpty()) {
        HELD_HERE.remove(real);
      }
    }
  }

  /**
   * Takes the lock of a folder, if it becomes free within some time.
   *
   * @throws IOException as {@link #take}
   */
  public static Optional<FolderLock> await(Path folder, Duration atMost) throws IOException {
    long end = System.nanoTime() + atMost.toNanos();
    Optional<FolderLock> lock = tryTake(folder);
    while (lock.isEmpty() && System.nanoTime() < end) {
      try {
        Thread.sleep(PAUSE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
      lock = tryTake(folder);
    }
    return lock;
  }

  private static Optional<FolderLock> lock(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    boolean locked = false;
    try {
      FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
      locked = lock != null;
      if (locked) {
        channel.truncate(0);
        channel.write(
            StandardCharsets.US_ASCII.encode(Long.toString(ProcessHandle.current().pid())));
      }
      return locked ? Optional.of(new FolderLock(folder, channel)) : Optional.empty();
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }

  private static String holder(Path folder) throws IOException {
    if (HELD_HERE.contains(folder)) {
      return "Another part of this program";
    }
    try (FileChannel channel =
        FileChannel.open(folder.resolve(FILE), Set.of(StandardOpenOption.READ))) {
      ByteBuffer pid = ByteBuffer.allocate(Long.BYTES * 3);
      channel.read(pid);
      String number = StandardCharsets.US_ASCII.decode(pid.flip()).toString().strip();
      return number.isEmpty() ? "Another process" : "Process " + number;
    }
  }

  /** Lets others have the folder. May be called twice. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      channel.close();
      HELD_HERE.remove(folder);
    }
  }
}
