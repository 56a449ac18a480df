package org.tribuo.distill;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.InvalidProtocolBufferException;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.TokenFeatures;
import org.tribuo.distill.protos.DistilledModelProto;
import org.tribuo.protos.core.ModelDataProto;

/** Networks as protobuf messages, and back. */
final class StudentNetworkProtos {
  private StudentNetworkProtos() {}

  static DistilledModelProto write(StudentNetwork network, ModelDataProto metadata) {
    return DistilledModelProto.newBuilder()
        .setMetadata(metadata)
        .setOnnxModel(network.onnx().toProto().toByteString())
        .setLogitsOutput(network.logits())
        .addAllLabelOrder(network.labelOrder())
        .setPositions(network.tokens().positions())
        .setVocabulary(network.tokens().vocabulary())
        .setPadId(network.padId())
        .build();
  }

  /**
   * @throws IllegalArgumentException if the message does not hold a whole network
   */
  static StudentNetwork read(DistilledModelProto proto) throws InvalidProtocolBufferException {
    try {
      return new StudentNetwork(
          OnnxModel.of(OnnxMl.ModelProto.parseFrom(proto.getOnnxModel())),
          proto.getLogitsOutput(),
          proto.getLabelOrderList(),
          new TokenFeatures(proto.getPositions(), proto.getVocabulary()),
          proto.getPadId());
    } catch (GraphException e) {
      throw new IllegalArgumentException("The saved model is damaged: " + e.getMessage(), e);
    }
  }
}
