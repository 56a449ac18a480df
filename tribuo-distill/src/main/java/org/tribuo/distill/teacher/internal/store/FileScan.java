package org.tribuo.distill.teacher.internal.store;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.tribuo.distill.teacher.store.SoftTargetStoreException;

/**
 * What is in a file of soft targets, read from its beginning to its end. Behind the last whole
 * record of a file without a seal there may be the beginning of another, which a program that was
 * killed has left.
 *
 * @param rows where they are
 * @param end where the next record belongs
 * @param sealed whether the file states that it has all rows
 */
record FileScan(SoftTargetHeader header, RowIndex rows, long end, boolean sealed) {
  private static final int BUFFER_BYTES = 64 * 1024;

  /**
   * Reads a file.
   *
   * @param keySha256 of the soft targets that are to be in it
   * @throws SoftTargetStoreException if it is of something else, of a version that is not read, or
   *     damaged
   */
  static FileScan of(Path file, String keySha256, StoreErrors errors) {
    try (InputStream in =
        new BufferedInputStream(new FileInputStream(file.toFile()), BUFFER_BYTES)) {
      ByteBuffer start = read(in, StoreFormat.MAGIC.length + 2 * Integer.BYTES);
      if (!Arrays.equals(
          start.array(),
          0,
          StoreFormat.MAGIC.length,
          StoreFormat.MAGIC,
          0,
          StoreFormat.MAGIC.length)) {
        throw errors.isNoSoftTargets(file);
      }
      start.position(StoreFormat.MAGIC.length);
      errors.checkVersion(file, start.getInt());
      long size = Files.size(file);
      int headerBytes = start.getInt();
      if (headerBytes < 0 || headerBytes > size) {
        throw errors.damagedHeader(file);
      }
      byte[] content = in.readNBytes(headerBytes);
      int checksum = read(in, StoreFormat.CHECKSUM_BYTES).getInt();
      SoftTargetHeader header =
          StoreFormat.decodeHeader(keySha256, content, checksum)
              .orElseThrow(() -> errors.damagedHeader(file));
      long firstRecord = start.capacity() + headerBytes + StoreFormat.CHECKSUM_BYTES;
      return new Records(file, in, header, size, errors).scan(firstRecord);
    } catch (IOException e) {
      throw errors.notRead(e);
    }
  }

  /** So many bytes; zeros where the file has ended. */
  private static ByteBuffer read(InputStream in, int bytes) throws IOException {
    return ByteBuffer.wrap(Arrays.copyOf(in.readNBytes(bytes), bytes))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The records of a file. */
  private static final class Records {
    private final Path file;
    private final InputStream in;
    private final SoftTargetHeader header;
    private final SoftTargetSpec spec;
    private final long size;
    private final StoreErrors errors;
    private final RowIndex rows;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    Records(Path file, InputStream in, SoftTargetHeader header, long size, StoreErrors errors) {
      this.file = file;
      this.in = in;
      this.header = header;
      this.spec = header.spec();
      this.size = size;
      this.errors = errors;
      this.rows = new RowIndex(spec.rows());
    }

    FileScan scan(long first) throws IOException {
      long offset = first;
      while (offset + StoreFormat.SEAL_BYTES <= size) {
        ByteBuffer head = read(in, StoreFormat.RECORD_HEAD_BYTES);
        int number = head.getInt();
        int length = head.getInt();
        int payload = head.getInt();
        if (number == StoreFormat.SEAL && rows.isComplete() && isSealed()) {
          return new FileScan(header, rows, offset, true);
        }
        if (!isRow(number, length, payload, size - offset) || !isIntact(head.array(), payload)) {
          if (isSealed()) {
            throw errors.damagedRow(file, rows.kept(), spec.rows());
          }
          return new FileScan(header, rows, offset, false);
        }
        rows.add(number, length, payload, offset);
        offset += StoreFormat.recordBytes(payload);
      }
      return new FileScan(header, rows, offset, false);
    }

    /** Whether there can be such a row. */
    private boolean isRow(int number, int length, int payload, long left) {
      return number >= 0
          && number < spec.rows()
          && !rows.has(number)
          && length >= 1
          && payload >= 1
          && StoreFormat.recordBytes(payload) <= left;
    }

    private boolean isIntact(byte[] head, int payload) throws IOException {
      CRC32C checksum = StoreFormat.checksumOf(spec.key().sha256());
      checksum.update(head);
      for (int left = payload; left > 0; ) {
        int count = in.readNBytes(buffer, 0, Math.min(left, buffer.length));
        checksum.update(buffer, 0, count);
        left -= Math.max(count, 1);
      }
      return read(in, StoreFormat.CHECKSUM_BYTES).getInt() == (int) checksum.getValue();
    }

    private boolean isSealed() throws IOException {
      byte[] last = new byte[StoreFormat.SEAL_BYTES];
      try (RandomAccessFile again = new RandomAccessFile(file.toFile(), "r")) {
        again.seek(size - last.length);
        again.readFully(last);
      }
      return Arrays.equals(last, StoreFormat.seal(spec));
    }
  }
}
