package org.tribuo.distill.graph.internal.pass;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

/** The parts of an ONNX file, for models that no exporter at hand writes. */
public final class HandMade {
  private HandMade() {}

  public static NodeProto node(
      String opType, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
    return nodeOf("", opType, inputs, outputs, attributes);
  }

  public static NodeProto nodeOf(
      String domain,
      String opType,
      List<String> inputs,
      List<String> outputs,
      AttributeProto... attributes) {
    return NodeProto.newBuilder()
        .setName(opType + " of " + outputs)
        .setDomain(domain)
        .setOpType(opType)
        .addAllInput(inputs)
        .addAllOutput(outputs)
        .addAllAttribute(List.of(attributes))
        .build();
  }

  public static AttributeProto number(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  public static AttributeProto tensor(String name, Tensor value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.TENSOR)
        .setT(value.toProto(""))
        .build();
  }

  /** An attribute of a function's node that has the value of one of the function's attributes. */
  public static AttributeProto given(String name, AttributeType type, String attributeOfFunction) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(type)
        .setRefAttrName(attributeOfFunction)
        .build();
  }

  /** A body without inputs, as the branches of an If are. */
  public static AttributeProto branch(String name, String output, NodeProto... nodes) {
    return body(name, List.of(), List.of(output), nodes);
  }

  /** A body with inputs, as that of a Loop. */
  public static AttributeProto body(
      String name, List<ValueInfoProto> inputs, List<String> outputs, NodeProto... nodes) {
    GraphProto.Builder body =
        GraphProto.newBuilder().setName(name).addAllInput(inputs).addAllNode(List.of(nodes));
    outputs.forEach(output -> body.addOutputBuilder().setName(output));
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.GRAPH)
        .setG(body)
        .build();
  }

  public static FunctionProto function(
      String name,
      List<String> inputs,
      List<String> outputs,
      List<AttributeProto> defaults,
      NodeProto... nodes) {
    return FunctionProto.newBuilder()
        .setDomain("local")
        .setName(name)
        .addAllInput(inputs)
        .addAllOutput(outputs)
        .addAllAttributeProto(defaults)
        .addAllNode(List.of(nodes))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(18))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("local").setVersion(1))
        .build();
  }

  public static ValueInfoProto value(String name, ElementType type, long... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : sizes) {
      shape.addDimBuilder().setDimValue(size);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.onnxNumber()).setShape(shape)))
        .build();
  }

  /** A model of opset 18 with one input {@code x} and one output {@code y}. */
  public static OnnxModel model(
      ValueInfoProto x,
      List<TensorProto> initializers,
      List<FunctionProto> functions,
      NodeProto... nodes) {
    return OnnxModel.of(
        ModelProto.newBuilder()
            .setIrVersion(10)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(18))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("local").setVersion(1))
            .addAllFunctions(functions)
            .setGraph(
                GraphProto.newBuilder()
                    .setName("graph")
                    .addInput(x)
                    .addAllInitializer(initializers)
                    .addAllNode(List.of(nodes))
                    .addOutput(ValueInfoProto.newBuilder().setName("y")))
            .build());
  }
}
