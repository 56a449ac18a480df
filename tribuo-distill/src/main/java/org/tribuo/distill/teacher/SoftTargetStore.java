package org.tribuo.distill.teacher;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.output.LabelOrder;

/**
 * Soft targets on disk, found again by content. One file holds any number of them.
 *
 * <p>The file is an MVStore of H2: a log of versions, of which a reader sees the last whole one. So
 * a program that is killed, or a disk that fills up, loses the rows since the last commit and
 * nothing else. Rows are kept in blocks of about 128 KB, each with its own checksum.
 *
 * <p>Only one program at a time may open a file that it may write. Within a program a store is safe
 * for many threads.
 */
public final class SoftTargetStore implements AutoCloseable {
  private static final String HEADER_MAP = "headers";
  private static final String BLOCK_MAP = "blocks ";

  private static final int MAX_COMPACTION_MILLIS = 10_000;

  // MVStore's own defaults, which cannot be read back.
  private static final int VERSIONS_TO_KEEP = 5;
  private static final int RETENTION_MILLIS = 45_000;

  private final @Nullable Path file;
  private final StoreErrors errors;
  private final MVStore store;
  private final MVMap<String, byte[]> headers;

  /** Held shared to use the file, and alone to move what is in it. */
  private final ReadWriteLock compaction = new ReentrantReadWriteLock();

  private final ConcurrentMap<SoftTargetKey, ReentrantLock> locks = new ConcurrentHashMap<>();

  private SoftTargetStore(@Nullable Path file, StoreErrors errors, MVStore store) {
    this.file = file;
    this.errors = errors;
    this.store = store;
    this.headers = store.openMap(HEADER_MAP, mapOf(StringDataType.INSTANCE));
  }

  /**
   * Opens a file, or makes it and the folders it lies in. A file that may not be written is opened
   * for reading.
   *
   * @throws SoftTargetStoreException if the file is not a store, is damaged, too new or too old, is
   *     open elsewhere, or cannot be made
   */
  public static SoftTargetStore open(Path file) {
    StoreFile.checkPlace(file);
    return open(file, file.toAbsolutePath().toString());
  }

  /** A store that ends with the program. */
  public static SoftTargetStore inMemory() {
    return open(null, null);
  }

  /**
   * Opens a file wherever MVStore finds it.
   *
   * @param mvStoreName the file in MVStore's terms, null for one in memory
   */
  static SoftTargetStore open(@Nullable Path file, @Nullable String mvStoreName) {
    StoreErrors errors =
        new StoreErrors("The store of soft targets " + (file == null ? "in memory" : file));
    return errors.translating(
        () -> {
          MVStore store = openMvStore(mvStoreName);
          try {
            StoreFile.checkFormat(store, errors.store());
            return new SoftTargetStore(file, errors, store);
          } catch (RuntimeException e) {
            store.closeImmediately();
            throw e;
          }
        });
  }

  /** The complete soft targets under a key, valid while this store is open. */
  public Optional<SoftTargets> find(SoftTargetKey key) {
    return header(key)
        .filter(SoftTargetHeader::complete)
        .map(header -> new SoftTargets(this, header));
  }

  /**
   * The complete soft targets under a key, valid while this store is open.
   *
   * @throws SoftTargetStoreException if they are not there; the message says how those that are
   *     there differ
   */
  public SoftTargets require(SoftTargetKey key) {
    return find(key).orElseThrow(() -> errors.notFound(key, contents()));
  }

  /** Everything in this store, complete or not. */
  public List<StoredSoftTargets> contents() {
    return using(
        () ->
            headers.keyList().stream()
                .flatMap(keySha256 -> header(keySha256).stream())
                .map(this::describe)
                .toList());
  }

  /**
   * Removes soft targets and gives their space back.
   *
   * @return whether there were any
   */
  public boolean remove(SoftTargetKey key) {
    compaction.writeLock().lock();
    try {
      return errors.translating(
          () -> {
            boolean removed = headers.remove(key.sha256()) != null;
            if (removed) {
              openBlocks(key).clear();
              commit();
              store.removeMap(blocksOf(key));
              commit();
              giveSpaceBack();
            }
            return removed;
          });
    } finally {
      compaction.writeLock().unlock();
    }
  }

  /** The size of the file, or of the rows where there is no file, in bytes. */
  public long sizeInBytes() {
    if (file == null) {
      return contents().stream().mapToLong(StoredSoftTargets::bytes).sum();
    }
    return using(() -> store.getFileStore().size());
  }

  /** The file, unless this store is in memory. */
  public Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /** Closes the file. Soft targets read from this store are of no use afterwards. */
  @Override
  public void close() {
    errors.translating(() -> store.close());
  }

  /** Held while rows are written under a key; others who want the same rows wait for them. */
  ReentrantLock lock(SoftTargetKey key) {
    return locks.computeIfAbsent(key, k -> new ReentrantLock());
  }

  /**
   * The header under a key, made and kept if it is not there.
   *
   * @throws SoftTargetStoreException if there is one with other labels or another number of rows
   */
  SoftTargetHeader begin(SoftTargetKey key, LabelOrder labels, int rows, String runtimeVersion) {
    Optional<SoftTargetHeader> kept = header(key);
    if (kept.isPresent()) {
      errors.checkAgrees(kept.get(), labels, rows);
      return kept.get();
    }
    SoftTargetHeader header =
        new SoftTargetHeader(
            key, labels, BlockLayout.of(rows, labels.size()), runtimeVersion, false);
    put(header);
    return header;
  }

  /** Marks that every row is there. */
  SoftTargetHeader complete(SoftTargetHeader header) {
    SoftTargetHeader completed = header.completed();
    put(completed);
    return completed;
  }

  /** Whether all blocks of a stretch are there and undamaged. */
  boolean hasStretch(SoftTargetHeader header, int stretch) {
    BlockLayout layout = header.layout();
    for (int b = layout.firstBlock(stretch); b < layout.endBlock(stretch); b++) {
      if (readBlock(header, b).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Keeps the rows of a stretch, all or none of them. */
  void putStretch(SoftTargetHeader header, int stretch, float[] values) {
    BlockLayout layout = header.layout();
    String key = header.key().sha256();
    using(
        () -> {
          MVMap<Long, byte[]> blocks = openBlocks(header.key());
          int from = 0;
          for (int b = layout.firstBlock(stretch); b < layout.endBlock(stretch); b++) {
            int length = layout.rowsIn(b) * layout.width();
            blocks.put((long) b, StoreFormat.encodeBlock(key, b, values, from, length));
            from += length;
          }
          commit();
        });
  }

  /**
   * The floats of a block, row by row.
   *
   * @throws SoftTargetStoreException if it is damaged, or not there
   */
  float[] requiredBlock(SoftTargetHeader header, int block) {
    return readBlock(header, block).orElseThrow(() -> errors.missingBlock(header, block));
  }

  /**
   * The floats of a block, row by row; empty if it is not there.
   *
   * @throws SoftTargetStoreException if it is damaged
   */
  Optional<float[]> readBlock(SoftTargetHeader header, int block) {
    SoftTargetKey key = header.key();
    return using(
        () -> {
          if (!store.hasMap(blocksOf(key))) {
            return Optional.empty();
          }
          byte @Nullable [] value = openBlocks(key).get((long) block);
          if (value == null) {
            return Optional.empty();
          }
          int length = header.layout().rowsIn(block) * header.layout().width();
          return Optional.of(
              StoreFormat.decodeBlock(key.sha256(), block, length, value)
                  .orElseThrow(() -> errors.damagedBlock(header, block)));
        });
  }

  private Optional<SoftTargetHeader> header(SoftTargetKey key) {
    return using(() -> header(key.sha256()));
  }

  private Optional<SoftTargetHeader> header(String keySha256) {
    return Optional.ofNullable(headers.get(keySha256))
        .map(
            value ->
                StoreFormat.decodeHeader(keySha256, value)
                    .orElseThrow(() -> errors.damagedHeader(keySha256)));
  }

  private StoredSoftTargets describe(SoftTargetHeader header) {
    BlockLayout layout = header.layout();
    long blocks = store.hasMap(blocksOf(header.key())) ? openBlocks(header.key()).sizeAsLong() : 0;
    int rowsKept = (int) Math.min(layout.rows(), blocks * layout.rowsPerBlock());
    return new StoredSoftTargets(
        header.key(), header.labels(), layout.rows(), rowsKept, 4L * rowsKept * layout.width());
  }

  private void put(SoftTargetHeader header) {
    using(
        () -> {
          headers.put(header.key().sha256(), StoreFormat.encode(header));
          commit();
        });
  }

  /** Every use of the file but those that move what others may be reading. */
  private <T> T using(Supplier<T> use) {
    compaction.readLock().lock();
    try {
      if (store.isClosed()) {
        throw errors.closed(store.getPanicException());
      }
      return errors.translating(use);
    } finally {
      compaction.readLock().unlock();
    }
  }

  private void using(Runnable use) {
    using(
        () -> {
          use.run();
          return true;
        });
  }

  /** MVStore keeps old versions for a while; for once it must not, or nothing would be freed. */
  private void giveSpaceBack() {
    store.setVersionsToKeep(0);
    store.compactFile(MAX_COMPACTION_MILLIS);
    store.setVersionsToKeep(VERSIONS_TO_KEEP);
    store.setRetentionTime(RETENTION_MILLIS);
  }

  private void commit() {
    store.commit();
    store.sync();
  }

  private MVMap<Long, byte[]> openBlocks(SoftTargetKey key) {
    return store.openMap(blocksOf(key), mapOf(LongDataType.INSTANCE));
  }

  private static MVStore openMvStore(@Nullable String name) {
    MVStore.Builder builder = new MVStore.Builder().autoCommitDisabled().autoCommitBufferSize(0);
    return name == null ? builder.open() : builder.fileName(name).open();
  }

  private static String blocksOf(SoftTargetKey key) {
    return BLOCK_MAP + key.sha256();
  }

  static <K> MVMap.Builder<K, byte[]> mapOf(DataType<K> keys) {
    return new MVMap.Builder<K, byte[]>().keyType(keys).valueType(ByteArrayDataType.INSTANCE);
  }
}
