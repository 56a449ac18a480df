package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

/**
 * However a weight gets to the node that reads it, its gradient is PyTorch's: one matrix of a BERT,
 * written in the ways in which exporters write it.
 */
class WeightIdentityTest {
  private static final String WEIGHT = "onnx::MatMul_315";
  private static final int SIZE = 32;

  @TempDir Path folder;

  private final ZooCase zooCase = read("bert_seqcls_ts11");

  private static ZooCase read(String name) {
    try {
      return ZooCase.read(
          Path.of(
              Objects.requireNonNull(WeightIdentityTest.class.getResource("/zoo/" + name))
                  .toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private ModelProto.Builder model() throws IOException {
    return zooCase.model().toProto().toBuilder();
  }

  private Map<String, Tensor> gradients(OnnxModel model) throws Exception {
    DifferentiatedCase student = DifferentiatedCase.of(zooCase, model);
    return new LinkedHashMap<>(student.gradients(student.run()));
  }

  private void assertGolden(Map<String, Tensor> gradients) {
    assertThat(GradientComparison.of(zooCase, gradients).failures()).isEmpty();
  }

  private void assertGolden(ModelProto.Builder model) throws Exception {
    assertGolden(gradients(OnnxModel.of(model.build())));
  }

  /** Lets what read the weight read the output of a node that reads the weight. */
  private static void through(ModelProto.Builder model, NodeProto.Builder node) {
    GraphProto.Builder graph = model.getGraphBuilder();
    for (NodeProto.Builder reader : graph.getNodeBuilderList()) {
      for (int i = 0; i < reader.getInputCount(); i++) {
        if (reader.getInput(i).equals(WEIGHT)) {
          reader.setInput(i, "weight_as_read");
        }
      }
    }
    graph.addNode(0, node.setName("to the weight").addOutput("weight_as_read"));
  }

  private static NodeProto.Builder node(String opType, String... inputs) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(opType);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node;
  }

  private static AttributeProto number(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  private static TensorProto.Builder weight(ModelProto.Builder model) {
    return model.getGraphBuilder().getInitializerBuilderList().stream()
        .filter(initializer -> initializer.getName().equals(WEIGHT))
        .findFirst()
        .orElseThrow();
  }

  private static void replaceWeight(ModelProto.Builder model, Tensor tensor) {
    weight(model).clear().mergeFrom(tensor.toProto(WEIGHT));
  }

  private static Tensor transposed(Tensor square) {
    float[] from = square.toFloats();
    float[] to = new float[from.length];
    for (int i = 0; i < to.length; i++) {
      to[i] = from[i % SIZE * SIZE + i / SIZE];
    }
    return Tensor.of(to, SIZE, SIZE);
  }

  @Test
  void throughAnIdentity() throws Exception {
    ModelProto.Builder model = model();
    through(model, node("Identity", WEIGHT));
    assertGolden(model);
  }

  @Test
  void throughATranspose() throws Exception {
    ModelProto.Builder model = model();
    replaceWeight(model, transposed(Tensor.of(weight(model).build())));
    through(model, node("Transpose", WEIGHT));

    Map<String, Tensor> gradients = gradients(OnnxModel.of(model.build()));
    gradients.compute(WEIGHT, (name, gradient) -> transposed(gradient));
    assertGolden(gradients);
  }

  @Test
  void throughACastFromFloat64() throws Exception {
    ModelProto.Builder model = model();
    replaceWeight(model, Tensor.of(weight(model).build()).cast(ElementType.DOUBLE));
    through(model, node("Cast", WEIGHT).addAttribute(number("to", 1)));

    Map<String, Tensor> gradients = gradients(OnnxModel.of(model.build()));
    assertThat(gradients.get(WEIGHT).elementType()).isEqualTo(ElementType.DOUBLE);
    gradients.compute(WEIGHT, (name, gradient) -> gradient.cast(ElementType.FLOAT));
    assertGolden(gradients);
  }

  @Test
  void throughACastFromHalves() throws Exception {
    ModelProto.Builder rounded = model();
    Tensor halves = Tensor.of(weight(rounded).build()).cast(ElementType.FLOAT16);
    replaceWeight(rounded, halves.cast(ElementType.FLOAT));
    Map<String, Tensor> expected = gradients(OnnxModel.of(rounded.build()));

    ModelProto.Builder model = model();
    replaceWeight(model, halves);
    through(model, node("Cast", WEIGHT).addAttribute(number("to", 1)));
    Map<String, Tensor> gradients = gradients(OnnxModel.of(model.build()));

    assertThat(gradients.get(WEIGHT).toFloats()).isEqualTo(expected.get(WEIGHT).toFloats());
  }

  /** The integers stay, and what is trained is their scale. */
  @Test
  void throughADequantizeLinear() throws Exception {
    float[] weight = Tensor.of(weight(model()).build()).toFloats();
    float scale = 1e-3f;
    ByteBuffer whole = ByteBuffer.allocate(weight.length);
    float[] rounded = new float[weight.length];
    for (int i = 0; i < weight.length; i++) {
      whole.put(i, (byte) Math.round(weight[i] / scale));
      rounded[i] = whole.get(i) * scale;
    }
    ModelProto.Builder unpacked = model();
    replaceWeight(unpacked, Tensor.of(rounded, SIZE, SIZE));
    float[] ofWeight = gradients(OnnxModel.of(unpacked.build())).get(WEIGHT).toFloats();
    double expected = 0;
    for (int i = 0; i < weight.length; i++) {
      expected += ofWeight[i] * whole.get(i);
    }

    ModelProto.Builder model = model();
    replaceWeight(model, Tensor.scalar(scale));
    Tensor integers = Tensor.of(ElementType.INT8, new long[] {SIZE, SIZE}, whole);
    model.getGraphBuilder().addInitializer(integers.toProto("integers"));
    through(model, node("DequantizeLinear", "integers", WEIGHT));

    assertThat(gradients(OnnxModel.of(model.build())).get(WEIGHT).toFloats()[0])
        .isCloseTo((float) expected, withPercentage(1e-2));
  }

  @Test
  void inAnExternalFile() throws Exception {
    ModelProto.Builder model = model();
    TensorProto.Builder weight = weight(model);
    byte[] numbers = Tensor.of(weight.build()).toProto("").getRawData().toByteArray();
    Files.write(folder.resolve("weights.bin"), numbers);
    weight
        .clearRawData()
        .clearFloatData()
        .setDataLocation(DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue("weights.bin"));
    Path file = folder.resolve("model.onnx");
    Files.write(file, model.build().toByteArray());

    assertGolden(gradients(OnnxModel.read(file)));
  }

  @Test
  void readByALocalFunction() throws Exception {
    ModelProto.Builder model = model();
    NodeProto.Builder reader =
        model.getGraphBuilder().getNodeBuilderList().stream()
            .filter(node -> node.getInputList().contains(WEIGHT))
            .findFirst()
            .orElseThrow();
    reader.setDomain("local").setOpType("Linear");
    model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("local").setVersion(1));
    model.addFunctions(
        FunctionProto.newBuilder()
            .setDomain("local")
            .setName("Linear")
            .addInput("states")
            .addInput("weight")
            .addOutput("result")
            .addOpsetImport(model.getOpsetImport(0))
            .addNode(node("MatMul", "states", "weight").addOutput("result")));
    model.setIrVersion(8);

    assertGolden(model);
  }

  @Test
  void whereTheSizesOfInputsAreFixed() throws Exception {
    ModelProto.Builder model = model();
    for (ValueInfoProto.Builder input : model.getGraphBuilder().getInputBuilderList()) {
      Tensor fed = zooCase.inputs().get(input.getName());
      TensorShapeProto.Builder shape =
          input.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().clear();
      for (long size : fed.dims()) {
        shape.addDimBuilder().setDimValue(size);
      }
    }
    model.getGraphBuilder().clearValueInfo();
    assertGolden(model);
  }

  @Test
  void whereTheSizesOfInputsHaveNoNames() throws Exception {
    ModelProto.Builder model = model();
    for (ValueInfoProto.Builder input : model.getGraphBuilder().getInputBuilderList()) {
      input
          .getTypeBuilder()
          .getTensorTypeBuilder()
          .getShapeBuilder()
          .getDimBuilderList()
          .forEach(TensorShapeProto.Dimension.Builder::clear);
    }
    model.getGraphBuilder().clearValueInfo();
    assertGolden(model);
  }

  @Test
  void saysThatAnInputHasNoShape() throws Exception {
    ModelProto.Builder model = model();
    for (ValueInfoProto.Builder input : model.getGraphBuilder().getInputBuilderList()) {
      input.getTypeBuilder().getTensorTypeBuilder().clearShape();
    }
    model.getGraphBuilder().clearValueInfo();

    assertThatThrownBy(() -> gradients(OnnxModel.of(model.build())))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "Input 'input_ids' has no shape, but a gradient depends on the number of its axes; write"
                + " one into the model, whose sizes may be unknown");
  }
}
