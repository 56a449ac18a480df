package org.tribuo.distill.onednn;

import java.util.ArrayList;
import java.util.List;

/**
 * A right factor that is the same in each run, in oneDNN's own layout: it is converted once, and
 * few rows are multiplied as fast as its half as many bytes are read.
 */
final class PackedMatrix implements AutoCloseable {
  private final List<NativeBuffer> parts = new ArrayList<>();

  /**
   * @param matrix [k, n], or [n, k] if it is transposed
   * @param columns how n is cut into parts
   */
  PackedMatrix(RuntimeTensor matrix, boolean transposed, Cut columns, NumberType factors) {
    long rows = matrix.dims()[0];
    long row = matrix.dims()[1];
    long k = transposed ? row : rows;
    for (int part = 0; part < columns.parts(); part++) {
      long n = columns.size(part);
      long first = columns.start(part) * (transposed ? row : 1);
      try (Layout from = Matrices.of(Dnnl.F32, transposed, row, 0).layout(1, k, n);
          Layout to = Matrices.packed(factors.elementType()).layout(1, k, n);
          Primitive reorder = Reorder.compile(from, to)) {
        NativeBuffer packed = new NativeBuffer(to.bytes());
        parts.add(packed);
        reorder.execute(matrix.address() + Float.BYTES * first, packed.address());
      }
    }
  }

  /** The address of a part. */
  long part(int part) {
    return parts.get(part).address();
  }

  @Override
  public void close() {
    parts.forEach(NativeBuffer::close);
  }
}
