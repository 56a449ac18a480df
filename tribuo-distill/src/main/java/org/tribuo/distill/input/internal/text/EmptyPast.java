package org.tribuo.distill.input.internal.text;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.layer.KeyValueNames;

/**
 * An input of a decoder for the keys or values of a layer that were computed before, {@code
 * past_key_values.0.key} [rows, heads, past positions, width of a head]. Texts are read from their
 * beginning, so there is no past: its length is 0.
 *
 * @param type as the model declares it
 */
record EmptyPast(TensorType type) {
  private static final Pattern NAME = Pattern.compile(KeyValueNames.PAST + "\\.\\d+\\.(key|value)");

  /** The axis of the positions of the past. */
  private static final int POSITIONS = 2;

  private static final int RANK = 4;

  /** Whether an input is one for a past. */
  static boolean isNamed(String input) {
    return NAME.matcher(input).matches();
  }

  /**
   * The past of an input.
   *
   * @throws IllegalArgumentException if it is not of this form, or its length is fixed
   */
  static EmptyPast of(String input, TensorType type) {
    Shape shape = type.shape().orElse(Shape.of(1L));
    boolean fits =
        shape.rank() == RANK
            && type.elementType().isFloat()
            && shape.dimension(1) instanceof Dimension.Fixed
            && !(shape.dimension(POSITIONS) instanceof Dimension.Fixed)
            && shape.dimension(RANK - 1) instanceof Dimension.Fixed;
    if (!fits) {
      throw new IllegalArgumentException(
          "The model's input '%s' is %s, expected floats [rows, heads, past positions, width] with fixed heads and width, so that the past can be empty; export the model without its past"
              .formatted(input, type));
    }
    return new EmptyPast(type);
  }

  /** No past of some rows. */
  Tensor tensor(int rows) {
    Shape shape = type.shape().orElseThrow();
    return Tensor.of(
        type.elementType(),
        new long[] {rows, size(shape, 1), 0, size(shape, RANK - 1)},
        ByteBuffer.allocate(0));
  }

  private static long size(Shape shape, int axis) {
    return ((Dimension.Fixed) shape.dimension(axis)).size();
  }
}
