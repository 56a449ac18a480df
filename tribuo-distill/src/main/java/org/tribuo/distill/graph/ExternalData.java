package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Initializers whose data lies in files beside the model's own. */
final class ExternalData {
  /** A message ends at 2 GB; the rest of the graph gets 64 MB of that. */
  static final long LARGEST_MESSAGE = Integer.MAX_VALUE - (64L << 20);

  static final ExternalData NOWHERE = new ExternalData(null);

  private static final int ALIGNMENT = 4096;

  private final @Nullable Path modelFile;

  private ExternalData(@Nullable Path modelFile) {
    this.modelFile = modelFile;
  }

  static ExternalData beside(Path modelFile) {
    return new ExternalData(modelFile);
  }

  static Path fileFor(Path modelFile) {
    return modelFile.resolveSibling(modelFile.getFileName() + ".data");
  }

  static String location(TensorProto tensor) {
    return entry(tensor, "location")
        .orElseThrow(
            () ->
                new GraphException(
                    "Initializer '%s' has external data without a location"
                        .formatted(tensor.getName())));
  }

  /** Maps the data of one initializer. */
  Tensor read(TensorProto tensor) throws IOException {
    if (modelFile == null) {
      throw new GraphException(
          "The data of initializer '%s' lies in file '%s': read the model from its file"
              .formatted(tensor.getName(), location(tensor)));
    }
    Path folder = modelFile.toAbsolutePath().normalize().resolveSibling("");
    Path file = resolved(folder, tensor);
    if (!file.startsWith(folder)) {
      throw new GraphException(
          "'%s' looks for the data of initializer '%s' outside its own folder, at '%s'"
              .formatted(modelFile, tensor.getName(), location(tensor)));
    }
    if (!Files.isRegularFile(file)) {
      throw new GraphException(
          "The data of initializer '%s' of '%s' should be in '%s', and there is no such file"
              .formatted(tensor.getName(), modelFile, file));
    }
    ElementType type = ElementType.ofOnnx(tensor.getDataType());
    long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    long expected = Tensor.bytes(type, dims);
    long offset = number(tensor, "offset", 0);
    long length = number(tensor, "length", expected);
    try (FileChannel channel = FileChannel.open(file)) {
      if (length != expected || offset > channel.size() - length) {
        throw new GraphException(
            "Initializer '%s' of '%s' needs %,d bytes, but the model says %,d at offset %,d and '%s' has %,d bytes"
                .formatted(
                    tensor.getName(), modelFile, expected, length, offset, file, channel.size()));
      }
      if (length > Integer.MAX_VALUE) {
        throw new GraphException(
            "Initializer '%s' of '%s' has %,d bytes: one tensor ends at 2 GB"
                .formatted(tensor.getName(), modelFile, length));
      }
      return Tensor.of(type, dims, channel.map(FileChannel.MapMode.READ_ONLY, offset, length));
    }
  }

  private static Path resolved(Path folder, TensorProto tensor) {
    try {
      return folder.resolve(location(tensor)).normalize();
    } catch (InvalidPathException e) {
      throw new GraphException(
          "Initializer '%s' looks for its data at '%s', which is no name of a file"
              .formatted(tensor.getName(), location(tensor)),
          e);
    }
  }

  private static long number(TensorProto tensor, String key, long otherwise) {
    String text = entry(tensor, key).orElse(Long.toString(otherwise));
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a negative number is.
    }
    throw new GraphException(
        "The external data of initializer '%s' has the %s '%s', expected a number of bytes"
            .formatted(tensor.getName(), key, text));
  }

  /** Writes the data of all initializers and says of each where it went. */
  static List<TensorProto> write(
      ModelProto model, Map<String, Tensor> initializers, Path data, WritableByteChannel channel)
      throws IOException {
    List<TensorProto> moved = new ArrayList<>();
    long offset = 0;
    for (TensorProto old : model.getGraph().getInitializerList()) {
      Tensor tensor = initializers.get(old.getName());
      if (tensor == null || tensor.elements() * tensor.elementType().bytes() < 1024) {
        moved.add(
            tensor == null
                ? old
                : withoutData(old).setRawData(ByteString.copyFrom(tensor.data())).build());
        continue;
      }
      int padding = (int) ((ALIGNMENT - offset % ALIGNMENT) % ALIGNMENT);
      writeFully(channel, ByteBuffer.allocate(padding));
      offset += padding;
      ByteBuffer bytes = tensor.data();
      int length = bytes.remaining();
      writeFully(channel, bytes);
      moved.add(
          withoutData(old)
              .setDataLocation(TensorProto.DataLocation.EXTERNAL)
              .addExternalData(entry("location", data.getFileName().toString()))
              .addExternalData(entry("offset", Long.toString(offset)))
              .addExternalData(entry("length", Long.toString(length)))
              .build());
      offset += length;
    }
    return moved;
  }

  /** What a message says of a tensor beside its numbers. */
  static TensorProto.Builder withoutData(TensorProto tensor) {
    return tensor.toBuilder()
        .clearRawData()
        .clearFloatData()
        .clearDoubleData()
        .clearInt32Data()
        .clearInt64Data()
        .clearUint64Data()
        .clearExternalData()
        .clearDataLocation();
  }

  private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static Optional<String> entry(TensorProto tensor, String key) {
    return tensor.getExternalDataList().stream()
        .filter(e -> e.getKey().equals(key))
        .map(StringStringEntryProto::getValue)
        .findFirst();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
