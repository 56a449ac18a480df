package org.tribuo.distill.training.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tribuo.distill.graph.Tensor;

/** Picks rows of a tensor. */
public final class TensorRows {
  private TensorRows() {}

  /**
   * Some rows of a tensor [all rows, ...], in the order that is asked for.
   *
   * @return [rows, ...]
   */
  public static Tensor pick(Tensor tensor, int[] rows) {
    long[] dims = tensor.dims();
    int rowBytes = (int) (tensor.data().remaining() / dims[0]);
    dims[0] = rows.length;
    ByteBuffer all = tensor.data();
    ByteBuffer picked =
        ByteBuffer.allocate(Math.multiplyExact(rows.length, rowBytes))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int row : rows) {
      picked.put(all.slice(row * rowBytes, rowBytes));
    }
    return Tensor.of(tensor.elementType(), dims, picked.flip());
  }
}
