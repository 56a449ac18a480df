package org.tribuo.distill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelTest {
  private static final String WORDS = "bert.embeddings.word_embeddings.weight";

  @TempDir Path folder;

  private static OnnxModel bert() throws IOException {
    return OnnxModel.read(Path.of("src/test/resources/zoo/bert_seqcls_ts11/model.onnx"));
  }

  /** The tiny BERT with its largest table in a file of its own. */
  private Path withExternalTable() throws IOException {
    ModelProto.Builder model = bert().proto().toBuilder();
    for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getName().equals(WORDS)) {
        byte[] data = tensor.getRawData().toByteArray();
        Files.write(folder.resolve("words.bin"), data);
        tensor
            .clearRawData()
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", "words.bin"))
            .addExternalData(entry("offset", "0"))
            .addExternalData(entry("length", Integer.toString(data.length)));
      }
    }
    Path file = folder.resolve("model.onnx");
    Files.write(file, model.build().toByteArray());
    return file;
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  @Test
  void aFileThatIsNotThereIsAnError() {
    assertThatThrownBy(() -> OnnxModel.read(folder.resolve("none.onnx")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("none.onnx")
        .hasMessageContaining("no ONNX file");
  }

  @Test
  void aFileThatIsNotOnnxIsAnError() throws IOException {
    Path file = folder.resolve("text.onnx");
    Files.writeString(file, "These are not the bytes of a model.");
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("text.onnx' is not an ONNX");
  }

  @Test
  void aFileThatWasCutOffIsAnError() throws IOException {
    byte[] whole = bert().toProto().toByteArray();
    Path file = folder.resolve("cut.onnx");
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("cut.onnx' is not an ONNX file, or was cut off");
  }

  @Test
  void anEmptyFileIsAnError() throws IOException {
    Path file = Files.createFile(folder.resolve("empty.onnx"));
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("is not an ONNX model: it has no graph");
  }

  @Test
  void anUnknownOpsetIsAnErrorThatNamesTheKnownOnes() throws IOException {
    ModelProto.Builder model = bert().toProto().toBuilder();
    model.getOpsetImportBuilder(0).setVersion(99);
    Path file = folder.resolve("future.onnx");
    Files.write(file, model.build().toByteArray());
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("has opset 99, expected one from 7 to ");
  }

  @Test
  void externalDataIsReadWhereItLies() throws IOException {
    OnnxModel model = OnnxModel.read(withExternalTable());
    assertThat(model.initializers()).isEqualTo(bert().initializers());
    assertThat(model.externalDataFiles()).containsExactly("words.bin");
  }

  @Test
  void missingExternalDataIsNamed() throws IOException {
    Path file = withExternalTable();
    Files.delete(folder.resolve("words.bin"));
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("The data of initializer '" + WORDS + "'")
        .hasMessageContaining("words.bin', and there is no such file");
  }

  @Test
  void externalDataOfTheWrongSizeIsNamed() throws IOException {
    Path file = withExternalTable();
    Files.write(folder.resolve("words.bin"), new byte[100]);
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("Initializer '" + WORDS + "'")
        .hasMessageContaining("needs 12,928 bytes")
        .hasMessageContaining("has 100 bytes");
  }

  @Test
  void externalDataOutsideTheFolderIsRefused() throws IOException {
    ModelProto.Builder model = OnnxModel.read(withExternalTable()).proto().toBuilder();
    for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getName().equals(WORDS)) {
        tensor.setExternalData(0, entry("location", "../secret.bin"));
      }
    }
    Path file = folder.resolve("escaping.onnx");
    Files.write(file, model.build().toByteArray());
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("outside its own folder, at '../secret.bin'");
  }

  @Test
  void aModelWithExternalDataIsWrittenWithExternalData() throws IOException {
    OnnxModel model = OnnxModel.read(withExternalTable());
    Path copy = folder.resolve("copy.onnx");
    model.write(copy);
    OnnxModel read = OnnxModel.read(copy);
    assertThat(read.initializers()).isEqualTo(model.initializers());
    assertThat(read.externalDataFiles())
        .singleElement()
        .asString()
        .matches("copy\\.onnx\\.\\p{XDigit}{16}\\.data");
    String data = read.externalDataFiles().iterator().next();
    assertThat(Files.size(copy)).isLessThan(Files.size(folder.resolve(data)));
  }

  @Test
  void weightsAreViewsOfTheFileAndOfTheBytes() throws IOException {
    OnnxModel model = bert();
    OnnxModel throughBytes = OnnxModel.parse(model.toBytes());

    assertThat(model.initializers().get(WORDS).data().isDirect()).isTrue();
    assertThat(throughBytes.proto()).isEqualTo(model.proto());
    assertThat(model.toProto().getGraph().getInitializerList())
        .filteredOn(TensorProto::hasRawData)
        .allMatch(tensor -> tensor.getRawData().asReadOnlyByteBuffer().isDirect());
  }

  @Test
  void otherNumbersChangeNothingElse() throws IOException {
    OnnxModel model = bert();
    Tensor zeros =
        Tensor.of(ElementType.FLOAT, new long[] {101, 32}, ByteBuffer.allocate(101 * 32 * 4));
    OnnxModel changed = model.withInitializers(Map.of(WORDS, zeros));
    assertThat(changed.initializers().get(WORDS)).isEqualTo(zeros);
    Path file = folder.resolve("changed.onnx");
    changed.write(file);
    OnnxModel read = OnnxModel.read(file);
    assertThat(read.withInitializers(Map.of(WORDS, model.initializers().get(WORDS))).toProto())
        .isEqualTo(model.toProto());
  }

  @Test
  void numbersOfAnotherShapeOrNameAreRefused() throws IOException {
    OnnxModel model = bert();
    assertThatThrownBy(() -> model.withInitializers(Map.of(WORDS, Tensor.of(new float[3], 3))))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("Initializer '" + WORDS + "' is FLOAT[3], expected the shape of")
        .hasMessageContaining("[101, 32]");
    assertThatThrownBy(() -> model.withInitializers(Map.of("w", Tensor.of(new float[3], 3))))
        .isInstanceOf(GraphException.class)
        .hasMessage("The model has no initializer 'w'");
  }

  @Test
  void float16StaysFloat16() throws IOException {
    ModelProto.Builder proto = bert().toProto().toBuilder();
    for (TensorProto.Builder tensor : proto.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getName().equals(WORDS)) {
        tensor.mergeFrom(
            Tensor.of(tensor.build()).cast(ElementType.FLOAT16).toProto(WORDS).toBuilder()
                .clearDims()
                .build());
      }
    }
    OnnxModel model = OnnxModel.of(proto.build());
    float[] numbers = new float[101 * 32];
    java.util.Arrays.fill(numbers, 0.1f);
    Tensor written =
        model
            .withInitializers(Map.of(WORDS, Tensor.of(numbers, 101, 32)))
            .initializers()
            .get(WORDS);
    assertThat(written.elementType()).isEqualTo(ElementType.FLOAT16);
    assertThat(written.toFloats()[0]).isEqualTo(0.099975586f);
  }

  @Test
  void unknownFieldsAreKept() throws IOException {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(4000, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
            .build();
    ModelProto.Builder proto = bert().toProto().toBuilder().setUnknownFields(unknown);
    proto.getGraphBuilder().getNodeBuilder(0).setUnknownFields(unknown);
    OnnxModel model = OnnxModel.of(proto.build());
    assertThat(model.toProto().getUnknownFields()).isEqualTo(unknown);
    ModelProto throughGraph = Graph.of(model).toModel().toProto();
    assertThat(throughGraph.getUnknownFields()).isEqualTo(unknown);
    assertThat(throughGraph.getGraph().getNodeList())
        .anyMatch(node -> node.getUnknownFields().equals(unknown));
  }

  @Test
  void metadataIsAddedAndReplaced() throws IOException {
    OnnxModel model =
        bert().withMetadata(Map.of("author", "a")).withMetadata(Map.of("author", "b"));
    assertThat(model.metadata()).containsEntry("author", "b");
  }
}
