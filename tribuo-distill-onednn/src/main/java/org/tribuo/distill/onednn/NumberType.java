package org.tribuo.distill.onednn;

import java.util.Arrays;

/** The numbers of a tensor. */
enum NumberType {
  FLOAT32(Dnnl.F32, 1, Float.BYTES),

  /** 8 significant bits, in the range of float32. */
  BFLOAT16(Dnnl.BF16, 16, Short.BYTES);

  private final int elementType;
  private final int onnxType;
  private final int bytes;

  NumberType(int elementType, int onnxType, int bytes) {
    this.elementType = elementType;
    this.onnxType = onnxType;
    this.bytes = bytes;
  }

  /**
   * @param onnxType ONNX Runtime's number
   * @throws IllegalArgumentException if it is another type
   */
  static NumberType ofOnnx(int onnxType) {
    return Arrays.stream(values())
        .filter(type -> type.onnxType == onnxType)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "A tensor of ONNX's element type %d, expected float32 or bfloat16"
                        .formatted(onnxType)));
  }

  /** oneDNN's number. */
  int elementType() {
    return elementType;
  }

  /** ONNX Runtime's number. */
  int onnxType() {
    return onnxType;
  }

  /** Bytes of one element. */
  int bytes() {
    return bytes;
  }
}
