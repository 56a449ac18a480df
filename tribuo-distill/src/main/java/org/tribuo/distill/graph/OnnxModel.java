package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.graph.internal.GraphWork;
import org.tribuo.distill.graph.internal.SharedBytes;

/**
 * An ONNX model as its file holds it, with every initializer at hand, wherever its data lies.
 * Fields that this library does not know are kept. Immutable.
 */
public final class OnnxModel {
  /** The newest version of ONNX's own operators that this library reads. */
  public static final long NEWEST_OPSET = 24;

  /** The oldest version of ONNX's own operators that this library reads. */
  public static final long OLDEST_OPSET = 7;

  private final ModelProto proto;
  private final Map<String, Tensor> initializers;
  private final boolean external;
  private final Set<String> externalFiles;
  private final GraphOrigin origin;

  OnnxModel(
      ModelProto proto, Map<String, Tensor> initializers, boolean external, GraphOrigin origin) {
    this(proto, initializers, external, Set.of(), origin);
  }

  private OnnxModel(
      ModelProto proto,
      Map<String, Tensor> initializers,
      boolean external,
      Set<String> externalFiles,
      GraphOrigin origin) {
    this.proto = proto;
    this.initializers = initializers;
    this.external = external;
    this.externalFiles = externalFiles;
    this.origin = origin;
  }

  /**
   * Reads a model and the external data that it names. Files are mapped, not loaded: the weights
   * take no room among Java's objects, and the files must not change while the model is in use.
   * Another file may take their place.
   *
   * @throws GraphException if the file is not a complete ONNX model of a known opset, if a tensor's
   *     data does not fit its dimensions, if functions call themselves or become more than 20,000
   *     nodes, if external data is missing or has another size, or if ONNX Runtime would end the
   *     process at a node
   * @throws IOException if a file cannot be read
   */
  public static OnnxModel read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new java.nio.file.NoSuchFileException(
          file.toString(), null, "There is no ONNX file there");
    }
    GraphOrigin origin = GraphOrigin.of(file.toString());
    GraphWork work = GraphWork.started(GraphWork.Kind.READ, origin.file());
    try {
      ModelProto proto = SharedBytes.parse(SharedBytes.map(file), ModelProto.parser());
      return of(proto, origin, ExternalData.beside(file));
    } catch (InvalidProtocolBufferException e) {
      throw new GraphException(
          "'%s' is not an ONNX file, or was cut off (%d bytes): %s"
              .formatted(file, Files.size(file), e.getMessage()),
          e);
    } finally {
      work.commit();
    }
  }

  /**
   * Reads a model from the bytes of a message whose data is all inside. The weights are views of
   * these bytes, not copies.
   *
   * @throws GraphException as {@link #read}
   */
  public static OnnxModel parse(ByteString bytes) {
    try {
      return of(SharedBytes.parse(bytes, ModelProto.parser()));
    } catch (InvalidProtocolBufferException e) {
      throw new GraphException("The bytes are not an ONNX model: %s".formatted(e.getMessage()), e);
    }
  }

  /**
   * The model in a serialized message whose data is all inside.
   *
   * @throws GraphException as {@link #read}
   */
  public static OnnxModel of(ModelProto proto) {
    try {
      return of(proto, GraphOrigin.HERE, ExternalData.nowhere());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static OnnxModel of(ModelProto proto, GraphOrigin origin, ExternalData externalData)
      throws IOException {
    try {
      return checked(proto, origin, externalData);
    } catch (GraphException e) {
      throw origin.file().map(e::in).orElse(e);
    }
  }

  private static OnnxModel checked(ModelProto read, GraphOrigin origin, ExternalData externalData)
      throws IOException {
    String what = origin.file().orElse("The model");
    checkStructure(read, what);
    FunctionSizes.check(read);
    TensorSizes.check(read);
    FatalNodes.refuse(read, what);
    ModelProto proto = new DataOfNodes(externalData).broughtInto(read);
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    boolean external = false;
    for (TensorProto tensor : proto.getGraph().getInitializerList()) {
      boolean outside = TensorSizes.isOutside(tensor);
      external |= outside;
      if (outside && !ElementType.isKnown(tensor.getDataType())) {
        throw new GraphException(
            "Initializer '%s' has external data of the element type %s, expected one of %s"
                .formatted(
                    tensor.getName(),
                    TensorProto.DataType.forNumber(tensor.getDataType()),
                    List.of(ElementType.values())));
      }
      if (ElementType.isKnown(tensor.getDataType())) {
        initializers.put(tensor.getName(), outside ? externalData.read(tensor) : Tensor.of(tensor));
      }
    }
    return new OnnxModel(proto, initializers, external, externalData.files(), origin);
  }

  /** The initializers of a node's body whose data the message holds. */
  static Map<String, Tensor> initializers(GraphProto body) {
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    for (TensorProto tensor : body.getInitializerList()) {
      if (!TensorSizes.isOutside(tensor) && ElementType.isKnown(tensor.getDataType())) {
        initializers.put(tensor.getName(), Tensor.of(tensor));
      }
    }
    return initializers;
  }

  private static void checkStructure(ModelProto proto, String what) {
    if (!proto.hasGraph() || proto.getIrVersion() == 0 || proto.getOpsetImportCount() == 0) {
      throw new GraphException(
          "'%s' is not an ONNX model: it has no %s"
              .formatted(
                  what,
                  !proto.hasGraph()
                      ? "graph"
                      : proto.getIrVersion() == 0 ? "IR version" : "opset import"));
    }
    GraphProto graph = proto.getGraph();
    if (graph.getNodeCount() == 0 || graph.getOutputCount() == 0) {
      throw new GraphException(
          "'%s' has %d nodes and %d outputs: there is nothing to compute"
              .formatted(what, graph.getNodeCount(), graph.getOutputCount()));
    }
    proto
        .getOpsetImportList()
        .forEach(
            opset -> {
              boolean ours = opset.getDomain().isEmpty() || opset.getDomain().equals("ai.onnx");
              if (ours
                  && (opset.getVersion() < OLDEST_OPSET || opset.getVersion() > NEWEST_OPSET)) {
                throw new GraphException(
                    "'%s' has opset %d, expected one from %d to %d: export it again with such an opset"
                        .formatted(what, opset.getVersion(), OLDEST_OPSET, NEWEST_OPSET));
              }
            });
  }

  /** The message as the file holds it; initializers with external data name where it lies. */
  public ModelProto proto() {
    return proto;
  }

  /**
   * The initializers of a known element type by name, in the order of the file. Those with external
   * data are mapped from it.
   */
  public Map<String, Tensor> initializers() {
    return java.util.Collections.unmodifiableMap(initializers);
  }

  /** Where it came from. */
  GraphOrigin origin() {
    return origin;
  }

  /**
   * Does something with the message of this model.
   *
   * @throws GraphException that names the model's file, if the action throws one
   */
  public <R> R named(Supplier<R> action) {
    return origin.named(action);
  }

  /** Whether some initializer's data lay outside the file. */
  public boolean hasExternalData() {
    return external;
  }

  /**
   * The names of the files from which external data was read, those of nodes' bodies and constants
   * among them, relative to the model's file, sorted.
   */
  public Set<String> externalDataFiles() {
    return externalFiles;
  }

  /** The model's metadata by key. */
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    proto.getMetadataPropsList().forEach(e -> metadata.put(e.getKey(), e.getValue()));
    return metadata;
  }

  /**
   * The same model with other numbers in some initializers. Element types stay those of the file:
   * float32 values are rounded where the file has float16.
   *
   * @throws GraphException if there is no such initializer, or its dimensions differ
   */
  public OnnxModel withInitializers(Map<String, Tensor> values) {
    Map<String, Tensor> changed = new LinkedHashMap<>(initializers);
    values.forEach(
        (name, value) -> {
          Tensor old = initializers.get(name);
          if (old == null) {
            throw new GraphException("The model has no initializer '%s'".formatted(name));
          }
          if (!java.util.Arrays.equals(old.dims(), value.dims())) {
            throw new GraphException(
                "Initializer '%s' is %s, expected the shape of %s".formatted(name, value, old));
          }
          changed.put(name, value.cast(old.elementType()));
        });
    return new OnnxModel(proto, changed, external, externalFiles, origin);
  }

  /** The same model with some metadata added or replaced. */
  public OnnxModel withMetadata(Map<String, String> entries) {
    Map<String, String> merged = new LinkedHashMap<>(metadata());
    merged.putAll(entries);
    ModelProto.Builder builder = proto.toBuilder().clearMetadataProps();
    merged.forEach(
        (key, value) ->
            builder.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return new OnnxModel(builder.build(), initializers, external, externalFiles, origin);
  }

  /** The numbers in its weights: initializers of floats, or of integers of 8 bits. */
  public long parameters() {
    return initializers().values().stream()
        .filter(
            weight ->
                weight.elementType().isFloat()
                    || weight.elementType() == ElementType.INT8
                    || weight.elementType() == ElementType.UINT8)
        .mapToLong(Tensor::elements)
        .sum();
  }

  /** Bytes of all initializers. */
  public long bytesOfInitializers() {
    return initializers.values().stream()
        .mapToLong(t -> t.elements() * t.elementType().bytes())
        .sum();
  }

  /**
   * The model as one message with all data inside, as an in-memory session reads it. It shares the
   * memory of the weights.
   *
   * @throws GraphException if that is larger than 2 GB
   */
  public ModelProto toProto() {
    if (bytesOfInitializers() > ExternalData.LARGEST_MESSAGE) {
      throw new GraphException(
          "The weights have %,d bytes: a single message is limited to 2 GB; write a file instead"
              .formatted(bytesOfInitializers()));
    }
    return withTensors(
        tensor ->
            initializers.containsKey(tensor.getName())
                ? inline(tensor, initializers.get(tensor.getName()))
                : tensor);
  }

  /**
   * The same model, whose file has all data inside.
   *
   * @throws GraphException as {@link #toProto}
   */
  public OnnxModel inOneFile() {
    return external ? of(toProto()) : this;
  }

  /**
   * The bytes of {@link #toProto}. They share the memory of the weights too.
   *
   * @throws GraphException as {@link #toProto}
   */
  public ByteString toBytes() {
    return SharedBytes.of(toProto());
  }

  /**
   * Writes the model, whole or not at all. Data goes into a second file {@code NAME.DIGEST.data}
   * beside it where it lay outside before or would not fit into one message. That file is named
   * after its content and is there before the first file takes its place, so a reader finds the old
   * weights or the new ones, also after a kill.
   *
   * @throws IOException if the folder cannot be written to; a model that was there before is kept
   */
  public void write(Path file) throws IOException {
    write(file, message -> message::writeTo);
  }

  /**
   * Writes two models that belong together. If one of them cannot be written, what was there before
   * is kept of both; only a kill between their two last steps leaves an old one and a new one.
   *
   * @param file of this model
   * @param other the other model
   * @param otherFile another file than that of this model
   * @throws IOException as {@link #write(Path)}
   */
  public void write(Path file, OnnxModel other, Path otherFile) throws IOException {
    write(
        file,
        message ->
            stream -> {
              message.writeTo(stream);
              stream.flush();
              other.write(otherFile);
            });
  }

  private void write(Path file, Function<ModelProto, AtomicFile.StreamContent> content)
      throws IOException {
    if (external || bytesOfInitializers() > ExternalData.LARGEST_MESSAGE) {
      ExternalData.write(file, proto, initializers, content);
    } else {
      AtomicFile.writeStream(file, content.apply(toProto()));
    }
  }

  private ModelProto withTensors(java.util.function.UnaryOperator<TensorProto> change) {
    GraphProto.Builder graph = proto.getGraph().toBuilder();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      graph.setInitializer(i, change.apply(graph.getInitializer(i)));
    }
    return proto.toBuilder().setGraph(graph).build();
  }

  /** Keeps what the message holds beside the data: documentation, unknown fields. */
  private static TensorProto inline(TensorProto header, Tensor tensor) {
    return ExternalData.withoutData(header).setRawData(SharedBytes.of(tensor)).build();
  }
}
