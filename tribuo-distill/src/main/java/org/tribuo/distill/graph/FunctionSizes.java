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
 * before one is: functions that each call the one before twice double with every one. And how deep
 * bodies and calls lie in each other: ONNX Runtime's inference of shapes doubles with every body.
 */
final class FunctionSizes {
  /** The maximum number of nodes that a graph may become. */
  static final long MAX_NODES = 20_000;

  /** How many bodies of nodes, as the branches of an If are, may lie in each other. */
  static final int MAX_BODIES = 8;

  /** How many functions may call each other, the last of them none. */
  static final int MAX_CALLS = 100;

  private final Map<String, Size> sizes = new HashMap<>();

  /**
   * @param nodes how many; numbers above the bound do not grow, so that none overflows
   * @param bodies how many lie in each other
   * @param calls how many functions call each other
   */
  private record Size(long nodes, int bodies, int calls) {
    static final Size NOTHING = new Size(0, 0, 0);
    static final Size NODE = new Size(1, 0, 0);

    Size and(Size other) {
      return new Size(
          Math.min(MAX_NODES + 1, nodes + other.nodes),
          Math.max(bodies, other.bodies),
          Math.max(calls, other.calls));
    }

    Size inBody() {
      return new Size(nodes, bodies + 1, calls);
    }

    Size called() {
      return new Size(nodes, bodies, calls + 1);
    }
  }

  /**
   * Checks that there is one function of each name, that their calls end, and that there are not
   * too many nodes when they are written out, nor too deep in each other.
   *
   * @throws GraphException that names a function that calls itself or is there twice, or the bound
   */
  static void check(ModelProto model) {
    Map<String, FunctionProto> functions = new LinkedHashMap<>();
    for (FunctionProto function : model.getFunctionsList()) {
      String name = Node.qualified(function.getDomain(), function.getName());
      if (functions.put(name, function) != null) {
        throw new GraphException(
            "Function '%s' is there twice, expected once: overloads are not supported"
                .formatted(name));
      }
    }
    Size size = of(functions).total(model.getGraph().getNodeList());
    checkBound(size.nodes(), MAX_NODES, "has more than %,d nodes");
    checkBound(size.bodies(), MAX_BODIES, "nests bodies of nodes more than %,d deep");
    checkBound(size.calls(), MAX_CALLS, "has functions that call each other more than %,d deep");
  }

  private static void checkBound(long found, long bound, String what) {
    if (found > bound) {
      throw new GraphException(
          "The graph, its functions written out, %s, expected at most that many"
              .formatted(what.formatted(bound)));
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
    FunctionSizes sizes = new FunctionSizes();
    while (!ready.isEmpty()) {
      String name = ready.remove();
      FunctionProto function = Objects.requireNonNull(functions.get(name), name);
      sizes.sizes.put(name, sizes.total(function.getNodeList()).called());
      for (String caller : callers.getOrDefault(name, List.of())) {
        if (uncounted.merge(caller, -1, Integer::sum) == 0) {
          ready.add(caller);
        }
      }
    }
    Set<String> endless = new LinkedHashSet<>(functions.keySet());
    endless.removeAll(sizes.sizes.keySet());
    if (!endless.isEmpty()) {
      throw new GraphException(
          "Function '%s' calls itself, or one that does: written out it never ends"
              .formatted(endless.iterator().next()));
    }
    return sizes;
  }

  private Size total(List<NodeProto> body) {
    Size total = Size.NOTHING;
    for (NodeProto node : body) {
      String operator = Node.qualified(node.getDomain(), node.getOpType());
      total = total.and(sizes.getOrDefault(operator, Size.NODE));
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasG()) {
          total = total.and(total(attribute.getG().getNodeList()).inBody());
        }
        for (GraphProto graph : attribute.getGraphsList()) {
          total = total.and(total(graph.getNodeList()).inBody());
        }
      }
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
