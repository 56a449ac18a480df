package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds nodes at which ONNX Runtime ends the process where it should report an error, in functions
 * and in nodes' bodies too.
 */
final class FatalNodes {
  private static final String ATTENTION = Node.qualified(Node.MICROSOFT, "Attention");
  private static final int BIAS = 2;

  private final String what;
  private final Map<String, FunctionProto> functions = new HashMap<>();
  private final Set<Call> seen = new HashSet<>();

  /** A call of a function without some of its inputs. */
  private record Call(String function, Set<String> absent) {}

  private FatalNodes(ModelProto model, String what) {
    this.what = what;
    model
        .getFunctionsList()
        .forEach(f -> functions.put(Node.qualified(f.getDomain(), f.getName()), f));
  }

  /**
   * @param what names the model in messages, such as its file
   * @throws GraphException that names the first such node
   */
  static void refuse(ModelProto model, String what) {
    new FatalNodes(model, what).visit(model.getGraph().getNodeList(), Set.of());
  }

  /**
   * @param absent names of values that are not there, which a function's inputs may be
   */
  private void visit(List<NodeProto> nodes, Set<String> absent) {
    for (NodeProto node : nodes) {
      String operator = Node.qualified(node.getDomain(), node.getOpType());
      FunctionProto function = functions.get(operator);
      if (function != null) {
        visitCall(node, function, absent);
      } else if (operator.equals(ATTENTION) && !has(node, BIAS, absent)) {
        throw fatal(node, "has no bias (input 2)", "give it a bias of zeros");
      } else if (operator.equals("Split") && node.getOutputList().contains("")) {
        throw fatal(node, "has an output without a name", "give each of its outputs one");
      }
      for (AttributeProto attribute : node.getAttributeList()) {
        visit(attribute.getG().getNodeList(), absent);
        attribute.getGraphsList().forEach(body -> visit(body.getNodeList(), absent));
      }
    }
  }

  private GraphException fatal(NodeProto node, String why, String remedy) {
    return new GraphException(
        "'%s': %s at node '%s' %s, at which ONNX Runtime ends the process; %s"
            .formatted(
                what,
                Node.qualified(node.getDomain(), node.getOpType()),
                node.getName(),
                why,
                remedy));
  }

  private void visitCall(NodeProto call, FunctionProto function, Set<String> absent) {
    Set<String> missing = new HashSet<>();
    for (int i = 0; i < function.getInputCount(); i++) {
      if (!has(call, i, absent)) {
        missing.add(function.getInput(i));
      }
    }
    String name = Node.qualified(function.getDomain(), function.getName());
    if (seen.add(new Call(name, missing))) {
      visit(function.getNodeList(), missing);
    }
  }

  private static boolean has(NodeProto node, int input, Set<String> absent) {
    return input < node.getInputCount()
        && !node.getInput(input).isEmpty()
        && !absent.contains(node.getInput(input));
  }
}
