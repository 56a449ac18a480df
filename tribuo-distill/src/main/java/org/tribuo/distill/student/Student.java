package org.tribuo.distill.student;

import java.util.Optional;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.pass.LogitsBelow;
import org.tribuo.distill.task.LabelOrder;
import org.tribuo.distill.transformer.Transformer;

/**
 * A Transformer with a head.
 *
 * @param transformer reads tokens
 * @param logits the output that holds the logits, [rows, columns]
 * @param labelOrder the names of the logits' columns
 */
public record Student(Transformer transformer, String logits, LabelOrder labelOrder) {
  /**
   * @throws GraphException if there is no such output, or it cannot have a column for each label
   */
  public Student {
    Graph graph = transformer.graph();
    checkLogits(graph, logits);
    Optional<Shape> shape = graph.type(logits).flatMap(type -> type.shape());
    if (shape.isPresent() && !hasColumns(shape.get(), labelOrder.size())) {
      throw new GraphException(
          "The student's logits '%s' are %s, expected [rows, %d]: one column each for %s"
              .formatted(logits, shape.get(), labelOrder.size(), labelOrder));
    }
  }

  /**
   * A student whose Transformer is not analysed yet.
   *
   * @throws GraphException as in the record
   */
  public static Student of(OnnxModel model, String logits, LabelOrder labelOrder) {
    return new Student(Transformer.of(model), logits, labelOrder);
  }

  /** The model. */
  public OnnxModel model() {
    return transformer.model();
  }

  /**
   * The same student, whose logits are below what its head makes of them, if that is probabilities.
   *
   * @throws GraphException if the output holds maps
   */
  public Student belowProbabilities() {
    Graph graph = transformer.graph();
    String below = LogitsBelow.of(graph, logits);
    return below.equals(logits) ? this : of(graph.toModel(), below, labelOrder);
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

  private static boolean hasColumns(Shape shape, int columns) {
    return shape.rank() == 2
        && (shape.dimension(1).is(columns) || !(shape.dimension(1) instanceof Dimension.Fixed));
  }
}
