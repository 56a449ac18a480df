package org.tribuo.distill.teacher;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tribuo.distill.output.LabelOrder;

/**
 * What a teacher said about every row: a float32 matrix of logits, rows × {@link #width()}, on disk
 * and read by row. Blocks that were read stay in memory, up to {@value #CACHE_BYTES} bytes, so a
 * matrix of that size is read once; a larger one is best read near rows together. Valid while its
 * store is open; safe for many threads.
 */
public final class SoftTargets implements AutoCloseable {
  static final int CACHE_BYTES = 256 * 1024 * 1024;

  private final SoftTargetStore store;
  private final SoftTargetHeader header;
  private final Map<Integer, float[]> blocks;

  SoftTargets(SoftTargetStore store, SoftTargetHeader header) {
    this(store, header, CACHE_BYTES);
  }

  SoftTargets(SoftTargetStore store, SoftTargetHeader header, int cacheBytes) {
    this.store = store;
    this.header = header;
    long blockBytes = 4L * header.layout().rowsPerBlock() * width();
    int cached = (int) Math.max(1, cacheBytes / blockBytes);
    this.blocks = leastRecentlyUsed(cached);
  }

  /** What these soft targets are found by. */
  public SoftTargetKey key() {
    return header.key();
  }

  /** The names of the columns. */
  public LabelOrder labels() {
    return header.labels();
  }

  /** The version of ONNX Runtime that the teacher ran on. */
  public String runtimeVersion() {
    return header.runtimeVersion();
  }

  public int rows() {
    return header.layout().rows();
  }

  /** The number of columns. */
  public int width() {
    return header.layout().width();
  }

  /**
   * The logits of a row, copied.
   *
   * @throws IndexOutOfBoundsException if there is no such row
   * @throws SoftTargetStoreException if the store is closed or damaged
   */
  public float[] row(int row) {
    float[] logits = new float[width()];
    copyRow(row, logits, 0);
    return logits;
  }

  /**
   * Copies the logits of a row to {@code into[offset]} and on.
   *
   * @throws IndexOutOfBoundsException if there is no such row, or no room for it
   * @throws SoftTargetStoreException if the store is closed or damaged
   */
  public void copyRow(int row, float[] into, int offset) {
    if (row < 0 || row >= rows()) {
      throw new IndexOutOfBoundsException(
          "Row %d of soft targets that have %d rows".formatted(row, rows()));
    }
    int block = header.layout().blockOf(row);
    int from = (row - header.layout().firstRow(block)) * width();
    System.arraycopy(block(block), from, into, offset, width());
  }

  /** Lets go of the memory. The rows stay in the store. */
  @Override
  public void close() {
    synchronized (blocks) {
      blocks.clear();
    }
  }

  private float[] block(int block) {
    synchronized (blocks) {
      return blocks.computeIfAbsent(block, this::read);
    }
  }

  private float[] read(int block) {
    return store.requiredBlock(header, block);
  }

  private static Map<Integer, float[]> leastRecentlyUsed(int capacity) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Integer, float[]> eldest) {
        return size() > capacity;
      }
    };
  }
}
