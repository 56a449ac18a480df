package org.tribuo.distill.engine.internal.ort;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * The models that change the weights after a training step.
 *
 * <p>ONNX Runtime hands its optimizer all parameters as one sequence, in an order that differs from
 * session to session, and accepts one optimizer node. So what holds for all parameters alike is
 * done there, and what holds for some, weight decay, in a model of its own that has them by name.
 */
final class OptimizerGraph {
  static final String LEARNING_RATE = "learning_rate";

  private static final List<String> SEQUENCES =
      List.of("params", "gradients", "first_order_moments", "second_order_moments");

  private OptimizerGraph() {}

  /** One AdamW step for all parameters, with the inputs that ONNX Runtime prescribes. */
  static OnnxModel adamW(AdamW rule) {
    NodeProto node =
        NodeProto.newBuilder()
            .setName("AdamW")
            .setDomain(Node.MICROSOFT)
            .setOpType("AdamWOptimizer")
            .addInput(LEARNING_RATE)
            .addInput("step")
            .addAllInput(SEQUENCES)
            .addOutput("updated")
            .addAllAttribute(
                Attributes.NONE
                    .with("alpha", rule.beta1())
                    .with("beta", rule.beta2())
                    .with("epsilon", rule.epsilon())
                    .with("weight_decay", rule.weightDecay())
                    .with("adam_mode", 0L)
                    .with("correct_bias", 1L)
                    .toProtos())
            .build();
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("optimizer")
            .addInput(vectorOfOne(LEARNING_RATE, ElementType.FLOAT))
            .addInput(vectorOfOne("step", ElementType.INT64))
            .addNode(node)
            .addOutput(vectorOfOne("updated", ElementType.BOOL));
    SEQUENCES.forEach(name -> graph.addInput(sequence(name)));
    return OnnxModel.of(
        ModelProto.newBuilder()
            .setIrVersion(10)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(Ops.OPSET))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(Node.MICROSOFT).setVersion(1))
            .setGraph(graph)
            .build());
  }

  /**
   * Shrinks some parameters by the factor 1 - learning rate · weight decay.
   *
   * @param parameters all parameters, in the order of the training graph's inputs
   */
  static OnnxModel weightDecay(
      Map<String, TensorType> parameters, Set<String> decayed, float weightDecay) {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput(LEARNING_RATE, TensorType.of(ElementType.FLOAT, 1));
    parameters.forEach(graph::addInput);
    Ops op = Ops.on(graph);
    Value part = op.mul(graph.value(LEARNING_RATE), weightDecay);
    List<Value> values = decayed.stream().map(graph::value).toList();
    InPlaceShrinking.addTo(op, part, values, "weights_decayed");
    return graph.toModel();
  }

  private static ValueInfoProto vectorOfOne(String name, ElementType type) {
    TensorShapeProto shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(1))
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor(type).setShape(shape)))
        .build();
  }

  private static ValueInfoProto sequence(String name) {
    TypeProto element = TypeProto.newBuilder().setTensorType(tensor(ElementType.FLOAT)).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(element)))
        .build();
  }

  private static TypeProto.Tensor.Builder tensor(ElementType type) {
    return TypeProto.Tensor.newBuilder().setElemType(type.onnxNumber());
  }
}
