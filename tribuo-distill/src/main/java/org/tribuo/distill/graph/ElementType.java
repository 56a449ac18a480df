package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;

/** The element types of ONNX tensors that this library handles, with their size in bytes. */
public enum ElementType {
  FLOAT(DataType.FLOAT, 4),
  DOUBLE(DataType.DOUBLE, 8),
  FLOAT16(DataType.FLOAT16, 2),
  BFLOAT16(DataType.BFLOAT16, 2),
  INT8(DataType.INT8, 1),
  UINT8(DataType.UINT8, 1),
  INT16(DataType.INT16, 2),
  INT32(DataType.INT32, 4),
  INT64(DataType.INT64, 8),
  BOOL(DataType.BOOL, 1);

  private final DataType onnx;
  private final int bytes;

  ElementType(DataType onnx, int bytes) {
    this.onnx = onnx;
    this.bytes = bytes;
  }

  /** The number by which an ONNX file names this type. */
  public int onnxNumber() {
    return onnx.getNumber();
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether gradients can flow through values of this type. */
  public boolean isFloat() {
    return switch (this) {
      case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> true;
      default -> false;
    };
  }

  /** Whether an ONNX number names one of these types. */
  static boolean isKnown(int number) {
    for (ElementType type : values()) {
      if (type.onnxNumber() == number) {
        return true;
      }
    }
    return false;
  }

  /**
   * The type with an ONNX number.
   *
   * @throws GraphException if this library does not handle that type
   */
  public static ElementType ofOnnx(int number) {
    for (ElementType type : values()) {
      if (type.onnxNumber() == number) {
        return type;
      }
    }
    DataType known = DataType.forNumber(number);
    throw new GraphException(
        "Element type %s is not supported, expected one of %s"
            .formatted(known == null ? number : known, List.of(values())));
  }
}
