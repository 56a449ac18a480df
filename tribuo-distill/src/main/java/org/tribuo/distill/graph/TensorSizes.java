package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.List;

/**
 * Compares the dimensions of all tensors of a model with the data that is there, before the caller
 * allocates memory for them: those of the graph, of the bodies and attributes of its nodes, and of
 * its functions. What lies in other files is compared when those are opened.
 */
final class TensorSizes {
  /** INT2; what comes after it no version of ONNX has. */
  private static final int NEWEST_TYPE = 26;

  /** How many elements one byte may hold: INT2 has two bits. */
  private static final int ELEMENTS_OF_A_BYTE = 4;

  /** So many elements of any type have a number of bytes that is a long. */
  private static final long MOST_ELEMENTS = Long.MAX_VALUE / 8;

  private TensorSizes() {}

  /**
   * @throws GraphException that names the tensor
   */
  static void check(ModelProto model) {
    check(model.getGraph());
    for (FunctionProto function : model.getFunctionsList()) {
      function.getAttributeProtoList().forEach(TensorSizes::check);
      function.getNodeList().forEach(TensorSizes::check);
    }
  }

  private static void check(GraphProto graph) {
    graph.getInitializerList().forEach(TensorSizes::check);
    graph.getSparseInitializerList().forEach(TensorSizes::check);
    graph.getNodeList().forEach(TensorSizes::check);
  }

  private static void check(NodeProto node) {
    try {
      node.getAttributeList().forEach(TensorSizes::check);
    } catch (GraphException e) {
      throw new GraphException(
          "%s '%s': %s".formatted(node.getOpType(), node.getName(), e.getMessage()), e);
    }
  }

  private static void check(AttributeProto attribute) {
    if (attribute.hasT()) {
      check(attribute.getT());
    }
    attribute.getTensorsList().forEach(TensorSizes::check);
    if (attribute.hasSparseTensor()) {
      check(attribute.getSparseTensor());
    }
    attribute.getSparseTensorsList().forEach(TensorSizes::check);
    if (attribute.hasG()) {
      check(attribute.getG());
    }
    attribute.getGraphsList().forEach(TensorSizes::check);
  }

  /** Data that lies elsewhere is not looked at. */
  static void check(TensorProto tensor) {
    if (tensor.getDataType() < 1 || tensor.getDataType() > NEWEST_TYPE) {
      throw new GraphException(
          "Tensor '%s' has the element type %d, expected one of ONNX's, 1 to %d"
              .formatted(tensor.getName(), tensor.getDataType(), NEWEST_TYPE));
    }
    long elements = elements(tensor.getName(), tensor.getDimsList());
    if (isOutside(tensor)) {
      return;
    }
    if (!ElementType.isKnown(tensor.getDataType())) {
      checkOther(tensor, elements);
      return;
    }
    ElementType type = ElementType.ofOnnx(tensor.getDataType());
    long there =
        tensor.hasRawData()
            ? tensor.getRawData().size()
            : (long) numbers(tensor, type) * type.bytes();
    if (there != elements * type.bytes()) {
      throw new GraphException(
          "Tensor '%s' %s%s holds %,d bytes of data, expected %,d"
              .formatted(
                  tensor.getName(), type, tensor.getDimsList(), there, elements * type.bytes()));
    }
  }

  /** Of an element type that this library does not handle, and ONNX Runtime may. */
  private static void checkOther(TensorProto tensor, long elements) {
    long there =
        (long) tensor.getStringDataCount()
            + tensor.getRawData().size()
            + tensor.getInt32DataCount()
            + tensor.getUint64DataCount()
            + tensor.getFloatDataCount()
            + tensor.getDoubleDataCount();
    if (elements > there * ELEMENTS_OF_A_BYTE) {
      throw new GraphException(
          "Tensor '%s' %s%s holds data for fewer elements: %,d numbers or bytes"
              .formatted(
                  tensor.getName(),
                  TensorProto.DataType.forNumber(tensor.getDataType()),
                  tensor.getDimsList(),
                  there));
    }
  }

  private static int numbers(TensorProto tensor, ElementType type) {
    return switch (type) {
      case FLOAT -> tensor.getFloatDataCount();
      case DOUBLE -> tensor.getDoubleDataCount();
      case INT64 -> tensor.getInt64DataCount();
      case INT32, FLOAT16, BFLOAT16, INT16, INT8, UINT8, BOOL -> tensor.getInt32DataCount();
    };
  }

  /** ONNX Runtime makes a dense tensor of a sparse one, however few numbers it has. */
  private static void check(SparseTensorProto sparse) {
    String name = sparse.getValues().getName();
    long elements = elements(name, sparse.getDimsList());
    if (elements > Integer.MAX_VALUE) {
      throw new GraphException(
          "Sparse tensor '%s' %s has %,d elements, expected at most %,d"
              .formatted(name, sparse.getDimsList(), elements, Integer.MAX_VALUE));
    }
    for (TensorProto part : List.of(sparse.getValues(), sparse.getIndices())) {
      if (isOutside(part)) {
        throw new GraphException(
            "Sparse tensor '%s' has external data, expected its data in the model's file"
                .formatted(name));
      }
    }
    check(sparse.getValues());
    check(sparse.getIndices());
  }

  private static long elements(String name, List<Long> dims) {
    try {
      return elements(dims.stream().mapToLong(Long::longValue).toArray());
    } catch (GraphException e) {
      throw new GraphException("Tensor '%s': %s".formatted(name, e.getMessage()), e);
    }
  }

  /** Whether the data of a tensor lies in another file. */
  static boolean isOutside(TensorProto tensor) {
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  /**
   * The number of elements.
   *
   * @throws GraphException if a dimension is negative, or there are more than memory can hold
   */
  static long elements(long[] dims) {
    long product = 1;
    boolean empty = false;
    for (long dim : dims) {
      if (dim < 0 || dim > 0 && product > MOST_ELEMENTS / dim) {
        throw new GraphException(
            "A tensor cannot have the dimensions %s: %s"
                .formatted(
                    Arrays.toString(dims),
                    dim < 0 ? "one is negative" : "it would have too many elements"));
      }
      empty |= dim == 0;
      product *= Math.max(1, dim);
    }
    return empty ? 0 : product;
  }

  /**
   * The number of bytes.
   *
   * @throws GraphException as {@link #elements(long[])}
   */
  static long bytes(ElementType type, long[] dims) {
    return elements(dims) * type.bytes();
  }
}
