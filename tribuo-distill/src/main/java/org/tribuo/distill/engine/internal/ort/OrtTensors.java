package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/** Tensors and their types, between this library and ONNX Runtime's Java API. */
final class OrtTensors {
  private OrtTensors() {}

  /** A copy. The native tensor stays the caller's to close. */
  static Tensor of(OnnxTensor tensor) {
    ByteBuffer copy = tensor.getByteBuffer();
    return Tensor.of(elementType(tensor.getInfo().type), tensor.getInfo().getShape(), copy);
  }

  /** A copy; the caller closes it. */
  static OnnxTensor toRuntime(Tensor tensor) throws OrtException {
    return over(ByteBuffer.allocateDirect(tensor.data().remaining()), tensor);
  }

  /**
   * Copies a tensor into native memory.
   *
   * @param memory direct, at least as large as the tensor's data
   * @return a tensor over that memory; the caller closes it
   */
  static OnnxTensor over(ByteBuffer memory, Tensor tensor) throws OrtException {
    ByteBuffer data = tensor.data();
    ByteBuffer part = memory.slice(0, data.remaining()).order(ByteOrder.nativeOrder());
    part.put(data).flip();
    return OnnxTensor.createTensor(
        OrtRuntime.loaded().environment(), part, tensor.dims(), runtimeType(tensor.elementType()));
  }

  /**
   * The types of a session's inputs or outputs, without what is no tensor.
   *
   * @throws GraphException if a tensor is of an element type that this library does not handle
   */
  static Map<String, TensorType> types(Map<String, NodeInfo> values) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    values.forEach(
        (name, info) -> {
          if (info.getInfo() instanceof TensorInfo tensor) {
            types.put(name, type(tensor));
          }
        });
    return types;
  }

  /**
   * A value of unknown rank looks like a scalar here, so that neither is believed. A dimension that
   * nothing is known of has no name, or {@code unk__N}.
   */
  private static TensorType type(TensorInfo info) {
    ElementType elementType = elementType(info.type);
    long[] sizes = info.getShape();
    if (sizes.length == 0) {
      return TensorType.ofUnknownRank(elementType);
    }
    String[] names = info.getDimensionNames();
    List<Dimension> dims = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] >= 0) {
        dims.add(Dimension.of(sizes[i]));
      } else if (names[i].isEmpty() || names[i].startsWith("unk__")) {
        dims.add(Dimension.unknown());
      } else {
        dims.add(Dimension.of(names[i]));
      }
    }
    return TensorType.of(elementType, new Shape(dims));
  }

  private static OnnxJavaType runtimeType(ElementType type) {
    return switch (type) {
      case FLOAT -> OnnxJavaType.FLOAT;
      case DOUBLE -> OnnxJavaType.DOUBLE;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case BFLOAT16 -> OnnxJavaType.BFLOAT16;
      case INT8 -> OnnxJavaType.INT8;
      case UINT8 -> OnnxJavaType.UINT8;
      case INT16 -> OnnxJavaType.INT16;
      case INT32 -> OnnxJavaType.INT32;
      case INT64 -> OnnxJavaType.INT64;
      case BOOL -> OnnxJavaType.BOOL;
    };
  }

  private static ElementType elementType(OnnxJavaType runtime) {
    for (ElementType type : ElementType.values()) {
      if (runtimeType(type) == runtime) {
        return type;
      }
    }
    throw new GraphException(
        "Element type %s is not supported, expected one of %s"
            .formatted(runtime, List.of(ElementType.values())));
  }
}
