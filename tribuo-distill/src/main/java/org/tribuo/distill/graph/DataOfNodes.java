package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tribuo.distill.graph.internal.SharedBytes;

/**
 * Brings the external data of tensors that nodes hold into the message: constants, and initializers
 * of bodies. ONNX Runtime would look for it in the working directory.
 *
 * @param external where the data lies
 */
record DataOfNodes(ExternalData external) {
  /**
   * The change of a message, which gives back the message itself where nothing is to be changed.
   */
  @FunctionalInterface
  private interface Change<M> {
    M of(M message) throws IOException;
  }

  /** The model; initializers of its own graph stay as they are. */
  ModelProto broughtInto(ModelProto model) throws IOException {
    GraphProto graph = withNodes(model.getGraph());
    List<FunctionProto> functions = each(model.getFunctionsList(), this::function);
    return graph == model.getGraph() && functions == model.getFunctionsList()
        ? model
        : model.toBuilder().setGraph(graph).clearFunctions().addAllFunctions(functions).build();
  }

  private GraphProto withNodes(GraphProto graph) throws IOException {
    List<NodeProto> nodes = each(graph.getNodeList(), this::node);
    return nodes == graph.getNodeList()
        ? graph
        : graph.toBuilder().clearNode().addAllNode(nodes).build();
  }

  private GraphProto body(GraphProto graph) throws IOException {
    GraphProto body = withNodes(graph);
    List<TensorProto> initializers = each(body.getInitializerList(), this::tensor);
    return initializers == body.getInitializerList()
        ? body
        : body.toBuilder().clearInitializer().addAllInitializer(initializers).build();
  }

  private FunctionProto function(FunctionProto function) throws IOException {
    List<NodeProto> nodes = each(function.getNodeList(), this::node);
    return nodes == function.getNodeList()
        ? function
        : function.toBuilder().clearNode().addAllNode(nodes).build();
  }

  private NodeProto node(NodeProto node) throws IOException {
    List<AttributeProto> attributes = each(node.getAttributeList(), this::attribute);
    return attributes == node.getAttributeList()
        ? node
        : node.toBuilder().clearAttribute().addAllAttribute(attributes).build();
  }

  private AttributeProto attribute(AttributeProto attribute) throws IOException {
    TensorProto tensor = attribute.hasT() ? tensor(attribute.getT()) : attribute.getT();
    GraphProto body = attribute.hasG() ? body(attribute.getG()) : attribute.getG();
    List<TensorProto> tensors = each(attribute.getTensorsList(), this::tensor);
    List<GraphProto> bodies = each(attribute.getGraphsList(), this::body);
    if (tensor == attribute.getT()
        && body == attribute.getG()
        && tensors == attribute.getTensorsList()
        && bodies == attribute.getGraphsList()) {
      return attribute;
    }
    AttributeProto.Builder changed =
        attribute.toBuilder()
            .clearTensors()
            .addAllTensors(tensors)
            .clearGraphs()
            .addAllGraphs(bodies);
    if (attribute.hasT()) {
      changed.setT(tensor);
    }
    if (attribute.hasG()) {
      changed.setG(body);
    }
    return changed.build();
  }

  private TensorProto tensor(TensorProto tensor) throws IOException {
    return TensorSizes.isOutside(tensor)
        ? ExternalData.withoutData(tensor).setRawData(SharedBytes.of(external.read(tensor))).build()
        : tensor;
  }

  private static <M> List<M> each(List<M> messages, Change<M> change) throws IOException {
    List<M> changed = new ArrayList<>(messages.size());
    boolean any = false;
    for (M message : messages) {
      M other = change.of(message);
      any |= other != message;
      changed.add(other);
    }
    return any ? changed : messages;
  }
}
