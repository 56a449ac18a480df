package org.tribuo.distill.student.internal;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.internal.SharedBytes;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.DistilledModelProto;
import org.tribuo.distill.internal.protos.SealedModelProto;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.protos.core.ModelDataProto;

/**
 * Networks as protobuf messages, and back. A message is sealed with the SHA-256 of its bytes, which
 * is compared before anything is made of them. Weights are shared with the messages, not copied.
 */
public final class StudentNetworkProtos {
  private StudentNetworkProtos() {}

  /** A network with Tribuo's description of its model, sealed. */
  public static Any write(StudentNetwork network, Task<?> task, ModelDataProto metadata) {
    ByteString model =
        DistilledModelProto.newBuilder()
            .setMetadata(metadata)
            .setLogitsOutput(network.output())
            .addAllLabelOrder(network.labelOrder().names())
            .setTask(task.serialize())
            .setReader(network.reader().serialize())
            .build()
            .toByteString()
            .concat(
                SharedBytes.field(
                    DistilledModelProto.ONNX_MODEL_FIELD_NUMBER, network.onnx().toBytes()));
    return sealed(model);
  }

  public static Any sealed(ByteString model) {
    return Any.newBuilder()
        .setTypeUrl(Any.pack(SealedModelProto.getDefaultInstance()).getTypeUrl())
        .setValue(
            SharedBytes.field(SealedModelProto.MODEL_FIELD_NUMBER, model)
                .concat(
                    SharedBytes.field(
                        SealedModelProto.SHA256_FIELD_NUMBER,
                        ByteString.copyFrom(Sha256.digest(model.asReadOnlyByteBufferList())))))
        .build();
  }

  /**
   * Breaks the seal.
   *
   * @throws InvalidProtocolBufferException if the message is of another kind
   * @throws IllegalArgumentException if the seal is missing, or the message was damaged
   */
  public static DistilledModelProto unsealed(Any message) throws InvalidProtocolBufferException {
    if (message.is(DistilledModelProto.class)) {
      throw new IllegalArgumentException(
          "The saved model has no SHA-256, so it is not known whether it is whole: train it again, or"
              + " save it with this version");
    }
    if (!message.is(SealedModelProto.class)) {
      throw new InvalidProtocolBufferException(
          "The message is a '%s', expected a SealedModelProto".formatted(message.getTypeUrl()));
    }
    SealedModelProto sealed = SharedBytes.parse(message.getValue(), SealedModelProto.parser());
    ByteString found =
        ByteString.copyFrom(Sha256.digest(sealed.getModel().asReadOnlyByteBufferList()));
    if (!found.equals(sealed.getSha256())) {
      throw new IllegalArgumentException(
          "The saved model was damaged after it was written: its SHA-256 is %s, and %s was noted; copy it again, or train it again"
              .formatted(
                  Sha256.hex(found.toByteArray()), Sha256.hex(sealed.getSha256().toByteArray())));
    }
    return SharedBytes.parse(sealed.getModel(), DistilledModelProto.parser());
  }

  /**
   * @param task what the network predicts
   * @throws IllegalArgumentException if the message does not hold a whole network
   */
  public static StudentNetwork read(DistilledModelProto proto, Task<?> task) {
    try {
      Head head = task.head(new LabelOrder(proto.getLabelOrderList()));
      return new StudentNetwork(
          Transformer.of(OnnxModel.parse(proto.getOnnxModel())),
          head.outputs(proto.getLogitsOutput()),
          head,
          SavedComponents.read(proto.getReader(), InputReader.class));
    } catch (GraphException e) {
      throw new IllegalArgumentException("The saved model is damaged: " + e.getMessage(), e);
    }
  }
}
