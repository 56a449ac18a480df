package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;

class CheckpointTest {
  private static final Tensor MATRIX = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
  private static final Tensor VECTOR = Tensor.of(new float[] {-1, Float.MIN_VALUE, 0}, 3);

  @TempDir Path folder;

  @Test
  void keepsEverythingAndTheOrderOfTheParameters() throws IOException {
    Map<String, Tensor> trainable = new LinkedHashMap<>();
    trainable.put("z.weight", MATRIX);
    trainable.put("a.bias", VECTOR);
    trainable.put("größe", Tensor.scalar(7f));
    trainable.put("nothing", Tensor.of(new float[0], 0, 3));
    Checkpoint written =
        new Checkpoint(
            trainable,
            Map.of("positions", Tensor.vector(3, 2, 1)),
            Optional.of(
                new OptimizerState(12, 0.5f, Map.of("a.bias", Map.of("momentum0", VECTOR)))),
            new Checkpoint.Properties(
                Map.of("epoch", 3L), Map.of("best", 0.75f), Map.of("seed", "zwölf")));

    CheckpointWriter.write(written, folder.resolve("checkpoint"));
    Checkpoint read = CheckpointReader.read(folder.resolve("checkpoint"));

    assertThat(read).isEqualTo(written);
    assertThat(read.trainable().keySet()).containsExactly("z.weight", "a.bias", "größe", "nothing");
  }

  @Test
  void writesTheSameBytesForTheSameContent() throws IOException {
    Checkpoint checkpoint = Checkpoint.of(Map.of("w", MATRIX));
    CheckpointWriter.write(checkpoint, folder.resolve("first"));
    CheckpointWriter.write(checkpoint, folder.resolve("second"));
    assertThat(folder.resolve("first")).hasSameBinaryContentAs(folder.resolve("second"));
  }

  @Test
  void replacesAFileAndLeavesNothingElseBehind() throws IOException {
    Path file = folder.resolve("checkpoint");
    CheckpointWriter.write(Checkpoint.of(Map.of("w", MATRIX)), file);
    CheckpointWriter.write(Checkpoint.of(Map.of("w", VECTOR)), file);
    assertThat(CheckpointReader.read(file).trainable()).containsEntry("w", VECTOR);
    assertThat(folder).isDirectoryContaining(file::equals);
    assertThat(folder.toFile().list()).containsExactly("checkpoint");
  }

  @Test
  void refusesMoreThanTwoGigabytesBeforeItWrites() {
    int elements = 200_000_000;
    Tensor large =
        Tensor.of(ElementType.INT8, new long[] {elements}, ByteBuffer.allocate(elements));
    Map<String, Tensor> tooMany = new LinkedHashMap<>();
    for (int i = 0; i < 11; i++) {
      tooMany.put("w" + i, large);
    }
    assertThatThrownBy(
            () -> CheckpointWriter.write(Checkpoint.of(tooMany), folder.resolve("checkpoint")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "A checkpoint is limited to 2 GB, but this one would have about 2,200,")
        .hasMessageContaining("11 trainable and 0 frozen parameters");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesAParameterThatIsBothTrainableAndFrozen() {
    assertThatThrownBy(
            () ->
                new Checkpoint(
                    Map.of("w", MATRIX),
                    Map.of("w", MATRIX),
                    Optional.empty(),
                    Checkpoint.Properties.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'w' is both trainable and frozen");
  }

  @Test
  void readsWhatOnnxRuntimesToolsWrite() throws IOException {
    Checkpoint read = CheckpointReader.read(resource("onnxblock/checkpoint"));
    assertThat(read.trainable()).hasSize(41);
    assertThat(read.trainable().get("classifier.weight").dims()).containsExactly(3, 32);
    assertThat(read.frozen()).isEmpty();
    assertThat(read.optimizer()).isEmpty();
  }

  @Test
  void saysThatANominalCheckpointHoldsNoValues() throws IOException {
    Path file = resource("ort_training_api/nominal_checkpoint");
    assertThatThrownBy(() -> CheckpointReader.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is nominal: it holds the parameters' names without their values");
  }

  @Test
  void saysThatAnotherVersionCannotBeRead() throws IOException {
    FlatBufferBuilder out = new FlatBufferBuilder();
    out.startTable(CheckpointSchema.Root.FIELDS);
    out.addInt(CheckpointSchema.Root.VERSION, 3, 0);
    Path file = finish(out, out.endTable());
    assertThatThrownBy(() -> CheckpointReader.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith("has version 3, expected 2");
  }

  @Test
  void saysThatDataInASecondFileIsNotSupported() throws IOException {
    FlatBufferBuilder out = new FlatBufferBuilder();
    out.startTable(CheckpointSchema.ModuleState.FIELDS);
    out.addBoolean(CheckpointSchema.ModuleState.HAS_EXTERNAL_DATA, true, false);
    int module = out.endTable();
    out.startTable(CheckpointSchema.Root.FIELDS);
    out.addInt(CheckpointSchema.Root.VERSION, CheckpointSchema.VERSION, 0);
    out.addOffset(CheckpointSchema.Root.MODULE_STATE, module, 0);
    Path file = finish(out, out.endTable());
    assertThatThrownBy(() -> CheckpointReader.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("keeps its tensors in a second file, which is not supported");
  }

  private Path finish(FlatBufferBuilder out, int root) throws IOException {
    out.finish(root, CheckpointSchema.FILE_IDENTIFIER);
    return Files.write(folder.resolve("handmade"), out.sizedByteArray());
  }

  @Test
  void saysThatAFileIsNoCheckpoint() throws IOException {
    Path file = Files.writeString(folder.resolve("notes.txt"), "This is no checkpoint.");
    assertThatThrownBy(() -> CheckpointReader.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("notes.txt is no ONNX Runtime training checkpoint")
        .hasMessageContaining("ODTC");
    Path empty = Files.createFile(folder.resolve("empty"));
    assertThatThrownBy(() -> CheckpointReader.read(empty)).isInstanceOf(CheckpointException.class);
  }

  @Test
  void saysThatAFileIsTruncatedWhereverItWasCut() throws IOException {
    Path whole = folder.resolve("whole");
    CheckpointWriter.write(Checkpoint.of(Map.of("w", MATRIX, "b", VECTOR)), whole);
    byte[] bytes = Files.readAllBytes(whole);
    for (int length = 8; length < bytes.length; length += 4) {
      Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> CheckpointReader.read(cut))
          .as("%d of %d bytes", length, bytes.length)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("cut is damaged or truncated");
    }
  }

  @Test
  void readsADamagedFileOrSaysSoButNeverFailsOtherwise() throws IOException {
    Path whole = folder.resolve("whole");
    CheckpointWriter.write(Checkpoint.of(Map.of("w", MATRIX, "b", VECTOR)), whole);
    SplittableRandom random = new SplittableRandom(1);
    for (int run = 0; run < 300; run++) {
      byte[] bytes = Files.readAllBytes(whole);
      int position = random.nextInt(bytes.length);
      bytes[position] = (byte) random.nextInt();
      Path damaged = Files.write(folder.resolve("damaged"), bytes);
      try {
        assertThat(CheckpointReader.read(damaged)).isNotNull();
      } catch (CheckpointException e) {
        assertThat(e).hasMessageContaining("damaged");
      }
    }
  }

  private Path resource(String name) throws IOException {
    Path file = folder.resolve(name.replace('/', '_'));
    try (InputStream in = CheckpointTest.class.getResourceAsStream("/training_artifacts/" + name)) {
      Files.copy(in, file);
    }
    return file;
  }
}
