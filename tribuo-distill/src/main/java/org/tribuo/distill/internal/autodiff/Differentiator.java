package org.tribuo.distill.internal.autodiff;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.Derivative;
import org.tribuo.distill.operator.internal.Operators;
import org.tribuo.distill.operator.internal.UndifferentiableException;

/**
 * Reverse-mode differentiation: walks from the loss back to the weights and adds to the graph what
 * computes the gradients.
 *
 * <p>A node is visited only if the loss depends on it and it depends on a weight. Rules are about
 * one operator; whatever concerns several happens here, once: gradients of a value that is read
 * several times are summed, broadcasts are undone, element types are matched.
 */
public final class Differentiator {
  private final Graph graph;
  private final Operators rules;
  private final Ops op;
  private final GradientSum sums;

  private Differentiator(Graph graph, Operators rules) {
    this.graph = graph;
    this.rules = rules;
    this.op = Ops.on(graph);
    this.sums = new GradientSum(graph);
  }

  /**
   * Adds the gradients of a scalar loss to its graph.
   *
   * @param graph normalised, with inferred types
   * @param loss the name of a float value with one element
   * @param weights the names of the float values to differentiate by; one that is computed is taken
   *     as it is, so that what it is computed from gets no gradient through it
   * @return for each weight the value that holds its gradient, of the weight's shape
   * @throws UndifferentiableException if an operator in between has no rule, if its rule gives no
   *     gradient for an input that depends on a weight, or if the loss does not depend on a weight
   */
  public static Map<String, Value> differentiate(
      Graph graph, String loss, Collection<String> weights, Operators rules) {
    return graph.named(() -> new Differentiator(graph, rules).walk(loss, weights));
  }

  private Map<String, Value> walk(String loss, Collection<String> weights) {
    List<Node> path = graph.ancestors(Set.of(loss));
    Map<String, Set<String>> above = weightsBelow(path, weights);
    Map<String, List<Value>> gradients = new HashMap<>();
    Value start = graph.value(loss);
    gradients.put(loss, new ArrayList<>(List.of(op.scalar(1, start))));
    for (int i = path.size() - 1; i >= 0; i--) {
      if (Collections.disjoint(path.get(i).outputs(), weights)) {
        visit(path.get(i), above, gradients);
      }
    }
    Map<String, Value> result = new LinkedHashMap<>();
    for (String weight : weights) {
      List<Value> parts = gradients.get(weight);
      if (parts == null) {
        throw new UndifferentiableException(
            "The loss '%s' does not depend on weight '%s': freeze it (frozenWeights), or name another"
                .formatted(loss, weight));
      }
      result.put(weight, sums.of(parts));
    }
    return result;
  }

  private void visit(
      Node node, Map<String, Set<String>> above, Map<String, List<Value>> gradients) {
    List<Value> dy = new ArrayList<>();
    for (String output : node.outputs()) {
      List<Value> parts = gradients.remove(output);
      dy.add(parts == null ? Value.ABSENT : sums.of(parts));
    }
    if (dy.stream().allMatch(Value::isAbsent)) {
      return;
    }
    Derivative derivative = rules.of(node).derivative().orElseThrow(() -> noRule(node, above));
    if (derivative instanceof Derivative.Rule rule) {
      ForwardNode forward = new ForwardNode(graph, node, dy, above::containsKey);
      Value first = dy.get(0).isAbsent() ? op.zerosLike(forward.y()) : dy.get(0);
      List<Value> dx = rule.gradient().gradients(op, forward, first);
      forward.requireAllRead();
      for (int i = 0; i < node.inputs().size(); i++) {
        Set<String> weights = above.get(node.input(i));
        if (weights != null) {
          Value gradient = given(dx, forward, i, weights);
          gradients
              .computeIfAbsent(node.input(i), name -> new ArrayList<>())
              .add(fitted(gradient, forward, i, rule.shapes()));
        }
      }
    }
  }

  /** What a rule gives for an input that depends on weights; nothing would be a gradient lost. */
  private static Value given(List<Value> dx, ForwardNode node, int input, Set<String> weights) {
    if (input < dx.size() && !dx.get(input).isAbsent()) {
      return dx.get(input);
    }
    throw node.cannot(
        "its rule gives none for input %d ('%s'), which depends on %d trainable weights (first: %s)."
                .formatted(input, node.x(input).name(), weights.size(), weights.iterator().next())
            + " Freeze those weights (frozenWeights), or pass another rule");
  }

  /** A rule's gradient in the shape and element type of the input. */
  private Value fitted(Value dx, ForwardNode node, int input, Derivative.Shapes shapes) {
    Value x = asFloat(node.x(input), dx);
    Value cast = op.cast(dx, x.elementType());
    return switch (shapes) {
      case OF_INPUTS -> new Value(cast.name(), x.type());
      case OF_OUTPUT -> Broadcast.undo(op, new Value(cast.name(), withShapeOf(node.y(), x)), x);
      case BROADCAST -> Broadcast.undo(op, cast, x);
    };
  }

  /** Integers that stand for floats have a gradient of floats. */
  private static Value asFloat(Value x, Value dx) {
    return x.elementType().isFloat()
        ? x
        : new Value(x.name(), new TensorType(dx.elementType(), x.shape()));
  }

  private static TensorType withShapeOf(Value y, Value x) {
    return new TensorType(x.elementType(), y.shape());
  }

  /**
   * For every value on the path that depends on a weight: the weights that it depends on. They are
   * floats, or integers that stand for floats.
   */
  private Map<String, Set<String>> weightsBelow(List<Node> path, Collection<String> weights) {
    Map<String, Set<String>> below = new HashMap<>();
    weights.forEach(weight -> below.put(weight, Set.of(weight)));
    for (Node node : path) {
      Set<String> found = new LinkedHashSet<>();
      node.reads().forEach(input -> found.addAll(below.getOrDefault(input, Set.of())));
      Operator operator = rules.of(node);
      if (found.isEmpty() || operator.isFlat()) {
        continue;
      }
      if (makesIntegers(node)) {
        requirePassable(node, operator, below);
      }
      node.outputs().stream().filter(this::isFloat).forEach(y -> below.put(y, found));
      if (operator.derivative().orElse(null) instanceof Derivative.Rule rule && rule.quantizes()) {
        below.put(node.output(0), found);
      }
    }
    return below;
  }

  /** A gradient would be lost without a word in integers that are more than positions. */
  private void requirePassable(Node node, Operator operator, Map<String, Set<String>> below) {
    if (operator.derivative().isEmpty()) {
      throw noRule(node, below);
    }
    for (String input : node.inputs()) {
      if (below.containsKey(input) && !isFloat(input)) {
        throw new UndifferentiableException(
            "%s at node '%s' has no gradient: '%s' holds integers that stand for floats, and only"
                    .formatted(node.qualifiedOpType(), node.name(), input)
                + " what makes floats of them again (DequantizeLinear) passes a gradient on");
      }
    }
  }

  /** Whether integers or truth values come of it; a body may read a float for its shape alone. */
  private boolean makesIntegers(Node node) {
    return !node.hasBodies() && node.outputs().stream().anyMatch(y -> !y.isEmpty() && !isFloat(y));
  }

  private boolean isFloat(String name) {
    return !name.isEmpty()
        && graph.type(name).map(type -> type.elementType().isFloat()).orElse(true);
  }

  private UndifferentiableException noRule(Node node, Map<String, Set<String>> above) {
    Set<String> weights = new LinkedHashSet<>();
    node.reads().forEach(input -> weights.addAll(above.getOrDefault(input, Set.of())));
    return new UnknownOperatorException(
        rules.of(node), graph.opset(node.domain()), node.name(), List.copyOf(weights));
  }
}
