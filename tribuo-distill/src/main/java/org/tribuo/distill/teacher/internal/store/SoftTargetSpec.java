package org.tribuo.distill.teacher.internal.store;

import java.util.List;
import org.tribuo.distill.graph.internal.RowShape;

/**
 * What soft targets are to be there.
 *
 * @param key what they are found by
 * @param columns the names of the logits' columns, in the order of the teacher
 * @param rows the number of examples, at least 1
 * @param shape of the teacher's logits of one example, before the largest are chosen
 */
public record SoftTargetSpec(SoftTargetKey key, List<String> columns, int rows, RowShape shape) {
  /**
   * @throws IllegalArgumentException if there are no rows, there is not a name for each column, or
   *     the largest are to be kept of vectors that are shorter
   */
  public SoftTargetSpec {
    columns = List.copyOf(columns);
    if (rows < 1) {
      throw new IllegalArgumentException(
          "There are soft targets of %d examples, expected at least 1".formatted(rows));
    }
    if (columns.size() != shape.columns()) {
      throw new IllegalArgumentException(
          "There are %d names for the columns of rows %s, expected %d"
              .formatted(columns.size(), shape, shape.columns()));
    }
    int largest = key.largest().orElse(1);
    if (largest > columns.size() || key.largest().isPresent() && !shape.endsInColumns()) {
      throw new IllegalArgumentException(
          "Of rows %s the %d largest logits of each vector cannot be kept, expected a last dimension of as many or more"
              .formatted(shape, largest));
    }
  }

  /** The shape of what is kept of one example. */
  RowShape kept() {
    return key.largest().isPresent() ? shape.withColumns(key.largest().getAsInt()) : shape;
  }
}
