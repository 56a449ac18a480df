package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How many nodes the functions that a model brings along become when they are written out, counted
 * before one is: functions that each call the one before twice double with every one.
 */
final class FunctionSizes {
  /** The maximum number of nodes that a graph may become. */
  static final long MAX_NODES = 100_000;

  private final Map<String, Long> nodes;

  private FunctionSizes(Map<String, Long> nodes) {
    this.nodes = nodes;
  }

  /**
   * Checks that the calls of a model's own functions end, and that there are not too many nodes
   * when they are written out.
   *
   * @throws GraphException that names a function that calls itself, or the bound
   */
  static void check(ModelProto model) {
    Map<String, FunctionProto> functions = new LinkedHashMap<>();
    for (FunctionProto function : model.getFunctionsList()) {
      functions.put(Node.qualified(function.getDomain(), function.getName()), function);
    }
    if (of(functions).total(model.getGraph().getNodeList()) > MAX_NODES) {
      throw new GraphException(
          "The graph, its functions written out, has more than %,d nodes, expected at most as many"
              .formatted(MAX_NODES));
    }
  }

  /**
   * Counts the functions' nodes, those that are called first.
   *
   * @throws GraphException if a function calls itself, by others too
   */
  private static FunctionSizes of(Map<String, FunctionProto> functions) {
    Map<String, List<String>> callers = new HashMap<>();
    Map<String, Integer> uncounted = new HashMap<>();
    Deque<String> ready = new ArrayDeque<>();
    functions.forEach(
        (name, function) -> {
          Set<String> called = new LinkedHashSet<>();
          operators(function.getNodeList()).stream()
              .filter(functions::containsKey)
              .forEach(called::add);
          called.forEach(
              callee -> callers.computeIfAbsent(callee, key -> new ArrayList<>()).add(name));
          uncounted.put(name, called.size());
          if (called.isEmpty()) {
            ready.add(name);
          }
        });
    FunctionSizes sizes = new FunctionSizes(new HashMap<>());
    while (!ready.isEmpty()) {
      String name = ready.remove();
      FunctionProto function = Objects.requireNonNull(functions.get(name), name);
      sizes.nodes.put(name, sizes.total(function.getNodeList()));
      for (String caller : callers.getOrDefault(name, List.of())) {
        if (uncounted.merge(caller, -1, Integer::sum) == 0) {
          ready.add(caller);
        }
      }
    }
    Set<String> endless = new LinkedHashSet<>(functions.keySet());
    endless.removeAll(sizes.nodes.keySet());
    if (!endless.isEmpty()) {
      throw new GraphException(
          "Function '%s' calls itself, or one that does: written out it never ends"
              .formatted(endless.iterator().next()));
    }
    return sizes;
  }

  /** Numbers above the bound do not grow, so that none overflows. */
  private long total(List<NodeProto> body) {
    long total = 0;
    for (String operator : operators(body)) {
      total = Math.min(MAX_NODES + 1, total + nodes.getOrDefault(operator, 1L));
    }
    return total;
  }

  /** The operator of each node, and of the nodes in their bodies. */
  private static List<String> operators(List<NodeProto> body) {
    List<String> operators = new ArrayList<>();
    for (NodeProto node : body) {
      operators.add(Node.qualified(node.getDomain(), node.getOpType()));
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasG()) {
          operators.addAll(operators(attribute.getG().getNodeList()));
        }
        for (GraphProto graph : attribute.getGraphsList()) {
          operators.addAll(operators(graph.getNodeList()));
        }
      }
    }
    return operators;
  }
}
