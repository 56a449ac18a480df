package org.tribuo.distill.teacher.internal.store;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.file.FolderLock;
import org.tribuo.distill.file.internal.TemporaryFolder;
import org.tribuo.distill.teacher.store.SoftTargetStoreException;

/**
 * Soft targets on disk, found again by content: a folder with a file for each teacher and data.
 *
 * <p>A file grows by whole rows, each with its own checksum. A program that is killed, or a disk
 * that fills up, leaves the rows before; the next program goes on from there. A file that has all
 * its rows is never changed again, so programs may read it at the same time, for as long as they
 * like. One program at a time writes into a folder. To remove soft targets, delete their file.
 *
 * <p>Safe for many threads; those that write into the same folder wait for each other.
 */
public final class SoftTargetStore implements AutoCloseable {
  static final String SUFFIX = ".softtargets";

  /** The folders that a thread of this program writes into. */
  private static final ConcurrentMap<Path, Semaphore> WRITERS = new ConcurrentHashMap<>();

  private final Path folder;
  private final StoreErrors errors;
  private final Optional<TemporaryFolder> temporary;

  private SoftTargetStore(Path folder, Optional<TemporaryFolder> temporary) {
    this.folder = folder;
    this.errors = StoreErrors.of(folder);
    this.temporary = temporary;
  }

  /**
   * A store in a folder, which is made when something is kept.
   *
   * @throws SoftTargetStoreException if it is a file
   */
  public static SoftTargetStore in(Path folder) {
    SoftTargetStore store = new SoftTargetStore(folder, Optional.empty());
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw store.errors.isNoFolder();
    }
    return store;
  }

  /**
   * A store in a temporary folder: soft targets need not fit the heap, and what is small stays in
   * the memory of the operating system. It is deleted when this store is closed.
   *
   * @throws SoftTargetStoreException if there can be no temporary folder
   */
  public static SoftTargetStore temporary() {
    try {
      TemporaryFolder folder = TemporaryFolder.create();
      return new SoftTargetStore(folder.path(), Optional.of(folder));
    } catch (IOException e) {
      throw new StoreErrors("A temporary store of soft targets").notMade(e);
    }
  }

  /**
   * The soft targets under a key, if all rows are there. Their file is read once, to find out
   * whether it is whole.
   *
   * @return for the caller to close
   * @throws SoftTargetStoreException if they are there with other columns or rows, are damaged, or
   *     cannot be read
   */
  public Optional<SoftTargets> find(SoftTargetSpec wanted) {
    Path file = file(wanted.key());
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    FileScan scan = scan(file, wanted);
    return scan.rows().isComplete()
        ? Optional.of(SoftTargets.open(file, scan.header(), scan.rows(), errors))
        : Optional.empty();
  }

  /**
   * Opens soft targets to put rows into. Waits until no other thread of this program writes into
   * this store.
   *
   * @param runtimeVersion the version of ONNX Runtime that the teacher runs on; of rows that are
   *     kept already the version is kept too
   * @return for the caller to close
   * @throws SoftTargetStoreException if another program writes into this store, it cannot be
   *     written, or these soft targets are there with other columns or rows
   */
  public SoftTargetWriter writer(SoftTargetSpec wanted, String runtimeVersion) {
    try {
      Files.createDirectories(folder);
      Path real = folder.toRealPath();
      Semaphore turn = WRITERS.computeIfAbsent(real, any -> new Semaphore(1));
      turn.acquireUninterruptibly();
      boolean opened = false;
      try {
        SoftTargetWriter writer = open(wanted, runtimeVersion, turn);
        opened = true;
        return writer;
      } finally {
        if (!opened) {
          turn.release();
        }
      }
    } catch (IOException e) {
      throw errors.notMade(e);
    }
  }

  private SoftTargetWriter open(SoftTargetSpec wanted, String runtimeVersion, Semaphore turn)
      throws IOException {
    Optional<FolderLock> lock = temporary.isPresent() ? Optional.empty() : Optional.of(lock());
    boolean opened = false;
    try {
      Path file = file(wanted.key());
      if (!Files.exists(file)) {
        byte[] header = StoreFormat.encode(new SoftTargetHeader(wanted, runtimeVersion));
        AtomicFile.writeStream(file, out -> out.write(header));
      }
      SoftTargetWriter writer = SoftTargetWriter.open(file, scan(file, wanted), errors, lock, turn);
      opened = true;
      return writer;
    } finally {
      if (!opened && lock.isPresent()) {
        lock.get().close();
      }
    }
  }

  private FolderLock lock() throws IOException {
    try {
      return FolderLock.take(folder);
    } catch (FileSystemException e) {
      if (e.getReason() == null) {
        throw e;
      }
      throw errors.locked(e);
    }
  }

  private FileScan scan(Path file, SoftTargetSpec wanted) {
    FileScan scan = FileScan.of(file, wanted.key().sha256(), errors);
    errors.checkAgrees(scan.header().spec(), wanted);
    return scan;
  }

  private Path file(SoftTargetKey key) {
    return folder.resolve(key.sha256() + SUFFIX);
  }

  /** Deletes a temporary store, whose soft targets must be closed before. */
  @Override
  public void close() {
    if (temporary.isPresent()) {
      try {
        temporary.get().close();
      } catch (IOException e) {
        throw errors.notWritten(e);
      }
    }
  }
}
