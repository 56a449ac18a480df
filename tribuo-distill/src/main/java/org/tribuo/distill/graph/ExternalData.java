package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.graph.internal.SharedBytes;

/** Initializers whose data lies in files beside the model's own. */
final class ExternalData {
  /** A message is limited to 2 GB; the rest of the graph gets 64 MB of that. */
  static final long LARGEST_MESSAGE = Integer.MAX_VALUE - (64L << 20);

  private static final int ALIGNMENT = 4096;

  /** Smaller tensors stay in the message. */
  private static final int LEAST_BYTES = 1024;

  /** How much of a file's digest its name has, in hexadecimal digits. */
  private static final int DIGITS = 16;

  private final @Nullable Path modelFile;
  private final Set<String> files = new TreeSet<>();

  private ExternalData(@Nullable Path modelFile) {
    this.modelFile = modelFile;
  }

  static ExternalData beside(Path modelFile) {
    return new ExternalData(modelFile);
  }

  /** For a model whose data is all inside. */
  static ExternalData nowhere() {
    return new ExternalData(null);
  }

  /** The names of the files from which data was read, sorted. */
  Set<String> files() {
    return Collections.unmodifiableSet(files);
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
    checkInside(file, tensor);
    files.add(location(tensor));
    ElementType type = ElementType.ofOnnx(tensor.getDataType());
    long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    long expected = TensorSizes.bytes(type, dims);
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
            "Initializer '%s' of '%s' has %,d bytes: a tensor is limited to 2 GB"
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
          "Initializer '%s' looks for its data at '%s', which is not the name of a file"
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

  /**
   * A link may not lead out of the model's folder. Where the model is a link itself, as in the
   * cache of Hugging Face, its data may lie beside what that leads to.
   */
  private void checkInside(Path file, TensorProto tensor) throws IOException {
    Path model = Objects.requireNonNull(modelFile).toAbsolutePath();
    Path real = file.toRealPath();
    if (!real.startsWith(model.resolveSibling("").toRealPath())
        && !real.startsWith(model.toRealPath().resolveSibling(""))) {
      throw new GraphException(
          "'%s' looks for the data of initializer '%s' outside its own folder: '%s' is a link to '%s'"
              .formatted(modelFile, tensor.getName(), location(tensor), real));
    }
  }

  /**
   * Writes a model whose larger initializers lie in a second file: that one first, under a name of
   * its own that its content gives it; then the model, which takes the place of an older one; then
   * goes what an older one had.
   *
   * @param content how the message is written
   * @throws IOException if one of the two cannot be written; an older model is then as it was
   */
  static void write(
      Path file,
      ModelProto model,
      Map<String, Tensor> initializers,
      Function<ModelProto, AtomicFile.StreamContent> content)
      throws IOException {
    List<Tensor> outside =
        model.getGraph().getInitializerList().stream()
            .filter(tensor -> goesOutside(tensor, initializers))
            .map(tensor -> initializers.get(tensor.getName()))
            .toList();
    Path data = dataFile(file, outside);
    boolean isNew = !Files.exists(data);
    ModelProto message = pointingAt(data, model, initializers);
    AtomicFile.write(data, channel -> write(outside, channel));
    try {
      AtomicFile.writeStream(file, content.apply(message));
    } catch (IOException | RuntimeException e) {
      if (isNew) {
        Files.deleteIfExists(data);
      }
      throw e;
    }
    removeOlder(file, data);
  }

  private static boolean goesOutside(TensorProto header, Map<String, Tensor> initializers) {
    Tensor tensor = initializers.get(header.getName());
    return tensor != null && tensor.data().remaining() >= LEAST_BYTES;
  }

  private static Path dataFile(Path file, List<Tensor> content) {
    String digest = Sha256.hex(Sha256.digest(content.stream().map(Tensor::data)::iterator));
    String name = digest.substring(0, DIGITS);
    return file.resolveSibling("%s.%s.data".formatted(file.getFileName(), name));
  }

  /** The message without the numbers that lie in a file, which it names instead. */
  private static ModelProto pointingAt(
      Path data, ModelProto model, Map<String, Tensor> initializers) {
    GraphProto.Builder graph = model.getGraph().toBuilder().clearInitializer();
    long offset = 0;
    for (TensorProto old : model.getGraph().getInitializerList()) {
      Tensor tensor = initializers.get(old.getName());
      if (tensor == null) {
        graph.addInitializer(old);
      } else if (goesOutside(old, initializers)) {
        int length = tensor.data().remaining();
        offset += padding(offset);
        graph.addInitializer(
            withoutData(old)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", data.getFileName().toString()))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Long.toString(length))));
        offset += length;
      } else {
        graph.addInitializer(withoutData(old).setRawData(SharedBytes.of(tensor)));
      }
    }
    return model.toBuilder().setGraph(graph).build();
  }

  private static void write(List<Tensor> tensors, WritableByteChannel channel) throws IOException {
    long offset = 0;
    for (Tensor tensor : tensors) {
      ByteBuffer padding = ByteBuffer.allocate(padding(offset));
      ByteBuffer bytes = tensor.data();
      offset += padding.remaining() + bytes.remaining();
      writeFully(channel, padding);
      writeFully(channel, bytes);
    }
  }

  private static int padding(long offset) {
    return (int) ((ALIGNMENT - offset % ALIGNMENT) % ALIGNMENT);
  }

  private static void removeOlder(Path file, Path data) throws IOException {
    Pattern written =
        Pattern.compile(
            "%s\\.\\p{XDigit}{%s}\\.data"
                .formatted(Pattern.quote(file.getFileName().toString()), DIGITS));
    try (DirectoryStream<Path> older =
        Files.newDirectoryStream(
            file.toAbsolutePath().resolveSibling(""),
            other ->
                written.matcher(other.getFileName().toString()).matches()
                    && !other.getFileName().equals(data.getFileName()))) {
      for (Path other : older) {
        remove(other);
      }
    }
  }

  private static void remove(Path older) {
    try {
      Files.deleteIfExists(older);
    } catch (IOException e) {
      // Windows keeps a file that is still being read: left for the next time.
    }
  }

  /** What a message holds of a tensor beside its numbers. */
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
