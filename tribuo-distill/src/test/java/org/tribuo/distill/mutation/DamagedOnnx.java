package org.tribuo.distill.mutation;

import static org.tribuo.distill.graph.internal.pass.HandMade.branch;
import static org.tribuo.distill.graph.internal.pass.HandMade.function;
import static org.tribuo.distill.graph.internal.pass.HandMade.given;
import static org.tribuo.distill.graph.internal.pass.HandMade.node;
import static org.tribuo.distill.graph.internal.pass.HandMade.nodeOf;
import static org.tribuo.distill.graph.internal.pass.HandMade.number;
import static org.tribuo.distill.graph.internal.pass.HandMade.tensor;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.LoadedModel;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.internal.Teacher;
import org.tribuo.distill.teacher.internal.TeacherBatch;
import org.tribuo.distill.teacher.internal.TeacherSettings;

/**
 * A classifier in ONNX, read as a student and run as a teacher: mostly a small one with functions,
 * branches and external data, sometimes an export.
 */
final class DamagedOnnx implements DamagedInput {
  private static final int WIDTH = 4;
  private static final String DATA = "table.bin";

  private static final ModelProto SMALL = small();
  private static final byte[] TABLE = numbers(20, WIDTH).getRawData().toByteArray();

  /** Exports of several tools; one is fused by ONNX Runtime. */
  private static final List<String> EXPORTS =
      List.of(
          "bert_seqcls_ts11",
          "bert_seqcls_ort_fused",
          "bert_seqcls_dynamo",
          "distilbert_seqcls_optimum",
          "mpnet_seqcls_optimum");

  private final List<ModelProto> exports = new ArrayList<>();
  private final boolean fields;

  /**
   * @param fields whether fields are damaged, or else bytes
   */
  DamagedOnnx(boolean fields) {
    this.fields = fields;
    try {
      for (String export : EXPORTS) {
        exports.add(ModelProto.parseFrom(Resources.bytes("/zoo/%s/model.onnx".formatted(export))));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void write(Path folder, SplittableRandom random) throws IOException {
    ModelProto whole =
        random.nextInt(10) == 0 ? exports.get(random.nextInt(exports.size())) : SMALL;
    Files.write(folder.resolve(DATA), TABLE);
    Files.write(
        folder.resolve("model.onnx"),
        fields
            ? FieldDamage.damaged(whole.toBuilder(), random).build().toByteArray()
            : ByteDamage.damaged(whole.toByteArray(), random));
  }

  @Override
  public void use(Path folder) throws Exception {
    Path file = folder.resolve("model.onnx");
    OnnxModel model = OnnxModel.read(file);
    OnnxMetadata.labelOrder(model);
    Graph normalized = Graph.of(model);
    Normalization.applyForTraining(normalized);
    Path copy = folder.resolve("copy.onnx");
    model.write(copy);
    OnnxModel.read(copy);
    try (Teacher teacher =
        Teacher.open(
            TeacherSettings.of(file, new LabelOrder(List.of("a", "b", "c")))
                .withDevice(Device.cpu(1)))) {
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      teacher.inputs().forEach((name, type) -> inputs.put(name, ones(type)));
      teacher.logits(new TeacherBatch(new int[] {0, 1}, new int[] {1, 1}, inputs));
      assertSame(GraphRunner.run(normalized, inputs), asItIs(file, inputs));
    }
  }

  /** What ONNX Runtime computes with the file, without this library. */
  private static Map<String, Tensor> asItIs(Path file, Map<String, Tensor> inputs) {
    LoadedModel model = Engines.inference().load(file, Device.cpu(1));
    try {
      return model.run(inputs, model.outputs());
    } finally {
      model.close();
    }
  }

  private static void assertSame(Map<String, Tensor> ours, Map<String, Tensor> expected) {
    expected.forEach(
        (name, tensor) -> {
          float[] values = ours.get(name).toFloats();
          float[] right = tensor.toFloats();
          for (int i = 0; i < right.length; i++) {
            if (!(Math.abs(values[i] - right[i]) <= 1e-3 * Math.max(1, Math.abs(right[i])))) {
              throw new AssertionError(
                  "%s[%d] is %s, ONNX Runtime has %s".formatted(name, i, values[i], right[i]));
            }
          }
        });
  }

  private static Tensor ones(TensorType type) {
    List<Dimension> dimensions = type.shape().map(Shape::dimensions).orElse(List.of());
    long[] dims =
        dimensions.stream()
            .mapToLong(
                d -> d instanceof Dimension.Fixed fixed && fixed.size() < 9 ? fixed.size() : 2)
            .toArray();
    int elements = 1;
    for (long dim : dims) {
      elements *= (int) dim;
    }
    ByteBuffer bytes = ByteBuffer.allocate(elements * type.elementType().bytes());
    for (int i = 0; i < bytes.capacity(); i += type.elementType().bytes()) {
      bytes.put(i, (byte) (type.elementType().isFloat() ? 0 : 1));
    }
    return Tensor.of(type.elementType(), dims, bytes);
  }

  private static ModelProto small() {
    return ModelProto.newBuilder()
        .setIrVersion(10)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(18))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("local").setVersion(1))
        .addMetadataProps(
            StringStringEntryProto.newBuilder()
                .setKey(OnnxMetadata.LABEL_ORDER)
                .setValue("[\"a\",\"b\",\"c\"]"))
        .addFunctions(
            function(
                "Linear",
                List.of("input", "weight"),
                List.of("result"),
                List.of(number("axis", -1)),
                node("MatMul", List.of("input", "weight"), List.of("product")),
                node(
                    "Softmax",
                    List.of("product"),
                    List.of("result"),
                    given("axis", AttributeType.INT, "axis"))))
        .addFunctions(
            function(
                "Twice",
                List.of("input", "weight"),
                List.of("result"),
                List.of(),
                nodeOf("local", "Linear", List.of("input", "weight"), List.of("once")),
                nodeOf("local", "Linear", List.of("once", "weight"), List.of("result"))))
        .setGraph(
            GraphProto.newBuilder()
                .setName("graph")
                .addInput(value("input_ids", ElementType.INT64, "batch", "positions"))
                .addInput(value("attention_mask", ElementType.INT64, "batch", "positions"))
                .addInitializer(
                    numbers(20, WIDTH).toBuilder()
                        .clearRawData()
                        .setName("table")
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(entry("location", DATA))
                        .addExternalData(entry("offset", "0"))
                        .addExternalData(entry("length", "320")))
                .addInitializer(numbers(WIDTH, WIDTH).toBuilder().setName("square"))
                .addInitializer(numbers(WIDTH, 3).toBuilder().setName("head"))
                .addInitializer(
                    TensorProto.newBuilder()
                        .setName("bias")
                        .setDataType(TensorProto.DataType.FLOAT_VALUE)
                        .addDims(3)
                        .addAllFloatData(List.of(1f, 2f, 3f)))
                .addInitializer(Tensor.vector(-1).toProto("last"))
                .addInitializer(Tensor.vector(1).toProto("positions"))
                .addInitializer(Tensor.vector(0, -1, WIDTH).toProto("sizes"))
                .addNode(node("Gather", List.of("table", "input_ids"), List.of("embedded")))
                .addNode(node("Cast", List.of("attention_mask"), List.of("mask"), number("to", 1)))
                .addNode(node("Unsqueeze", List.of("mask", "last"), List.of("wide_mask")))
                .addNode(node("Mul", List.of("embedded", "wide_mask"), List.of("kept")))
                .addNode(
                    node("Transpose", List.of("kept"), List.of("turned"), numbers("perm", 0, 2, 1)))
                .addNode(
                    node("Transpose", List.of("turned"), List.of("back"), numbers("perm", 0, 2, 1)))
                .addNode(node("Reshape", List.of("back", "sizes"), List.of("shaped")))
                .addNode(
                    node(
                        "Constant",
                        List.of(),
                        List.of("scale"),
                        tensor("value", Tensor.of(new float[] {1, 1, 1, 1}, WIDTH))))
                .addNode(
                    node(
                        "LayerNormalization",
                        List.of("shaped", "scale"),
                        List.of("normal"),
                        number("axis", -1)))
                .addNode(nodeOf("local", "Twice", List.of("normal", "square"), List.of("mixed")))
                .addNode(
                    node(
                        "ReduceSum",
                        List.of("mixed", "positions"),
                        List.of("pooled"),
                        number("keepdims", 0)))
                .addNode(node("ReduceMax", List.of("mask"), List.of("most"), number("keepdims", 0)))
                .addNode(node("Cast", List.of("most"), List.of("any"), number("to", 9)))
                .addNode(
                    node(
                        "If",
                        List.of("any"),
                        List.of("chosen"),
                        branch("then_branch", "p", node("Tanh", List.of("pooled"), List.of("p"))),
                        branch("else_branch", "n", node("Neg", List.of("pooled"), List.of("n")))))
                .addNode(node("Gemm", List.of("chosen", "head", "bias"), List.of("logits")))
                .addOutput(value("logits", ElementType.FLOAT, "batch", 3)))
        .build();
  }

  private static TensorProto numbers(int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 7 % 11 - 5) / 8f;
    }
    return Tensor.of(values, rows, columns).toProto("");
  }

  private static AttributeProto numbers(String name, long... values) {
    AttributeProto.Builder proto =
        AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
    for (long value : values) {
      proto.addInts(value);
    }
    return proto.build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static ValueInfoProto value(String name, ElementType type, Object... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dimension : dimensions) {
      if (dimension instanceof Integer size) {
        shape.addDimBuilder().setDimValue(size);
      } else {
        shape.addDimBuilder().setDimParam((String) dimension);
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
