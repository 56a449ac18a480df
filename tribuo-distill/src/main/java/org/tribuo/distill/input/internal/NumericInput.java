package org.tribuo.distill.input.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * An input that features feed: FLOAT or DOUBLE numbers, or INT64 or INT32 whole ones such as the
 * numbers of categories, [batch, features], or [batch] for one feature.
 *
 * <p>A model's only input reads all features. Of several, each reads the features that are named as
 * it is, or whose names go on with a point or an at sign behind its name: the input {@code age}
 * reads {@code age}, {@code age.squared} and {@code age@value}, as Tribuo names the values of a
 * field. Where that fits two inputs the longer name counts.
 *
 * @param shape of one or two dimensions
 */
public record NumericInput(String name, ElementType type, Shape shape) {
  private static final String SEPARATORS = ".@";

  /**
   * The inputs of a model.
   *
   * @throws IllegalArgumentException if features cannot feed one; the message names it
   */
  public static List<NumericInput> of(Map<String, TensorType> inputs) {
    List<NumericInput> all = new ArrayList<>();
    inputs.forEach(
        (name, type) ->
            all.add(
                new NumericInput(
                    name,
                    type.elementType(),
                    type.shape()
                        .filter(shape -> fits(type.elementType(), shape))
                        .orElseThrow(() -> refused(name, type)))));
    if (all.isEmpty()) {
      throw new IllegalArgumentException("The model has no input, expected one for features");
    }
    return List.copyOf(all);
  }

  /** Whole numbers of which there may be any number in a row are tokens. */
  private static boolean fits(ElementType type, Shape shape) {
    return switch (type) {
      case FLOAT, DOUBLE -> shape.rank() == 1 || shape.rank() == 2;
      case INT64, INT32 ->
          shape.rank() == 1 || shape.rank() == 2 && shape.dimension(1) instanceof Dimension.Fixed;
      default -> false;
    };
  }

  private static IllegalArgumentException refused(String name, TensorType type) {
    return new IllegalArgumentException(
        "The model's input '%s' %s cannot be made from features, expected FLOAT or DOUBLE [batch, features], or INT64 or INT32 of a fixed number of features"
            .formatted(name, type));
  }

  /** Whether it reads a feature, one of several inputs. */
  boolean reads(String feature) {
    return feature.startsWith(name)
        && (feature.length() == name.length()
            || SEPARATORS.indexOf(feature.charAt(name.length())) >= 0);
  }

  /** How many features it reads; empty for any number. */
  OptionalLong width() {
    if (shape.rank() == 1) {
      return OptionalLong.of(1);
    }
    return shape.dimension(1) instanceof Dimension.Fixed fixed
        ? OptionalLong.of(fixed.size())
        : OptionalLong.empty();
  }

  /** Whether it reads whole numbers alone. */
  boolean isWhole() {
    return type == ElementType.INT64 || type == ElementType.INT32;
  }

  /**
   * The tensor of some rows.
   *
   * @param columns of the rows that it reads
   */
  Tensor tensor(List<float[]> rows, int[] columns) {
    ByteBuffer data =
        ByteBuffer.allocate(
                Math.multiplyExact(rows.size(), Math.multiplyExact(columns.length, type.bytes())))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      for (int column : columns) {
        put(data, row[column]);
      }
    }
    long[] dims =
        shape.rank() == 1 ? new long[] {rows.size()} : new long[] {rows.size(), columns.length};
    return Tensor.of(type, dims, data.flip());
  }

  private void put(ByteBuffer data, float value) {
    switch (type) {
      case FLOAT -> data.putFloat(value);
      case DOUBLE -> data.putDouble(value);
      case INT64 -> data.putLong((long) value);
      case INT32 -> data.putInt((int) value);
      default -> throw new IllegalStateException("No feature feeds " + type);
    }
  }
}
