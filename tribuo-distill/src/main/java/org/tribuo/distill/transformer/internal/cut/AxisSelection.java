package org.tribuo.distill.transformer.internal.cut;

import java.nio.ByteBuffer;
import org.tribuo.distill.graph.Tensor;

/** Some positions of a tensor along one axis. */
final class AxisSelection {
  private AxisSelection() {}

  /**
   * A smaller tensor.
   *
   * @param kept positions of the axis, in the order of the result
   */
  static Tensor of(Tensor whole, int axis, int... kept) {
    long[] dims = whole.dims();
    int inner = whole.elementType().bytes();
    for (int i = axis + 1; i < dims.length; i++) {
      inner = Math.multiplyExact(inner, Math.toIntExact(dims[i]));
    }
    int outer = 1;
    for (int i = 0; i < axis; i++) {
      outer = Math.multiplyExact(outer, Math.toIntExact(dims[i]));
    }
    ByteBuffer from = whole.data();
    ByteBuffer to = ByteBuffer.allocate(Math.multiplyExact(outer * kept.length, inner));
    int stride = Math.toIntExact(dims[axis]) * inner;
    for (int i = 0; i < outer; i++) {
      for (int position : kept) {
        to.put(from.slice(i * stride + position * inner, inner));
      }
    }
    dims[axis] = kept.length;
    return Tensor.of(whole.elementType(), dims, to.flip());
  }
}
