package org.tribuo.distill.engine.internal;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.autodiff.Differentiator;
import org.tribuo.distill.operator.internal.Operators;

/**
 * What is to be trained: a graph with losses and gradients in it. How gradients are accumulated,
 * clipped and turned into updates is the engine's own way.
 *
 * @param graph normalised, with types inferred; not to be changed any more
 * @param losses the names of float scalars: the loss, then the terms to be reported
 * @param gradients the gradient of each parameter, of the parameter's shape; a parameter is an
 *     initializer of the graph, and all others keep their values. The order of the map becomes that
 *     of the parameters, on which the last bits of the gradients' norm depend
 */
public record TrainingGraph(Graph graph, List<String> losses, Map<String, Value> gradients) {
  /**
   * @throws GraphException if a loss is no float scalar, or a parameter no float32 initializer
   */
  public TrainingGraph {
    losses = List.copyOf(losses);
    gradients = Collections.unmodifiableMap(new LinkedHashMap<>(gradients));
    for (String loss : losses) {
      requireScalar(graph.value(loss));
    }
    for (String parameter : gradients.keySet()) {
      requireFloat(parameter, graph.initializer(parameter));
    }
  }

  /**
   * Differentiates a loss by some parameters. The graph is not changed.
   *
   * @param losses as in the record; the first one is differentiated
   * @param parameters the names of float initializers
   * @param rules the gradients of the operators between them
   * @throws GraphException as in the record
   * @throws org.tribuo.distill.operator.internal.UndifferentiableException if an operator between
   *     the loss and a parameter has no rule, or the loss does not depend on a parameter
   */
  public static TrainingGraph of(
      Graph graph, List<String> losses, Collection<String> parameters, Operators rules) {
    Graph copy = graph.copy();
    return new TrainingGraph(
        copy, losses, Differentiator.differentiate(copy, losses.get(0), parameters, rules));
  }

  /** The names of the parameters, in their order. */
  public Set<String> parameters() {
    return gradients.keySet();
  }

  private static void requireFloat(String name, Tensor parameter) {
    if (parameter.elementType() != ElementType.FLOAT) {
      throw new GraphException(
          "Parameter '%s' is %s, expected FLOAT: cast it, or freeze it".formatted(name, parameter));
    }
  }

  private static void requireScalar(Value loss) {
    boolean oneElement =
        loss.shape().flatMap(shape -> shape.fixed()).filter(TrainingGraph::isOne).isPresent();
    if (loss.elementType() != ElementType.FLOAT || !oneElement) {
      throw new GraphException(
          "Loss '%s' is %s, expected a FLOAT scalar: reduce it over all its axes"
              .formatted(loss.name(), loss.type()));
    }
  }

  private static boolean isOne(long[] sizes) {
    for (long size : sizes) {
      if (size != 1) {
        return false;
      }
    }
    return true;
  }
}
