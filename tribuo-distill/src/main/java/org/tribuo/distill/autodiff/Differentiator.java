package org.tribuo.distill.autodiff;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Reverse-mode differentiation: walks from the loss back to the weights and adds to the graph what
 * computes the gradients.
 *
 * <p>A node is visited only if the loss depends on it and it depends on a weight. Rules say what
 * happens inside one operator; whatever concerns several happens here, once: gradients of a value
 * that is read several times are summed, broadcasts are undone, element types are matched.
 */
public final class Differentiator {
  private final Graph graph;
  private final RuleTable rules;
  private final Ops op;

  private Differentiator(Graph graph, RuleTable rules) {
    this.graph = graph;
    this.rules = rules;
    this.op = Ops.on(graph);
  }

  /**
   * Adds the gradients of a scalar loss to its graph.
   *
   * @param graph normalised, with inferred types
   * @param loss the name of a float value with one element
   * @param weights the names of the float values to differentiate by
   * @return for each weight the value that holds its gradient, of the weight's shape
   * @throws UndifferentiableException if an operator in between has no rule, or if the loss does
   *     not depend on a weight
   */
  public static Map<String, Value> differentiate(
      Graph graph, String loss, Collection<String> weights, RuleTable rules) {
    return graph.named(() -> new Differentiator(graph, rules).walk(loss, weights));
  }

  private Map<String, Value> walk(String loss, Collection<String> weights) {
    List<Node> path = graph.ancestors(Set.of(loss));
    Map<String, Set<String>> above = weightsBelow(path, weights);
    Map<String, List<Value>> gradients = new HashMap<>();
    Value start = graph.value(loss);
    gradients.put(loss, new ArrayList<>(List.of(op.scalar(1, start))));
    for (int i = path.size() - 1; i >= 0; i--) {
      visit(path.get(i), above, gradients);
    }
    Map<String, Value> result = new LinkedHashMap<>();
    for (String weight : weights) {
      List<Value> parts = gradients.get(weight);
      if (parts == null) {
        throw new UndifferentiableException(
            "The loss '%s' does not depend on weight '%s': freeze it, or name another"
                .formatted(loss, weight));
      }
      result.put(weight, sum(parts));
    }
    return result;
  }

  private void visit(
      Node node, Map<String, Set<String>> above, Map<String, List<Value>> gradients) {
    List<Value> dy = new ArrayList<>();
    for (String output : node.outputs()) {
      List<Value> parts = gradients.remove(output);
      dy.add(parts == null ? Value.ABSENT : sum(parts));
    }
    if (dy.stream().allMatch(Value::isAbsent)) {
      return;
    }
    Entry entry = rules.find(node).orElseThrow(() -> noRule(node, above));
    if (entry instanceof Entry.Rule rule) {
      ForwardNode forward = new ForwardNode(graph, node, dy, above::containsKey);
      Value first = dy.get(0).isAbsent() ? op.zerosLike(forward.y()) : dy.get(0);
      List<Value> dx = rule.gradient().gradients(op, forward, first);
      forward.requireAllRead();
      for (int i = 0; i < dx.size(); i++) {
        if (above.containsKey(node.input(i)) && !dx.get(i).isAbsent()) {
          gradients
              .computeIfAbsent(node.input(i), name -> new ArrayList<>())
              .add(fitted(dx.get(i), forward, i, rule.shapes()));
        }
      }
    }
  }

  /** A rule's gradient in the shape and element type of the input. */
  private Value fitted(Value dx, ForwardNode node, int input, Entry.Shapes shapes) {
    Value x = node.x(input);
    Value cast = op.cast(dx, x.elementType());
    return switch (shapes) {
      case OF_INPUTS -> new Value(cast.name(), x.type());
      case OF_OUTPUT -> Broadcast.undo(op, new Value(cast.name(), withShapeOf(node.y(), x)), x);
      case BROADCAST -> Broadcast.undo(op, cast, x);
    };
  }

  private static TensorType withShapeOf(Value y, Value x) {
    return new TensorType(x.elementType(), y.shape());
  }

  private Value sum(List<Value> parts) {
    return parts.size() == 1
        ? parts.get(0)
        : op.one("Sum", parts.get(0).type(), parts.toArray(Value[]::new));
  }

  /** For every float value on the path that depends on a weight: the weights that it depends on. */
  private Map<String, Set<String>> weightsBelow(List<Node> path, Collection<String> weights) {
    Map<String, Set<String>> below = new HashMap<>();
    weights.forEach(weight -> below.put(weight, Set.of(weight)));
    for (Node node : path) {
      Set<String> found = new LinkedHashSet<>();
      node.reads().forEach(input -> found.addAll(below.getOrDefault(input, Set.of())));
      boolean passes = rules.find(node).filter(Entry.Flat.class::isInstance).isEmpty();
      if (!found.isEmpty() && passes) {
        for (String output : node.outputs()) {
          if (isFloat(output)) {
            below.put(output, found);
          }
        }
      }
    }
    return below;
  }

  private boolean isFloat(String name) {
    return !name.isEmpty()
        && graph.type(name).map(type -> type.elementType().isFloat()).orElse(true);
  }

  private UndifferentiableException noRule(Node node, Map<String, Set<String>> above) {
    Set<String> weights = new LinkedHashSet<>();
    node.reads().forEach(input -> weights.addAll(above.getOrDefault(input, Set.of())));
    return new UnknownOperatorException(
        node.qualifiedOpType(), graph.opset(node.domain()), node.name(), List.copyOf(weights));
  }
}
