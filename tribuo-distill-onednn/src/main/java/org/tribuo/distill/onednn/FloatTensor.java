package org.tribuo.distill.onednn;

import java.util.Arrays;

/**
 * A tensor of float32 in ONNX Runtime's memory.
 *
 * @param address of its first element
 */
record FloatTensor(long address, long[] dims) {
  static final int BYTES = Float.BYTES;

  long elements() {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims);
  }

  /** The tensor that an OrtValue is. */
  static FloatTensor of(long value, NativeWords words) {
    OrtApi.check(OrtApi.GetTensorMutableData(value, words.at(0)));
    long address = words.get(0);
    OrtApi.check(OrtApi.GetTensorTypeAndShape(value, words.at(0)));
    long type = words.get(0);
    try {
      OrtApi.check(OrtApi.GetDimensionsCount(type, words.at(0)));
      long[] dims = new long[Math.toIntExact(words.get(0))];
      OrtApi.check(OrtApi.GetDimensions(type, words.at(0), dims.length));
      Arrays.setAll(dims, words::get);
      return new FloatTensor(address, dims);
    } finally {
      OrtApi.ReleaseTensorTypeAndShapeInfo(type);
    }
  }
}
