package org.tribuo.distill.loss.internal;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.Activation;

/** An objective in a student's graph. Immutable. */
public final class AttachedObjective {
  private final Value differentiated;
  private final Map<String, Value> terms;
  private final Set<String> partsOfLabelled;
  private final Map<String, TensorType> inputs;
  private final Map<String, ClassIndices> classIndices;
  private final List<Activation> teacherActivations;
  private final List<String> projections;

  AttachedObjective(
      Value differentiated,
      Map<String, Value> terms,
      Set<String> partsOfLabelled,
      TargetInputs added,
      List<String> projections) {
    this.differentiated = differentiated;
    this.partsOfLabelled = partsOfLabelled;
    this.teacherActivations = List.copyOf(added.activations());
    this.projections = List.copyOf(projections);
    this.terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
    this.inputs = Collections.unmodifiableMap(new LinkedHashMap<>(added.types()));
    this.classIndices = Collections.unmodifiableMap(new LinkedHashMap<>(added.classIndices()));
  }

  /**
   * The scalar whose gradient trains the student: the loss times {@link
   * ObjectiveInputs#LOSS_SCALE}.
   */
  public Value differentiated() {
    return differentiated;
  }

  /**
   * What is reported, outputs of the graph by their names, scalars: {@code loss} first, then its
   * terms before they are weighted ({@code hard}, {@code soft}, those of activations), each
   * followed by its parts if it has some ({@code soft.1}, {@code soft.2}, …).
   */
  public Map<String, Value> terms() {
    return terms;
  }

  /**
   * The parts among the {@link #terms} that are means over the labelled rows, and so are their own
   * parts, where others of the soft loss are means over all rows.
   */
  public Set<String> partsOfLabelled() {
    return partsOfLabelled;
  }

  /** The inputs that the objective added to the graph, which each batch must feed. */
  public Map<String, TensorType> inputs() {
    return inputs;
  }

  /**
   * The activations of the teacher among the {@link #inputs}, under {@link Activation#inputName}:
   * float [batch, positions, width] or [batch, heads, queries, keys], padding included.
   */
  public List<Activation> teacherActivations() {
    return teacherActivations;
  }

  /**
   * The initializers that the objective added to be trained with the student: matrices that bring
   * its hidden states to the teacher's width. The student itself does not have them.
   */
  public List<String> projections() {
    return projections;
  }

  /**
   * Checks that a batch holds what the objective added as inputs, that sizes of one name are equal
   * in all of them, and that classes are classes of the student: ONNX Runtime would count a
   * negative one from the end.
   *
   * @param batch tensors by the names of inputs; others are not looked at
   * @throws GraphException that names the input, what it is and what was expected
   */
  public void check(Map<String, Tensor> batch) {
    Map<Dimension, Long> sizes = new HashMap<>();
    inputs.forEach(
        (name, type) -> {
          Tensor tensor = tensor(batch, name);
          if (!fits(tensor, type, sizes)) {
            throw new GraphException(
                "'%s' is %s, expected %s%s".formatted(name, tensor, type, hint(name, sizes, type)));
          }
        });
    classIndices.forEach((name, indices) -> indices.check(name, tensor(batch, name), sizes));
  }

  private Tensor tensor(Map<String, Tensor> batch, String name) {
    Tensor tensor = batch.get(name);
    if (tensor == null) {
      throw new GraphException(
          "The batch has no '%s', which the objective needs as %s"
              .formatted(name, inputs.get(name)));
    }
    return tensor;
  }

  private static boolean fits(Tensor tensor, TensorType type, Map<Dimension, Long> sizes) {
    if (!tensor.fits(type)) {
      return false;
    }
    Shape shape = type.shape().orElseThrow();
    for (int axis = 0; axis < tensor.rank(); axis++) {
      long size = tensor.dim(axis);
      if (sizes.computeIfAbsent(shape.dimension(axis), d -> size) != size) {
        return false;
      }
    }
    return true;
  }

  private String hint(String name, Map<Dimension, Long> sizes, TensorType type) {
    String known =
        type.shape().orElseThrow().dimensions().stream()
            .filter(d -> d.isSymbolic() && sizes.containsKey(d))
            .distinct()
            .map(d -> "%s = %d".formatted(d, sizes.get(d)))
            .reduce((a, b) -> a + ", " + b)
            .map(text -> " with " + text)
            .orElse("");
    if (teacherActivations.stream().anyMatch(activation -> activation.inputName().equals(name))) {
      return known + ": teacher and student must read the same tokens";
    }
    return name.startsWith("teacher_") && !name.equals(ObjectiveInputs.TEACHER_WEIGHTS)
        ? known + ": teacher and student must have the same classes, in the same order"
        : known;
  }
}
