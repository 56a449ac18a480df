package org.tribuo.distill.teacher.internal;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.task.internal.LabelOrder;

/**
 * A bag-of-words model over small whole numbers, so that its logits are exact whatever the batch:
 * the sum of a table's rows over the tokens that the mask keeps.
 *
 * <pre>logits[b, l] = Σ_s table[input_ids[b, s], l] · attention_mask[b, s]</pre>
 */
final class TinyTeacher {
  static final int VOCABULARY = 100;

  private TinyTeacher() {}

  static LabelOrder labels(int width) {
    return new LabelOrder(IntStream.range(0, width).mapToObj(i -> "label-" + i).toList());
  }

  static float weight(int token, int label) {
    return (token * 31 + label * 17) % 23 - 11;
  }

  static float[] expectedLogits(int[] ids, int width) {
    float[] logits = new float[width];
    for (int id : ids) {
      for (int label = 0; label < width; label++) {
        logits[label] += weight(id, label);
      }
    }
    return logits;
  }

  static Path write(Path file, int width) throws IOException {
    return write(file, model(width));
  }

  static Path write(Path file, ModelProto.Builder model) throws IOException {
    return Files.write(file, model.build().toByteArray());
  }

  static ModelProto.Builder model(int width) {
    float[] table = new float[VOCABULARY * width];
    for (int token = 0; token < VOCABULARY; token++) {
      for (int label = 0; label < width; label++) {
        table[token * width + label] = weight(token, label);
      }
    }
    return model(Tensor.of(table, VOCABULARY, width).toProto("table"), "logits", width);
  }

  /** A model whose row of the table for one token is not a number. */
  static ModelProto.Builder modelWithNan(int width, int token) {
    ModelProto.Builder model = model(width);
    Tensor table = Tensor.of(model.getGraph().getInitializer(0));
    float[] values = table.toFloats();
    values[token * width + 1] = Float.NaN;
    model
        .getGraphBuilder()
        .setInitializer(0, Tensor.of(values, VOCABULARY, width).toProto("table"));
    return model;
  }

  /** A model whose table lies in a file of its own, which is written too. */
  static Path writeWithExternalData(Path file, int width) throws IOException {
    ModelProto.Builder model = model(width);
    TensorProto table = model.getGraph().getInitializer(0);
    Path data = file.resolveSibling("table.bin");
    Files.write(data, table.getRawData().toByteArray());
    model
        .getGraphBuilder()
        .setInitializer(
            0,
            table.toBuilder()
                .clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                    StringStringEntryProto.newBuilder().setKey("location").setValue("table.bin")));
    return write(file, model);
  }

  /** The model with an Identity of its logits under each further name. */
  static ModelProto.Builder withOutputs(int width, String first, String... further) {
    ModelProto.Builder model = model(model(width).getGraph().getInitializer(0), first, width);
    for (String name : further) {
      model
          .getGraphBuilder()
          .addNode(node("Identity", name, first))
          .addOutput(value(name, ElementType.FLOAT, "batch", width));
    }
    return model;
  }

  private static ModelProto.Builder model(TensorProto table, String output, int width) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("bag of words")
            .addInput(value("input_ids", ElementType.INT64, "batch", "sequence"))
            .addInput(value("attention_mask", ElementType.INT64, "batch", "sequence"))
            .addInitializer(table)
            .addInitializer(Tensor.vector(-1).toProto("last"))
            .addInitializer(Tensor.vector(1).toProto("positions"))
            .addNode(node("Gather", "embedded", "table", "input_ids"))
            .addNode(
                node("Cast", "mask", "attention_mask").toBuilder()
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("to")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(TensorProto.DataType.FLOAT.getNumber()))
                    .build())
            .addNode(node("Unsqueeze", "wide_mask", "mask", "last"))
            .addNode(node("Mul", "kept", "embedded", "wide_mask"))
            .addNode(
                node("ReduceSum", output, "kept", "positions").toBuilder()
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("keepdims")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(0))
                    .build())
            .addOutput(value(output, ElementType.FLOAT, "batch", width));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph);
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  /** A value whose dimensions are numbers or names. */
  static ValueInfoProto value(String name, ElementType type, Object... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dimension : dimensions) {
      if (dimension instanceof Integer size) {
        shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
      } else {
        shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam((String) dimension));
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.onnxNumber()).setShape(shape)))
        .build();
  }
}
