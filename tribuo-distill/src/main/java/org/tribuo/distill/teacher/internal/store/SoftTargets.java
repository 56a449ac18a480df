package org.tribuo.distill.teacher.internal.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.teacher.store.SoftTargetStoreException;

/**
 * The teacher's logits of every example, in a file of which each batch reads its rows alone. Safe
 * for many threads.
 */
public final class SoftTargets implements AutoCloseable {
  private final Path path;
  private final RandomAccessFile file;
  private final SoftTargetHeader header;
  private final RowIndex rows;
  private final StoreErrors errors;
  private final int[] order;

  /** Whether the order is that in which columns are kept. */
  private final boolean asKept;

  private final OptionalInt largest;

  private SoftTargets(
      Path path,
      RandomAccessFile file,
      SoftTargetHeader header,
      RowIndex rows,
      StoreErrors errors,
      int[] order,
      OptionalInt largest) {
    this.path = path;
    this.file = file;
    this.header = header;
    this.rows = rows;
    this.errors = errors;
    this.order = order;
    this.asKept = Arrays.equals(order, allColumns(header));
    this.largest = largest;
  }

  /**
   * Opens a file that was read.
   *
   * @param rows all of them
   */
  static SoftTargets open(Path path, SoftTargetHeader header, RowIndex rows, StoreErrors errors) {
    try {
      RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
      OptionalInt largest = header.spec().key().largest();
      return new SoftTargets(path, file, header, rows, errors, allColumns(header), largest);
    } catch (IOException e) {
      throw errors.notRead(e);
    }
  }

  private static int[] allColumns(SoftTargetHeader header) {
    return IntStream.range(0, header.spec().columns().size()).toArray();
  }

  /** What these soft targets are found by. */
  public SoftTargetKey key() {
    return header.spec().key();
  }

  /** The names of the columns, in the order of the teacher. */
  public List<String> columns() {
    return header.spec().columns();
  }

  /** The version of ONNX Runtime that the teacher ran on. */
  public String runtimeVersion() {
    return header.runtimeVersion();
  }

  /** The number of examples. */
  public int rows() {
    return rows.rows();
  }

  /** The shape of what a batch has of each example. */
  public RowShape shape() {
    return shape(largest.orElse(order.length));
  }

  private RowShape shape(int columns) {
    return header.spec().shape().withColumns(columns);
  }

  /**
   * The same file with the columns in another order. Closing either closes both.
   *
   * @param columns for each column that is wanted its number in the order of the teacher; where
   *     only the largest are kept, all of them
   */
  public SoftTargets inOrder(int[] columns) {
    if (key().largest().isPresent() && columns.length != columns().size()) {
      throw new IllegalArgumentException(
          "Of %d columns only the %d largest are kept, expected an order of all, not %s"
              .formatted(columns().size(), key().largest().getAsInt(), Arrays.toString(columns)));
    }
    return new SoftTargets(path, file, header, rows, errors, columns.clone(), largest);
  }

  /**
   * The same file with the k largest logits of each vector alone, the largest first, of equal ones
   * that of the first column. Closing either closes both.
   *
   * @param k at least 1; at most the number of columns, or of the largest that are kept
   */
  public SoftTargets largest(int k) {
    int most = largest.orElse(order.length);
    if (k < 1 || k > most || !header.spec().shape().endsInColumns()) {
      throw new IllegalArgumentException(
          "The %d largest logits of rows %s, expected from 1 to %d of a last dimension"
              .formatted(k, shape(), most));
    }
    return new SoftTargets(path, file, header, rows, errors, order, OptionalInt.of(k));
  }

  /**
   * Reads some rows.
   *
   * @param numbers which, in the order of the batch, at least one
   * @throws IndexOutOfBoundsException if there is no such row
   * @throws SoftTargetStoreException if a row was damaged or cannot be read, or this is closed
   */
  public SoftTargetBatch batch(int... numbers) {
    int longest = Arrays.stream(numbers).map(rows::length).max().orElse(1);
    RowShape shape = shape();
    int elements = shape.elements(longest);
    float[] logits = new float[Math.multiplyExact(numbers.length, elements)];
    if (!shape.endsInColumns()) {
      Arrays.fill(logits, SoftTargetBatch.NO_POSITION);
    }
    RowShape ofTails = shape.withColumns(1);
    int vectors = ofTails.elements(longest);
    long[] classes = new long[largest.isPresent() ? logits.length : 0];
    float[] tails = new float[largest.isPresent() ? numbers.length * vectors : 0];
    for (int i = 0; i < numbers.length; i++) {
      Row row = row(numbers[i]);
      shape.pad(row.logits(), row.length(), logits, i * elements, longest);
      if (largest.isPresent()) {
        shape.pad(row.longClasses(), row.length(), classes, i * elements, longest);
        ofTails.pad(row.tails(), row.length(), tails, i * vectors, longest);
      }
    }
    long[] dims = shape.dims(numbers.length, longest);
    if (largest.isEmpty()) {
      return new SoftTargetBatch(Tensor.of(logits, dims), Optional.empty(), Optional.empty());
    }
    return new SoftTargetBatch(
        Tensor.of(logits, dims),
        Optional.of(Tensor.of(classes, dims)),
        Optional.of(Tensor.of(tails, ofTails.dims(numbers.length, longest))));
  }

  private Row row(int number) {
    SoftTargetSpec spec = header.spec();
    Row read = read(number);
    Row kept = asKept ? read : read.inOrder(order, spec.kept());
    return largest.isPresent()
        ? kept.largest(largest.getAsInt(), key().largest().orElse(order.length))
        : kept;
  }

  private Row read(int number) {
    int length = rows.length(number);
    int bytes = Math.toIntExact(StoreFormat.recordBytes(rows.payload(number)));
    byte[] record = new byte[bytes];
    try {
      synchronized (file) {
        file.seek(rows.offset(number));
        file.readFully(record);
      }
    } catch (IOException e) {
      throw errors.notRead(e);
    }
    return StoreFormat.decode(header.spec(), number, length, record)
        .orElseThrow(() -> errors.changedRow(path, number));
  }

  /** Closes the file. May be called twice. */
  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw errors.notRead(e);
    }
  }
}
