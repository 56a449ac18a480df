package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a graph. Inputs and outputs are names of values; an empty name is an optional
 * one that is not there. Only the graph that holds a node changes it.
 */
public final class Node {
  /** The domain of ONNX's own operators. */
  public static final String ONNX = "";

  /** The domain of ONNX Runtime's operators. */
  public static final String MICROSOFT = "com.microsoft";

  private final String name;
  private final String domain;
  private final String opType;
  private final Attributes attributes;
  private final List<String> inputs;
  private final List<String> outputs;
  private final NodeProto origin;

  /** What {@link #reads} has found; absent after an input was replaced. */
  private volatile @Nullable Set<String> reads;

  private Node(
      String name,
      String domain,
      String opType,
      Attributes attributes,
      List<String> inputs,
      List<String> outputs,
      NodeProto origin) {
    this.name = name;
    this.domain = domain.equals("ai.onnx") ? ONNX : domain;
    this.opType = opType;
    this.attributes = attributes;
    this.inputs = new ArrayList<>(inputs);
    this.outputs = List.copyOf(outputs);
    this.origin = origin;
  }

  /**
   * @throws GraphException if it has two attributes of one name
   */
  static Node of(NodeProto proto) {
    long attributes = proto.getAttributeList().stream().map(a -> a.getName()).distinct().count();
    if (attributes != proto.getAttributeCount()) {
      throw new GraphException(
          "%s '%s' has two attributes of one name"
              .formatted(qualified(proto.getDomain(), proto.getOpType()), proto.getName()));
    }
    return new Node(
        proto.getName(),
        proto.getDomain(),
        proto.getOpType(),
        Attributes.of(proto.getAttributeList()),
        proto.getInputList(),
        proto.getOutputList(),
        proto);
  }

  static Node of(
      String name,
      String domain,
      String opType,
      Attributes attributes,
      List<String> inputs,
      List<String> outputs) {
    return new Node(
        name, domain, opType, attributes, inputs, outputs, NodeProto.getDefaultInstance());
  }

  public String name() {
    return name;
  }

  /** The operator's domain; empty for ONNX's own. */
  public String domain() {
    return domain;
  }

  public String opType() {
    return opType;
  }

  /** The operator with its domain, as error messages and tables show it. */
  public String qualifiedOpType() {
    return qualified(domain, opType);
  }

  static String qualified(String domain, String opType) {
    return domain.isEmpty() ? opType : domain + "::" + opType;
  }

  /** Whether this is one of ONNX's own operators with that name. */
  public boolean is(String onnxOpType) {
    return domain.equals(ONNX) && opType.equals(onnxOpType);
  }

  /** Whether this is one of ONNX Runtime's operators with that name. */
  public boolean isMicrosoft(String microsoftOpType) {
    return domain.equals(MICROSOFT) && opType.equals(microsoftOpType);
  }

  public Attributes attributes() {
    return attributes;
  }

  public List<String> inputs() {
    return List.copyOf(inputs);
  }

  /** The name of an input; empty where it is absent. */
  public String input(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  public boolean hasInput(int index) {
    return !input(index).isEmpty();
  }

  public List<String> outputs() {
    return outputs;
  }

  /** The name of an output; empty where it is absent. */
  public String output(int index) {
    return index < outputs.size() ? outputs.get(index) : "";
  }

  public boolean hasOutput(int index) {
    return !output(index).isEmpty();
  }

  /** The only output of most operators. */
  public String output() {
    return outputs.get(0);
  }

  /** Whether it holds graphs: the branches of an If, the body of a loop. */
  public boolean hasBodies() {
    return !attributes.subgraphs().isEmpty();
  }

  /** Every value that this node reads: its inputs, and what its bodies read from around them. */
  public Set<String> reads() {
    Set<String> known = reads;
    if (known == null) {
      Set<String> found = new LinkedHashSet<>(inputs);
      found.remove("");
      attributes.subgraphs().forEach(body -> captures(body, found));
      known = Collections.unmodifiableSet(found);
      reads = known;
    }
    return known;
  }

  private static void captures(GraphProto body, Set<String> reads) {
    Set<String> own = new HashSet<>();
    body.getInputList().forEach(input -> own.add(input.getName()));
    body.getInitializerList().forEach(tensor -> own.add(tensor.getName()));
    Set<String> wanted = new LinkedHashSet<>();
    for (NodeProto proto : body.getNodeList()) {
      wanted.addAll(Node.of(proto).reads());
      own.addAll(proto.getOutputList());
    }
    body.getOutputList().forEach(output -> wanted.add(output.getName()));
    wanted.removeAll(own);
    reads.addAll(wanted);
  }

  void replaceInput(String from, String to) {
    inputs.replaceAll(input -> input.equals(from) ? to : input);
    reads = null;
  }

  NodeProto toProto() {
    return origin.toBuilder()
        .setName(name)
        .setDomain(domain)
        .setOpType(opType)
        .clearInput()
        .addAllInput(inputs)
        .clearOutput()
        .addAllOutput(outputs)
        .clearAttribute()
        .addAllAttribute(attributes.toProtos())
        .build();
  }

  @Override
  public String toString() {
    return "%s '%s' %s -> %s".formatted(qualifiedOpType(), name, inputs, outputs);
  }
}
