package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Optional;

/** Types of values between this library's form and that of ONNX files. */
final class TypeProtos {
  private TypeProtos() {}

  /**
   * @throws GraphException if this is not a tensor of a supported element type
   */
  static TensorType read(ValueInfoProto info) {
    return tryRead(info)
        .orElseThrow(
            () ->
                new GraphException(
                    "'%s' is not a tensor of a supported element type, expected one of %s"
                        .formatted(info.getName(), List.of(ElementType.values()))));
  }

  static Optional<TensorType> tryRead(ValueInfoProto info) {
    TypeProto.Tensor tensor = info.getType().getTensorType();
    if (!info.getType().hasTensorType() || !ElementType.isKnown(tensor.getElemType())) {
      return Optional.empty();
    }
    ElementType elementType = ElementType.ofOnnx(tensor.getElemType());
    return Optional.of(
        tensor.hasShape()
            ? TensorType.of(
                elementType,
                new Shape(tensor.getShape().getDimList().stream().map(TypeProtos::read).toList()))
            : TensorType.ofUnknownRank(elementType));
  }

  /** ONNX Runtime names dimensions that it knows nothing of {@code unk__N}. */
  private static Dimension read(TensorShapeProto.Dimension dimension) {
    if (dimension.hasDimValue()) {
      return dimension.getDimValue() < 0
          ? Dimension.unknown()
          : Dimension.of(dimension.getDimValue());
    }
    String name = dimension.getDimParam();
    return name.isEmpty() || name.startsWith("unk__") ? Dimension.unknown() : Dimension.of(name);
  }

  static ValueInfoProto write(String name, TensorType type) {
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.elementType().onnxNumber());
    type.shape()
        .ifPresent(
            shape -> {
              TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
              for (Dimension dimension : shape.dimensions()) {
                TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
                if (dimension instanceof Dimension.Fixed fixed) {
                  dim.setDimValue(fixed.size());
                } else if (dimension.isSymbolic()) {
                  dim.setDimParam(dimension.toString());
                }
                dims.addDim(dim);
              }
              tensor.setShape(dims);
            });
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
