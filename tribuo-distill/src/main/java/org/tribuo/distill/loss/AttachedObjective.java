package org.tribuo.distill.loss;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * An objective in a student's graph.
 *
 * @param differentiated the scalar whose gradient trains the student: the loss times {@link
 *     ObjectiveInputs#LOSS_SCALE}
 * @param terms what is reported, outputs of the graph by their names, scalars: {@code loss} first,
 *     then its parts before they are weighted ({@code hard}, {@code soft})
 * @param inputs the inputs that the objective added to the graph, which each batch must feed
 */
public record AttachedObjective(
    Value differentiated, Map<String, Value> terms, Map<String, TensorType> inputs) {

  public AttachedObjective {
    terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  /**
   * Checks that a batch holds what the objective added as inputs, and that sizes of one name are
   * equal in all of them.
   *
   * @param batch tensors by the names of inputs; others are not looked at
   * @throws GraphException that names the input, what it is and what was expected
   */
  public void check(Map<String, Tensor> batch) {
    Map<Dimension, Long> sizes = new HashMap<>();
    inputs.forEach(
        (name, type) -> {
          Tensor tensor = batch.get(name);
          if (tensor == null) {
            throw new GraphException(
                "The batch has no '%s', which the objective needs as %s".formatted(name, type));
          }
          if (!fits(tensor, type, sizes)) {
            throw new GraphException(
                "'%s' is %s, expected %s%s".formatted(name, tensor, type, hint(name, sizes, type)));
          }
        });
  }

  private static boolean fits(Tensor tensor, TensorType type, Map<Dimension, Long> sizes) {
    Shape shape = type.shape().orElseThrow();
    if (tensor.elementType() != type.elementType() || tensor.rank() != shape.rank()) {
      return false;
    }
    for (int axis = 0; axis < tensor.rank(); axis++) {
      Dimension dimension = shape.dimension(axis);
      long size = tensor.dim(axis);
      boolean same =
          dimension instanceof Dimension.Fixed fixed
              ? fixed.size() == size
              : sizes.computeIfAbsent(dimension, d -> size) == size;
      if (!same) {
        return false;
      }
    }
    return true;
  }

  private static String hint(String name, Map<Dimension, Long> sizes, TensorType type) {
    String known =
        type.shape().orElseThrow().dimensions().stream()
            .filter(sizes::containsKey)
            .map(d -> "%s = %d".formatted(d, sizes.get(d)))
            .distinct()
            .reduce((a, b) -> a + ", " + b)
            .map(text -> " with " + text)
            .orElse("");
    return name.startsWith("teacher_")
        ? known + ": teacher and student must have the same classes, in the same order"
        : known;
  }
}
