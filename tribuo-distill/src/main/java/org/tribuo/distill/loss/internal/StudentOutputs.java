package org.tribuo.distill.loss.internal;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** Checks that a student's outputs fit a form of rows, and gives a name to each of their sizes. */
final class StudentOutputs {
  private StudentOutputs() {}

  static List<Value> of(Ops op, RowForm form, List<Value> outputs) {
    List<String> axes =
        form instanceof RowForm.Tokens
            ? List.of("batch", "positions", "classes")
            : List.of("batch", form instanceof RowForm.Spans ? "positions" : "outputs");
    int expected = form instanceof RowForm.Spans ? 2 : 1;
    if (outputs.size() != expected) {
      throw new GraphException(
          "%s read %d outputs of the student, got %d".formatted(form, expected, outputs.size()));
    }
    return outputs.stream().map(output -> checked(op, output, axes)).toList();
  }

  private static Value checked(Ops op, Value output, List<String> axes) {
    boolean rankFits = output.shape().map(shape -> shape.rank() == axes.size()).orElse(true);
    if (!output.elementType().isFloat() || !rankFits) {
      throw new GraphException(
          "The student's output '%s' is %s, expected floats %s"
              .formatted(output.name(), output.type(), axes));
    }
    List<Dimension> dims = new ArrayList<>();
    for (int axis = 0; axis < axes.size(); axis++) {
      int index = axis;
      Dimension dimension =
          output.shape().map(shape -> shape.dimension(index)).orElse(Dimension.unknown());
      // Not the bare name, which may stand for another size in the student's own graph.
      dims.add(
          dimension.provablyEquals(dimension)
              ? dimension
              : Dimension.of("student_" + axes.get(axis)));
    }
    TensorType type = TensorType.of(output.elementType(), new Shape(dims));
    op.graph().setType(output.name(), type);
    return new Value(output.name(), type);
  }
}
