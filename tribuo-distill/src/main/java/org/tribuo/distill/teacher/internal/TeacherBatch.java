package org.tribuo.distill.teacher.internal;

import java.util.Arrays;
import java.util.Map;
import org.tribuo.distill.graph.Tensor;

/**
 * Some rows of the data as the teacher takes them.
 *
 * @param rows which rows these are, at least one, in the order of the first axis of every tensor
 * @param lengths how many outputs of each row are none of padding, at least 1 each, where there is
 *     one for each position
 * @param inputs one tensor [rows, ...] for each input of the teacher, by its name; a teacher that
 *     takes a fixed number of rows may be given as many, and its outputs for those beyond these are
 *     left out
 */
public record TeacherBatch(int[] rows, int[] lengths, Map<String, Tensor> inputs) {
  /**
   * @throws IllegalArgumentException if there are no rows, or not a length for each
   */
  public TeacherBatch {
    if (rows.length == 0) {
      throw new IllegalArgumentException("A batch for the teacher has no rows");
    }
    if (lengths.length != rows.length || Arrays.stream(lengths).anyMatch(each -> each < 1)) {
      throw new IllegalArgumentException(
          "A batch of %d rows for the teacher has the lengths %s, expected 1 or more for each"
              .formatted(rows.length, Arrays.toString(lengths)));
    }
    inputs = Map.copyOf(inputs);
  }

  /**
   * @throws IllegalArgumentException if there is no tensor of that name
   */
  Tensor input(String name) {
    Tensor tensor = inputs.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "The batch has no tensor '%s', expected one of %s".formatted(name, inputs.keySet()));
    }
    return tensor;
  }
}
