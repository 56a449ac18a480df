package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Copies nodes from a body (a model-local function, the branch of an If) to the place of the node
 * that holds or calls it: values get the names that they have there, attributes the values that the
 * call gives.
 */
final class Inlining {
  private final Map<String, String> renamed = new HashMap<>();
  private final Map<String, AttributeProto> arguments;
  private final UnaryOperator<String> freshName;

  /**
   * @param arguments what the call gives for the attributes to which a function's nodes refer
   * @param freshName makes a name that is free in the graph
   */
  Inlining(Map<String, AttributeProto> arguments, UnaryOperator<String> freshName) {
    this.arguments = arguments;
    this.freshName = freshName;
  }

  /** Says which value of the graph a value of the body is; an empty name is an absent one. */
  void bind(List<String> inBody, List<String> inGraph) {
    for (int i = 0; i < inBody.size(); i++) {
      renamed.put(inBody.get(i), i < inGraph.size() ? inGraph.get(i) : "");
    }
  }

  /** The name that a value of the body has in the graph, where the body makes it itself. */
  String made(String inBody) {
    return inBody.isEmpty() ? "" : renamed.computeIfAbsent(inBody, freshName);
  }

  /** The name in the graph of a value that is read: one from around the body keeps its own. */
  String read(String inBody) {
    return renamed.getOrDefault(inBody, inBody);
  }

  /** The nodes with their new names. */
  List<NodeProto> nodes(List<NodeProto> body) {
    body.forEach(node -> node.getOutputList().forEach(this::made));
    return body.stream().map(node -> node(node, Set.of())).toList();
  }

  /**
   * @param hidden names that a body within the body uses for values of its own
   */
  private NodeProto node(NodeProto node, Set<String> hidden) {
    NodeProto.Builder copy = node.toBuilder().clearInput().clearOutput().clearAttribute();
    if (hidden.isEmpty()) {
      copy.setName(freshName.apply(node.getName().isEmpty() ? node.getOpType() : node.getName()));
    }
    UnaryOperator<String> translated = name -> hidden.contains(name) ? name : read(name);
    node.getInputList().forEach(name -> copy.addInput(translated.apply(name)));
    node.getOutputList().forEach(name -> copy.addOutput(translated.apply(name)));
    node.getAttributeList().stream()
        .flatMap(this::given)
        .map(attribute -> attribute(attribute, hidden))
        .forEach(copy::addAttribute);
    return copy.build();
  }

  /**
   * An attribute that refers to one of the function's gets the value of the call, if it has one.
   */
  private Stream<AttributeProto> given(AttributeProto attribute) {
    if (attribute.getRefAttrName().isEmpty()) {
      return Stream.of(attribute);
    }
    return Stream.ofNullable(arguments.get(attribute.getRefAttrName()))
        .map(value -> value.toBuilder().setName(attribute.getName()).build());
  }

  private AttributeProto attribute(AttributeProto attribute, Set<String> hidden) {
    AttributeProto.Builder copy = attribute.toBuilder();
    if (attribute.hasG()) {
      copy.setG(body(attribute.getG(), hidden));
    }
    for (int i = 0; i < attribute.getGraphsCount(); i++) {
      copy.setGraphs(i, body(attribute.getGraphs(i), hidden));
    }
    return copy.build();
  }

  private GraphProto body(GraphProto graph, Set<String> hidden) {
    Set<String> own = new HashSet<>(hidden);
    own.addAll(
        Stream.of(
                graph.getInputList().stream().map(input -> input.getName()),
                graph.getInitializerList().stream().map(tensor -> tensor.getName()),
                graph.getNodeList().stream().flatMap(node -> node.getOutputList().stream()))
            .flatMap(names -> names)
            .collect(Collectors.toSet()));
    own.add("");
    GraphProto.Builder copy = graph.toBuilder().clearNode();
    graph.getNodeList().forEach(node -> copy.addNode(node(node, own)));
    return copy.build();
  }
}
