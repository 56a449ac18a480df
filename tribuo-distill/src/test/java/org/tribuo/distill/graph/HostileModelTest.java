package org.tribuo.distill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tribuo.distill.graph.internal.pass.HandMade.branch;
import static org.tribuo.distill.graph.internal.pass.HandMade.function;
import static org.tribuo.distill.graph.internal.pass.HandMade.node;
import static org.tribuo.distill.graph.internal.pass.HandMade.nodeOf;
import static org.tribuo.distill.graph.internal.pass.HandMade.number;
import static org.tribuo.distill.graph.internal.pass.HandMade.tensor;
import static org.tribuo.distill.graph.internal.pass.HandMade.value;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.internal.component.OnnxMetadata;

/** Files that are wrong on purpose are refused by name, in little time and memory. */
class HostileModelTest {
  private static final TensorProto W =
      TensorProto.newBuilder()
          .setName("w")
          .setDataType(TensorProto.DataType.FLOAT.getNumber())
          .build();

  @TempDir Path folder;

  @Test
  void aLargeTensorWithoutDataIsRefusedBeforeMemoryIsAllocated() throws IOException {
    assertThatReading(withInitializer(W.toBuilder().addDims(500_000_000)))
        .hasMessageEndingWith(
            "Tensor 'w' FLOAT[500000000] holds 0 bytes of data, expected 2,000,000,000");
  }

  @Test
  void rawDataOfAnotherSizeIsNamed() throws IOException {
    assertThatReading(
            withInitializer(
                W.toBuilder()
                    .addDims(3)
                    .setRawData(com.google.protobuf.ByteString.copyFrom(new byte[5]))))
        .hasMessageEndingWith("Tensor 'w' FLOAT[3] holds 5 bytes of data, expected 12");
  }

  @Test
  void tooManyNumbersAreNamed() throws IOException {
    assertThatReading(withInitializer(W.toBuilder().addDims(1).addFloatData(1).addFloatData(2)))
        .hasMessageEndingWith("Tensor 'w' FLOAT[1] holds 8 bytes of data, expected 4");
  }

  @Test
  void negativeDimensionsAreRefusedEvenWhereTheirProductIsNot() throws IOException {
    assertThatReading(
            withInitializer(
                W.toBuilder().addDims(-2).addDims(-2).addAllFloatData(List.of(1f, 2f, 3f, 4f))))
        .hasMessageEndingWith(
            "Tensor 'w': A tensor cannot have the dimensions [-2, -2]: one is negative");
  }

  @Test
  void elementsThatOverflowAreNamed() throws IOException {
    assertThatReading(withInitializer(W.toBuilder().addDims(1L << 32).addDims(1L << 32)))
        .hasMessageEndingWith(
            "Tensor 'w': A tensor cannot have the dimensions [4294967296, 4294967296]: it would"
                + " have too many elements");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 27, 255, Integer.MAX_VALUE})
  void anElementTypeThatIsNoneIsRefusedEvenIfNobodyReadsTheTensor(int type) throws IOException {
    ModelProto.Builder model =
        model(List.of(), node("Neg", List.of("x"), List.of("y"))).toBuilder();
    model.getGraphBuilder().addInitializer(W.toBuilder().setDataType(type));
    assertThatReading(model.build())
        .hasMessageEndingWith(
            "Tensor 'w' has the element type " + type + ", expected one of ONNX's, 1 to 26");
  }

  @Test
  void twoInputsOfOneNameAreRefused() throws IOException {
    ModelProto.Builder model =
        model(List.of(), node("Neg", List.of("x"), List.of("y"))).toBuilder();
    model.getGraphBuilder().addInput(value("x", ElementType.FLOAT, 2, 3));
    Path file = write(model.build());
    OnnxModel read = OnnxModel.read(file);
    assertThatThrownBy(() -> Graph.of(read))
        .isInstanceOf(GraphException.class)
        .hasMessage("'%s': The graph has two inputs 'x'", file);
  }

  @Test
  void anEmptyTensorMayHaveAnyOtherDimensions() {
    assertThat(TensorSizes.elements(new long[] {1L << 40, 0, 7})).isZero();
  }

  @Test
  void aTensorInANodeIsNamedWithIt() throws IOException {
    NodeProto constant =
        node("Constant", List.of(), List.of("c"), tensor("value", Tensor.of(new float[4], 4)));
    AttributeProto.Builder attribute = constant.getAttribute(0).toBuilder();
    attribute.getTBuilder().setDims(0, 5);
    NodeProto broken = constant.toBuilder().setAttribute(0, attribute).build();
    NodeProto sum = node("Add", List.of("x", "c"), List.of("y"));
    assertThatReading(model(List.of(), broken, sum))
        .hasMessageEndingWith(
            "Constant 'Constant of [c]': Tensor '' FLOAT[5] holds 16 bytes of data, expected 20");
    assertThatReading(
            model(
                List.of(),
                node(
                    "If",
                    List.of("x"),
                    List.of("y"),
                    branch("then_branch", "c", broken),
                    branch("else_branch", "c", broken))))
        .hasMessageContaining("If 'If of [y]': Constant 'Constant of [c]': Tensor ''");
  }

  @Test
  void aSparseTensorIsAsLargeAsItsDimensions() throws IOException {
    ModelProto.Builder model =
        model(List.of(), node("Neg", List.of("x"), List.of("y"))).toBuilder();
    model
        .getGraphBuilder()
        .addSparseInitializer(
            SparseTensorProto.newBuilder()
                .setValues(W.toBuilder().setName("s").addDims(1).addFloatData(1))
                .setIndices(Tensor.vector(0).toProto("i"))
                .addDims(1L << 40));
    assertThatReading(model.build())
        .hasMessageEndingWith(
            "Sparse tensor 's' [1099511627776] has 1,099,511,627,776 elements, expected at most"
                + " 2,147,483,647");
  }

  @ParameterizedTest
  @CsvSource({
    "offset, x, expected a number of bytes",
    "offset, -4, expected a number of bytes",
    "offset, 9223372036854775807, needs 8 bytes",
    "length, 99999999999999999999, expected a number of bytes",
    "length, -8, expected a number of bytes",
    "length, 4, needs 8 bytes",
    "location, '', there is no such file"
  })
  void externalDataOfABadPlace(String key, String text, String told) throws IOException {
    assertThatReading(withExternalData(key, text))
        .hasMessageContaining("nitializer 'w'")
        .hasMessageContaining(told);
  }

  @Test
  void externalDataInAFileThatCannotBe() throws IOException {
    assertThatReading(withExternalData("location", "a\0b"))
        .hasMessageContaining("Initializer 'w' looks for its data at 'a\0b'");
  }

  @Test
  void functionsThatCallThemselves() throws IOException {
    FunctionProto one = calling("One", "Two");
    FunctionProto two = calling("Two", "One");
    assertThatReading(model(List.of(one, two), nodeOf("local", "One", List.of("x"), List.of("y"))))
        .hasMessageEndingWith(
            "Function 'local::One' calls itself, or one that does: written out it never ends");
  }

  @Test
  void functionsThatCallThemselvesInABranch() throws IOException {
    FunctionProto one =
        function(
            "One",
            List.of("a"),
            List.of("b"),
            List.of(),
            node(
                "If",
                List.of("a"),
                List.of("b"),
                branch("then_branch", "t", nodeOf("local", "One", List.of("a"), List.of("t"))),
                branch("else_branch", "e", node("Neg", List.of("a"), List.of("e")))));
    assertThatReading(model(List.of(one), nodeOf("local", "One", List.of("x"), List.of("y"))))
        .hasMessageContaining("Function 'local::One' calls itself");
  }

  @Test
  void functionsThatDoubleWithEveryOne() throws IOException {
    List<FunctionProto> functions = new ArrayList<>();
    functions.add(
        function(
            "F0", List.of("a"), List.of("b"), List.of(), node("Neg", List.of("a"), List.of("b"))));
    for (int i = 1; i < 70; i++) {
      functions.add(
          function(
              "F" + i,
              List.of("a"),
              List.of("b"),
              List.of(),
              nodeOf("local", "F" + (i - 1), List.of("a"), List.of("c")),
              nodeOf("local", "F" + (i - 1), List.of("c"), List.of("b"))));
    }
    assertThatReading(model(functions, nodeOf("local", "F69", List.of("x"), List.of("y"))))
        .hasMessageEndingWith(
            "The graph, its functions written out, has more than 20,000 nodes, expected at most"
                + " that many");
  }

  @Test
  void moreNodesThanAnybodyExports() throws IOException {
    List<NodeProto> chain = new ArrayList<>();
    for (int i = 0; i <= 20_000; i++) {
      chain.add(node("Neg", List.of(i == 0 ? "x" : "v" + i), List.of("v" + (i + 1))));
    }
    chain.add(node("Exp", List.of("v20001"), List.of("y")));
    assertThatReading(model(List.of(), chain.toArray(NodeProto[]::new)))
        .hasMessageContaining("has more than 20,000 nodes");
  }

  @Test
  void branchesThatLieInEachOtherDeeperThanShapesCanBeInferred() throws IOException {
    NodeProto branches = node("Neg", List.of("x"), List.of("y"));
    for (int i = 0; i < 9; i++) {
      branches =
          node(
              "If",
              List.of("x"),
              List.of("y"),
              branch("then_branch", "y", branches),
              branch("else_branch", "e", node("Exp", List.of("x"), List.of("e"))));
    }
    assertThatReading(model(List.of(), branches))
        .hasMessageContaining("nests bodies of nodes more than 8 deep, expected");
  }

  @Test
  void functionsThatCallEachOtherInALongChain() throws IOException {
    List<FunctionProto> functions = new ArrayList<>();
    for (int i = 0; i <= 3_000; i++) {
      NodeProto body =
          i == 0
              ? node("Neg", List.of("a"), List.of("b"))
              : nodeOf("local", "F" + (i - 1), List.of("a"), List.of("b"));
      functions.add(function("F" + i, List.of("a"), List.of("b"), List.of(), body));
    }
    assertThatReading(model(functions, nodeOf("local", "F3000", List.of("x"), List.of("y"))))
        .hasMessageContaining("has functions that call each other more than 100 deep, expected");
  }

  @Test
  void twoFunctionsOfOneNameAreRefused() throws IOException {
    FunctionProto one =
        function(
            "One", List.of("a"), List.of("b"), List.of(), node("Neg", List.of("a"), List.of("b")));
    FunctionProto other = one.toBuilder().setOverload("other").build();
    assertThatReading(
            model(List.of(one, other), nodeOf("local", "One", List.of("x"), List.of("y"))))
        .hasMessageEndingWith(
            "Function 'local::One' is there twice, expected once: overloads are not supported");
  }

  @ParameterizedTest
  @CsvSource({"STRING, 8", "UINT64, 13", "FLOAT8E4M3FN, 17", "INT4, 22"})
  void aLargeTensorOfAnotherElementTypeWithoutData(String name, int type) throws IOException {
    assertThatReading(withInitializer(W.toBuilder().setDataType(type).addDims(500_000_000)))
        .hasMessageEndingWith(
            "Tensor 'w' " + name + "[500000000] holds data for fewer elements: 0 numbers or bytes");
  }

  @Test
  void externalDataOfASparseTensorIsNotLookedUpInTheWorkingDirectory() throws IOException {
    ModelProto.Builder model =
        model(List.of(), node("Neg", List.of("x"), List.of("y"))).toBuilder();
    model
        .getGraphBuilder()
        .addSparseInitializer(
            SparseTensorProto.newBuilder().addDims(4).setValues(outside(W.toBuilder().addDims(1))));
    assertThatReading(model.build())
        .hasMessageEndingWith(
            "Sparse tensor 'w' has external data, expected its data in the model's file");
  }

  @Test
  void externalDataOfAnotherElementTypeIsNotLookedUpInTheWorkingDirectory() throws IOException {
    assertThatReading(withInitializer(outside(W.toBuilder().setDataType(13).addDims(1))))
        .hasMessageContaining(
            "Initializer 'w' has external data of the element type UINT64, expected one of [FLOAT");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 27, 14})
  void aTypeThatAValueCannotHaveIsNotPassedOver(int type) throws IOException {
    ModelProto.Builder model =
        model(
            List.of(),
            node("Neg", List.of("x"), List.of("h")),
            node("Exp", List.of("h"), List.of("y")))
            .toBuilder();
    model
        .getGraphBuilder()
        .addValueInfoBuilder()
        .setName("h")
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setElemType(type);
    assertThatNormalizing(model.build()).hasMessageContaining("ONNX Runtime refuses the graph");
  }

  private static TensorProto.Builder outside(TensorProto.Builder tensor) {
    tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL);
    tensor.addExternalDataBuilder().setKey("location").setValue("pom.xml");
    return tensor;
  }

  @Test
  void aFunctionWithFewerOutputsThanItsCall() throws IOException {
    FunctionProto one =
        function(
            "One", List.of("a"), List.of("b"), List.of(), node("Neg", List.of("a"), List.of("b")));
    assertThatNormalizing(
            model(List.of(one), nodeOf("local", "One", List.of("x"), List.of("y", "z"))))
        .hasMessageContaining("has more outputs than function 'local::One', which has [b]");
  }

  @Test
  void aCallInABranchIsWrittenOutToo() throws IOException {
    FunctionProto one =
        function(
            "One", List.of("a"), List.of("b"), List.of(), node("Neg", List.of("a"), List.of("b")));
    ModelProto model =
        model(
            List.of(one),
            node("ReduceMax", List.of("x"), List.of("most"), number("keepdims", 0)),
            node("Cast", List.of("most"), List.of("any"), number("to", 9)),
            node(
                "If",
                List.of("any"),
                List.of("y"),
                branch("then_branch", "t", nodeOf("local", "One", List.of("x"), List.of("t"))),
                branch("else_branch", "e", node("Exp", List.of("x"), List.of("e")))));
    Graph graph = Graph.of(OnnxModel.of(model));
    Normalization.apply(graph);
    assertThat(graph.toModel().proto().toString()).contains("\"Neg\"").doesNotContain("\"One\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Identity", "Neg"})
  void aLongChainOfNodesNeedsNoStack(String operator) throws IOException {
    int nodes = 3_000;
    List<NodeProto> chain = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      chain.add(node(operator, List.of(i == 0 ? "x" : "v" + i), List.of("v" + (i + 1))));
    }
    chain.add(node("Exp", List.of("v" + nodes), List.of("y")));
    Graph graph = Graph.of(OnnxModel.of(model(List.of(), chain.toArray(NodeProto[]::new))));
    Normalization.apply(graph);
    assertThat(graph.nodes()).hasSize(operator.equals("Identity") ? 1 : nodes + 1);
  }

  @Test
  void aConstantBehindAHundredThousandIdentities() {
    Graph graph = Graph.empty(18);
    graph.setInitializer("v0", Tensor.scalar(3f));
    for (int i = 0; i < 100_000; i++) {
      graph.add(
          Node.ONNX,
          "Identity",
          Attributes.NONE,
          List.of("v" + i),
          java.util.Map.of("v" + (i + 1), TensorType.of(ElementType.FLOAT)));
    }
    assertThat(graph.constant("v100000")).contains(Tensor.scalar(3f));
  }

  @Test
  void anEmptyPermutationIsRefusedWithItsNode() throws IOException {
    AttributeProto empty =
        AttributeProto.newBuilder()
            .setName("perm")
            .setType(AttributeProto.AttributeType.INTS)
            .build();
    assertThatNormalizing(model(List.of(), node("Transpose", List.of("x"), List.of("y"), empty)))
        .hasMessageContaining("Transpose 'Transpose of [y]'")
        .hasMessageContaining("perm has 0 axes of 2");
  }

  @Test
  void twoAttributesOfOneNameAreRefused() throws IOException {
    NodeProto sum =
        node("ReduceSum", List.of("x"), List.of("y"), number("keepdims", 1), number("keepdims", 0));
    Path file = write(model(List.of(), sum));
    OnnxModel model = OnnxModel.read(file);
    assertThatThrownBy(() -> Graph.of(model))
        .isInstanceOf(GraphException.class)
        .hasMessage("'%s': ReduceSum 'ReduceSum of [y]' has two attributes of one name", file);
  }

  @Test
  void whatOnnxRuntimeRefusesIsToldWithTheFile() throws IOException {
    assertThatNormalizing(model(List.of(), node("Nothing", List.of("x"), List.of("y"))))
        .hasMessageContaining("ONNX Runtime refuses the graph");
  }

  @Test
  void aValueThatNobodyMakesIsToldWithTheFile() throws IOException {
    Path file = write(model(List.of(), node("Neg", List.of("z"), List.of("y"))));
    OnnxModel model = OnnxModel.read(file);
    assertThatThrownBy(() -> Graph.of(model))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("'" + file + "': ")
        .hasMessageContaining("reads value 'z'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[null]", "[\"a\", 1]", "{}", "[", ""})
  void labelOrdersThatAreNone(String json) throws IOException {
    Path file =
        write(
            model(List.of(), node("Neg", List.of("x"), List.of("y"))).toBuilder()
                .addMetadataProps(
                    StringStringEntryProto.newBuilder()
                        .setKey(OnnxMetadata.LABEL_ORDER)
                        .setValue(json))
                .build());
    OnnxModel model = OnnxModel.read(file);
    assertThatThrownBy(() -> OnnxMetadata.labelOrder(model))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "'%s': The metadata 'TRIBUO_LABEL_ORDER' is '%s', expected a JSON array of strings"
                .formatted(file, json));
  }

  private static FunctionProto calling(String name, String other) {
    return function(
        name,
        List.of("a"),
        List.of("b"),
        List.of(),
        nodeOf("local", other, List.of("a"), List.of("b")));
  }

  private static ModelProto model(List<FunctionProto> functions, NodeProto... nodes) {
    return ModelProto.newBuilder()
        .setIrVersion(10)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(18))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("local").setVersion(1))
        .addAllFunctions(functions)
        .setGraph(
            GraphProto.newBuilder()
                .setName("graph")
                .addInput(value("x", ElementType.FLOAT, 2, 3))
                .addAllNode(List.of(nodes))
                .addOutput(value("y", ElementType.FLOAT, 2, 3)))
        .build();
  }

  private static ModelProto withInitializer(TensorProto.Builder tensor) {
    ModelProto.Builder model =
        model(List.of(), node("Add", List.of("x", "w"), List.of("y"))).toBuilder();
    model.getGraphBuilder().addInitializer(tensor);
    return model.build();
  }

  private ModelProto withExternalData(String key, String text) throws IOException {
    Files.write(folder.resolve("w.bin"), new byte[8]);
    TensorProto.Builder tensor =
        W.toBuilder().addDims(2).setDataLocation(TensorProto.DataLocation.EXTERNAL);
    tensor.addExternalData(StringStringEntryProto.newBuilder().setKey(key).setValue(text));
    if (!key.equals("location")) {
      tensor.addExternalData(
          StringStringEntryProto.newBuilder().setKey("location").setValue("w.bin"));
    }
    return withInitializer(tensor);
  }

  private Path write(ModelProto model) throws IOException {
    return Files.write(folder.resolve("model.onnx"), model.toByteArray());
  }

  private AbstractThrowableAssert<?, ?> assertThatReading(ModelProto model) throws IOException {
    Path file = write(model);
    return assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining(file.toString());
  }

  private AbstractThrowableAssert<?, ?> assertThatNormalizing(ModelProto model) throws IOException {
    Path file = write(model);
    OnnxModel read = OnnxModel.read(file);
    Graph graph = Graph.of(read);
    return assertThatThrownBy(() -> Normalization.apply(graph))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("'" + file + "'");
  }
}
