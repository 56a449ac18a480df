package org.tribuo.distill.teacher.internal.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import org.tribuo.distill.file.FolderLock;
import org.tribuo.distill.teacher.store.SoftTargetStoreException;

/**
 * Puts rows into a file of soft targets, in any order. Nothing but the rows' places stays in
 * memory.
 */
public final class SoftTargetWriter implements AutoCloseable {
  private final Path path;
  private final RandomAccessFile file;
  private final SoftTargetHeader header;
  private final RowIndex rows;
  private final StoreErrors errors;
  private final Optional<FolderLock> lock;
  private final Semaphore turn;
  private long end;
  private boolean sealed;
  private boolean closed;

  private SoftTargetWriter(
      Path path,
      RandomAccessFile file,
      FileScan scan,
      StoreErrors errors,
      Optional<FolderLock> lock,
      Semaphore turn) {
    this.path = path;
    this.file = file;
    this.header = scan.header();
    this.rows = scan.rows();
    this.end = scan.end();
    this.sealed = scan.sealed();
    this.errors = errors;
    this.lock = lock;
    this.turn = turn;
  }

  /**
   * Goes on behind the last whole record.
   *
   * @param lock given back when this is closed
   * @param turn given back when this is closed
   */
  static SoftTargetWriter open(
      Path path, FileScan scan, StoreErrors errors, Optional<FolderLock> lock, Semaphore turn) {
    try {
      RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
      return new SoftTargetWriter(path, file, scan, errors, lock, turn);
    } catch (IOException e) {
      throw errors.notWritten(e);
    }
  }

  /** The rows that are there. */
  public int kept() {
    return rows.kept();
  }

  /** Whether a row is there. */
  public boolean has(int row) {
    return rows.has(row);
  }

  /**
   * Keeps a row that is not there yet.
   *
   * @param length the size of its named dimension, at least 1; without meaning if there is none
   * @param logits of the teacher, all of them
   * @throws IllegalArgumentException if the row is there already, or has not the elements of its
   *     shape
   * @throws SoftTargetStoreException if the file cannot be written; the rows before are safe
   */
  public void put(int row, int length, float[] logits) {
    SoftTargetSpec spec = header.spec();
    int kept = spec.shape().isRagged() ? length : 1;
    if (rows.has(row) || kept < 1 || logits.length != spec.shape().elements(kept)) {
      throw new IllegalArgumentException(
          "Row %d has %d logits, expected a row %s of length %d that is not there yet"
              .formatted(row, logits.length, spec.shape(), kept));
    }
    Row all = Row.of(kept, logits);
    OptionalInt largest = spec.key().largest();
    append(
        row, largest.isPresent() ? all.largest(largest.getAsInt(), spec.shape().columns()) : all);
  }

  /**
   * Keeps a row of which only the largest logits are kept.
   *
   * @param length as above
   * @param largest as many of each vector as are kept
   * @throws RuntimeException as above
   */
  public void put(int row, int length, LargestLogits largest) {
    SoftTargetSpec spec = header.spec();
    int kept = spec.shape().isRagged() ? length : 1;
    if (spec.key().largest().isEmpty()
        || rows.has(row)
        || kept < 1
        || largest.logits().length != spec.kept().elements(kept)) {
      throw new IllegalArgumentException(
          "Row %d has %d of the largest logits, expected a row %s of length %d that is not there yet"
              .formatted(row, largest.logits().length, spec.kept(), kept));
    }
    int[] columns = Arrays.stream(largest.columns()).mapToInt(Math::toIntExact).toArray();
    int k = spec.kept().columns();
    append(
        row,
        new Row(kept, largest.logits(), new Row.Chosen(columns, largest.tails())).largest(k, k));
  }

  private void append(int number, Row row) {
    byte[] record = StoreFormat.encode(header.spec(), number, row);
    append(record);
    rows.add(number, row.length(), record.length - (int) StoreFormat.recordBytes(0), end);
    end += record.length;
  }

  private void append(byte[] record) {
    try {
      if (file.length() != end) {
        file.setLength(end);
      }
      file.seek(end);
      file.write(record);
    } catch (IOException e) {
      throw errors.notWritten(e);
    }
  }

  /** Returns when a loss of power can no longer lose the rows so far. */
  public void force() {
    try {
      file.getFD().sync();
    } catch (IOException e) {
      throw errors.notWritten(e);
    }
  }

  /**
   * Closes this and opens what was written.
   *
   * @return for the caller to close
   * @throws IllegalStateException if a row is missing
   */
  public SoftTargets finish() {
    if (!rows.isComplete()) {
      throw new IllegalStateException(
          "There are %d of %d rows".formatted(rows.kept(), rows.rows()));
    }
    if (!sealed) {
      append(StoreFormat.seal(header.spec()));
      force();
      sealed = true;
    }
    close();
    return SoftTargets.open(path, header, rows, errors);
  }

  /** Lets others write into the store. May be called twice. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (file) {
      if (lock.isPresent()) {
        lock.get().close();
      }
    } catch (IOException e) {
      throw errors.notWritten(e);
    } finally {
      turn.release();
    }
  }
}
