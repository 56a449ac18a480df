package org.tribuo.distill.student;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.pass.LogitsBelow;
import org.tribuo.distill.task.LabelOrder;

/**
 * A model with a head.
 *
 * @param model reads tokens
 * @param logits the output that holds the logits, [rows, columns]
 * @param labelOrder the names of the logits' columns
 */
public record Student(OnnxModel model, String logits, LabelOrder labelOrder) {
  /** What exporters call the logits. */
  private static final String USUAL_NAME = "logits";

  /**
   * @throws GraphException if there is no such output, or it cannot have a column for each label
   */
  public Student {
    Graph graph = Graph.of(model);
    checkLogits(graph, logits);
    Optional<Shape> shape = graph.type(logits).flatMap(type -> type.shape());
    if (shape.isPresent() && !hasColumns(shape.get(), labelOrder.size())) {
      throw new GraphException(
          "The student's logits '%s' are %s, expected [rows, %d]: one column each for %s"
              .formatted(logits, shape.get(), labelOrder.size(), labelOrder));
    }
  }

  /**
   * The same student, whose logits are below what its head makes of them, if that is probabilities.
   *
   * @throws GraphException if the output holds maps
   */
  public Student belowProbabilities() {
    Graph graph = Graph.of(model);
    String below = LogitsBelow.of(graph, logits);
    return below.equals(logits) ? this : new Student(graph.toModel(), below, labelOrder);
  }

  /**
   * Checks that there is an output for the logits.
   *
   * @throws GraphException if the graph has none of that name
   */
  public static void checkLogits(Graph graph, String logits) {
    if (!graph.outputs().contains(logits)) {
      throw new GraphException(
          "The student has no output '%s' for its logits, expected one of %s"
              .formatted(logits, graph.outputs()));
    }
  }

  /**
   * The output that holds the logits: the one with the usual name, or the only one there is.
   *
   * @throws GraphException if there are several and none is called {@code logits}
   */
  static String logitsOf(OnnxModel model) {
    List<String> outputs = Graph.of(model).outputs();
    if (outputs.contains(USUAL_NAME)) {
      return USUAL_NAME;
    }
    if (outputs.size() > 1) {
      throw new GraphException(
          "The student has the outputs %s and none is called '%s'; say which one holds its logits"
              .formatted(outputs, USUAL_NAME));
    }
    return outputs.get(0);
  }

  private static boolean hasColumns(Shape shape, int columns) {
    return shape.rank() == 2
        && (shape.dimension(1).is(columns) || !(shape.dimension(1) instanceof Dimension.Fixed));
  }
}
