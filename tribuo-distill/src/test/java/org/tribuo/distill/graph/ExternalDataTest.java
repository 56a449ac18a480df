package org.tribuo.distill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tribuo.distill.graph.internal.pass.HandMade.branch;
import static org.tribuo.distill.graph.internal.pass.HandMade.model;
import static org.tribuo.distill.graph.internal.pass.HandMade.node;
import static org.tribuo.distill.graph.internal.pass.HandMade.number;
import static org.tribuo.distill.graph.internal.pass.HandMade.tensor;
import static org.tribuo.distill.graph.internal.pass.HandMade.value;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.internal.ort.GraphRunner;

class ExternalDataTest {
  private static final Tensor X = Tensor.of(new float[] {1, 2, 3}, 3);
  private static final int ELEMENTS = 1024;

  @TempDir Path folder;

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLinkThatLeavesTheFolderIsRefused() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("models"));
    Path secret = writeFloats(folder.resolve("secret.bin"), 10, 20, 30);
    Path model = Files.write(inside.resolve("model.onnx"), timesOutsideWeight().toByteArray());
    Files.createSymbolicLink(inside.resolve("w.bin"), secret);

    assertThatThrownBy(() -> OnnxModel.read(model))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "'%s' looks for the data of initializer 'w' outside its own folder: 'w.bin' is a link to '%s'"
                .formatted(model, secret.toRealPath()));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void modelAndDataMayBothBeLinksIntoOneFolder() throws Exception {
    Path blobs = Files.createDirectory(folder.resolve("blobs"));
    Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
    Files.write(blobs.resolve("b1"), timesOutsideWeight().toByteArray());
    writeFloats(blobs.resolve("b2"), 10, 20, 30);
    Path model = snapshot.resolve("model.onnx");
    Files.createSymbolicLink(model, Path.of("../blobs/b1"));
    Files.createSymbolicLink(snapshot.resolve("w.bin"), Path.of("../blobs/b2"));

    assertThat(y(OnnxModel.read(model))).containsExactly(10, 40, 90);
  }

  @Test
  void dataOfBodiesAndConstantsLiesBesideTheModelToo() throws Exception {
    writeFloats(folder.resolve("w.bin"), 10, 20, 30);
    writeFloats(folder.resolve("c.bin"), 1, 1, 1);
    Path file = folder.resolve("model.onnx");
    Files.write(file, choice().toByteArray());

    OnnxModel read = OnnxModel.read(file);

    assertThat(y(read)).containsExactly(11, 41, 91);
    assertThat(read.externalDataFiles()).containsExactly("c.bin", "w.bin");
    Path copy = Files.createDirectory(folder.resolve("elsewhere")).resolve("copy.onnx");
    read.write(copy);
    assertThat(y(OnnxModel.read(copy))).containsExactly(11, 41, 91);
  }

  @Test
  void whereTheGraphCannotBeWrittenOldGraphAndOldWeightsStay() throws Exception {
    Path file = written(1);
    OnnxModel other = large(2);

    assertThatThrownBy(
            () ->
                ExternalData.write(
                    file,
                    other.proto(),
                    other.initializers(),
                    message ->
                        stream -> {
                          message.writeTo(stream);
                          throw new IOException("No space left on device");
                        }))
        .hasMessage("'%s' cannot be written: No space left on device", file);

    assertThat(OnnxModel.read(file).initializers()).isEqualTo(large(1).initializers());
    assertThat(names()).hasSize(2);
  }

  @Test
  void aKillBetweenWeightsAndGraphLeavesTheOldModel() throws Exception {
    Path file = written(1);
    OnnxModel other = large(2);
    List<Map<String, Tensor>> seenBetween = new java.util.ArrayList<>();

    ExternalData.write(
        file,
        other.proto(),
        other.initializers(),
        message ->
            stream -> {
              seenBetween.add(OnnxModel.read(file).initializers());
              message.writeTo(stream);
            });

    assertThat(seenBetween).containsExactly(large(1).initializers());
    assertThat(OnnxModel.read(file).initializers()).isEqualTo(other.initializers());
  }

  @Test
  void theDataOfTheModelBeforeGoesAndThatOfOthersStays() throws Exception {
    Path file = written(1);
    Files.writeString(folder.resolve("model.onnx.notes.data"), "mine");
    Path neighbour = folder.resolve("other.onnx");
    asExternal(large(3)).write(neighbour);

    asExternal(large(2)).write(file);
    asExternal(large(2)).write(file);

    assertThat(OnnxModel.read(file).initializers()).isEqualTo(large(2).initializers());
    assertThat(OnnxModel.read(neighbour).initializers()).isEqualTo(large(3).initializers());
    assertThat(names())
        .filteredOn(name -> name.matches("model\\.onnx\\.\\p{XDigit}{16}\\.data"))
        .hasSize(1);
    assertThat(folder.resolve("model.onnx.notes.data")).exists();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }

  private Path written(float weight) throws IOException {
    Path file = folder.resolve("model.onnx");
    asExternal(large(weight)).write(file);
    return file;
  }

  private static OnnxModel asExternal(OnnxModel model) {
    return new OnnxModel(model.proto(), model.initializers(), true, GraphOrigin.HERE);
  }

  private static OnnxModel large(float weight) {
    float[] weights = new float[ELEMENTS];
    java.util.Arrays.fill(weights, weight);
    return model(
        value("x", ElementType.FLOAT, ELEMENTS),
        List.of(Tensor.of(weights, ELEMENTS).toProto("w")),
        List.of(),
        node("Mul", List.of("x", "w"), List.of("y")));
  }

  private static float[] y(OnnxModel model) throws Exception {
    return GraphRunner.run(model, Map.of("x", X)).get("y").toFloats();
  }

  /** y = x * w, where w lies in a file. */
  private static ModelProto timesOutsideWeight() {
    ModelProto.Builder model =
        model(
            value("x", ElementType.FLOAT, 3),
            List.of(X.toProto("w")),
            List.of(),
            node("Mul", List.of("x", "w"), List.of("y")))
            .proto()
            .toBuilder();
    model.getGraphBuilder().setInitializer(0, outside("w", "w.bin"));
    return model.build();
  }

  /** y = x * w + c if the largest x is positive, where w and c lie in files. */
  private static ModelProto choice() {
    AttributeProto.Builder then =
        branch("then_branch", "a", node("Mul", List.of("x", "w"), List.of("a"))).toBuilder();
    then.getGBuilder().addInitializer(outside("w", "w.bin"));
    AttributeProto.Builder constant = tensor("value", X).toBuilder().setT(outside("", "c.bin"));
    ModelProto.Builder model =
        model(
            value("x", ElementType.FLOAT, 3),
            List.of(Tensor.scalar(0f).toProto("zero")),
            List.of(),
            node("Neg", List.of("x"), List.of("y")))
            .proto()
            .toBuilder();
    model
        .getGraphBuilder()
        .clearNode()
        .addNode(node("ReduceMax", List.of("x"), List.of("largest"), number("keepdims", 0)))
        .addNode(node("Greater", List.of("largest", "zero"), List.of("positive")))
        .addNode(
            node(
                "If",
                List.of("positive"),
                List.of("chosen"),
                then.build(),
                branch("else_branch", "b", node("Neg", List.of("x"), List.of("b")))))
        .addNode(node("Constant", List.of(), List.of("c"), constant.build()))
        .addNode(node("Add", List.of("chosen", "c"), List.of("y")));
    return model.build();
  }

  private static TensorProto outside(String name, String file) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(ElementType.FLOAT.onnxNumber())
        .addDims(3)
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(file))
        .build();
  }

  private static Path writeFloats(Path file, float... values) throws IOException {
    byte[] bytes = new byte[values.length * Float.BYTES];
    Tensor.of(values, values.length).data().get(bytes);
    return Files.write(file, bytes);
  }
}
