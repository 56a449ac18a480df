package org.tribuo.distill.graph.internal;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;

/**
 * Messages and their bytes without copies of what is long in them: weights stay where they are, in
 * a mapped file as a rule, and take no room among Java's objects.
 */
public final class SharedBytes {
  private SharedBytes() {}

  /**
   * The bytes of a file, mapped. The file must not change while they are in use; another file may
   * take its place.
   *
   * @throws GraphException if it has 2 GB or more
   * @throws IOException if it cannot be read
   */
  public static ByteString map(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new GraphException(
            "'%s' has %,d bytes: a single message is limited to 2 GB; keep the weights in a file of external data"
                .formatted(file, channel.size()));
      }
      return UnsafeByteOperations.unsafeWrap(
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
    }
  }

  /**
   * A message whose fields of type bytes are views of the bytes that it is read from.
   *
   * @throws InvalidProtocolBufferException if the bytes are no such message
   */
  public static <M> M parse(ByteString bytes, Parser<M> parser)
      throws InvalidProtocolBufferException {
    CodedInputStream input = bytes.newCodedInput();
    input.enableAliasing(true);
    M message = parser.parseFrom(input);
    input.checkLastTagWas(0);
    return message;
  }

  /**
   * A field of a message as its file holds it.
   *
   * @param number the number of the field, which is of type bytes or a message
   */
  public static ByteString field(int number, ByteString value) {
    ByteString.Output header = ByteString.newOutput();
    CodedOutputStream coded = CodedOutputStream.newInstance(header);
    try {
      coded.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      coded.writeUInt32NoTag(value.size());
      coded.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return header.toByteString().concat(value);
  }

  /** The elements of a tensor. */
  public static ByteString of(Tensor tensor) {
    return UnsafeByteOperations.unsafeWrap(tensor.data());
  }

  /** The bytes of a model; they share the memory of its initializers' raw data. */
  public static ByteString of(ModelProto model) {
    GraphProto graph = model.getGraph();
    ByteString body = graph.toBuilder().clearInitializer().build().toByteString();
    for (TensorProto initializer : graph.getInitializerList()) {
      body = body.concat(field(GraphProto.INITIALIZER_FIELD_NUMBER, of(initializer)));
    }
    return model.toBuilder()
        .clearGraph()
        .build()
        .toByteString()
        .concat(field(ModelProto.GRAPH_FIELD_NUMBER, body));
  }

  private static ByteString of(TensorProto tensor) {
    ByteString header = tensor.toBuilder().clearRawData().build().toByteString();
    return tensor.hasRawData()
        ? header.concat(field(TensorProto.RAW_DATA_FIELD_NUMBER, tensor.getRawData()))
        : header;
  }
}
