package org.tribuo.distill.transformer.internal.layer;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/** Distinguishes a model's weights from its constants. */
public final class Weights {
  private static final float FORBIDDEN_SCORE = -1e4f;
  private static final int LOOKED_AT = 4096;

  private Weights() {}

  /**
   * The initializers of a normalised graph that are trained unless they are frozen, in the order of
   * the file: those of floats and more than one element from which a gradient can come back from an
   * output. Frequencies of rotary positions, attention masks and statistics are not among them. A
   * buffer of floats that the model adds as it adds a bias cannot be distinguished from one.
   */
  public static List<Weight> trainable(Graph normalized) {
    Set<String> learned = reachedByGradients(DataFlow.of(normalized));
    return normalized.initializers().entrySet().stream()
        .filter(e -> learned.contains(e.getKey()))
        .filter(e -> e.getValue().elementType().isFloat() && e.getValue().elements() > 1)
        .filter(e -> !isMask(e.getValue()))
        .map(e -> new Weight(e.getKey(), decays(normalized, e.getKey(), e.getValue())))
        .toList();
  }

  private static Set<String> reachedByGradients(DataFlow flow) {
    Set<String> reached = new HashSet<>(flow.graph().outputs());
    for (int i = flow.order().size() - 1; i >= 0; i--) {
      Node node = flow.order().get(i);
      Operator operator = StandardOperators.of(node);
      if (isClosed(operator) || node.outputs().stream().noneMatch(reached::contains)) {
        continue;
      }
      for (int input = 0; input < node.inputs().size(); input++) {
        if (!operator.isStatistic(input) && flow.isFloat(node.input(input))) {
          reached.add(node.input(input));
        }
      }
    }
    return reached;
  }

  /** Nothing is learned through what is flat, nor through what makes angles of positions. */
  private static boolean isClosed(Operator operator) {
    return operator.isFlat() || operator.has(Operator.Trait.PERIODIC);
  }

  /** Masks forbid positions by scores that no weight has; they start with the first rows. */
  private static boolean isMask(Tensor tensor) {
    long elements = Math.min(tensor.elements(), LOOKED_AT);
    Tensor begin =
        Tensor.of(
            tensor.elementType(),
            new long[] {elements},
            tensor.data().slice(0, Math.toIntExact(elements * tensor.elementType().bytes())));
    for (float value : begin.toFloats()) {
      if (value <= FORBIDDEN_SCORE || !Float.isFinite(value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean decays(Graph graph, String name, Tensor tensor) {
    return tensor.rank() > 1
        && graph.consumers(name).stream()
            .noneMatch(
                node ->
                    StandardOperators.has(node, Operator.Trait.NORMALIZES)
                        && !node.input(0).equals(name));
  }
}
