package org.tribuo.distill.onednn;

import com.sun.jna.Pointer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A tensor in ONNX Runtime's memory.
 *
 * @param value the address of the OrtValue
 * @param address of its first element
 */
record RuntimeTensor(long value, long address, NumberType type, long[] dims) {
  long elements() {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  /**
   * Makes this tensor of float32 the sum of others, which are behind each other.
   *
   * @param first the address of the first one
   * @param step the elements from the start of one to that of the next
   */
  void sumOf(long first, int count, long step) {
    FloatBuffer sum = floats(address, elements());
    FloatBuffer terms = floats(first, count == 0 ? 0 : (count - 1) * step + elements());
    for (int i = 0; i < sum.limit(); i++) {
      float total = 0;
      for (int term = 0; term < count; term++) {
        total += terms.get(Math.toIntExact(term * step) + i);
      }
      sum.put(i, total);
    }
  }

  private static FloatBuffer floats(long address, long count) {
    return new Pointer(address)
        .getByteBuffer(0, Float.BYTES * count)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Override
  public String toString() {
    return Arrays.toString(dims);
  }

  /** The tensor that an OrtValue is. */
  static RuntimeTensor of(long value, NativeWords words) {
    OrtApi.check(OrtApi.GetTensorMutableData(value, words.at(0)));
    long address = words.get(0);
    OrtApi.check(OrtApi.GetTensorTypeAndShape(value, words.at(0)));
    long type = words.get(0);
    try {
      OrtApi.check(OrtApi.GetTensorElementType(type, words.at(0)));
      NumberType numbers = NumberType.ofOnnx(words.getInt(0));
      OrtApi.check(OrtApi.GetDimensionsCount(type, words.at(0)));
      long[] dims = new long[Math.toIntExact(words.get(0))];
      OrtApi.check(OrtApi.GetDimensions(type, words.at(0), dims.length));
      Arrays.setAll(dims, words::get);
      return new RuntimeTensor(value, address, numbers, dims);
    } finally {
      OrtApi.ReleaseTensorTypeAndShapeInfo(type);
    }
  }
}
