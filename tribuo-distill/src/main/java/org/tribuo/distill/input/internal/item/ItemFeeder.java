package org.tribuo.distill.input.internal.item;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;

/**
 * Feeds items into the one input of a model, INT64 or INT32 [rows, positions]. Rows are padded on
 * the right with 0, which is not an item, to the longest one, or to the length that the model
 * fixes.
 *
 * @param name of the input
 */
record ItemFeeder(String name, ElementType type, Shape shape) implements Feeder<ItemHistory> {
  /** The names of an input that takes items: that of new models, and those of RecBole. */
  private static final Set<String> NAMES = Set.of("item_ids", "item_seq", "item_id_list");

  /**
   * The input of a model.
   *
   * @throws IllegalArgumentException if items cannot feed it, or it has others too
   */
  static ItemFeeder of(Map<String, TensorType> inputs) {
    if (inputs.size() == 1) {
      Map.Entry<String, TensorType> only = inputs.entrySet().iterator().next();
      TensorType type = only.getValue();
      boolean whole =
          type.elementType() == ElementType.INT64 || type.elementType() == ElementType.INT32;
      Shape shape = type.shape().orElse(Shape.of(Dimension.unknown(), Dimension.unknown()));
      if (NAMES.contains(only.getKey()) && whole && shape.rank() == 2) {
        return new ItemFeeder(only.getKey(), type.elementType(), shape);
      }
    }
    throw new IllegalArgumentException(
        "Items cannot feed the inputs %s, expected one alone, 'item_ids' INT64 or INT32 [rows, positions]"
            .formatted(inputs));
  }

  @Override
  public List<String> names() {
    return List.of(name);
  }

  @Override
  public Map<String, Tensor> batch(List<ItemHistory> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("A batch has at least one row, this has none");
    }
    if (fixedRows().isPresent() && fixedRows().getAsLong() != rows.size()) {
      throw new IllegalArgumentException(
          "The batch has %d rows, the model's input '%s' takes exactly %d"
              .formatted(rows.size(), name, fixedRows().getAsLong()));
    }
    int longest = rows.stream().mapToInt(ItemHistory::length).max().getAsInt();
    long width = fixedLength().orElse(longest);
    if (longest > width) {
      throw new IllegalArgumentException(
          "The batch has a row of %d items, the model's input '%s' takes %d; set the batching's maxLength to that"
              .formatted(longest, name, width));
    }
    ByteBuffer data =
        ByteBuffer.allocate(Math.toIntExact(rows.size() * width * type.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (ItemHistory row : rows) {
      for (int i = 0; i < width; i++) {
        int number = i < row.length() ? row.number(i) : 0;
        if (type == ElementType.INT64) {
          data.putLong(number);
        } else {
          data.putInt(number);
        }
      }
    }
    return Map.of(name, Tensor.of(type, new long[] {rows.size(), width}, data.flip()));
  }

  @Override
  public OptionalLong fixedRows() {
    return fixed(0);
  }

  @Override
  public OptionalLong fixedLength() {
    return fixed(1);
  }

  private OptionalLong fixed(int axis) {
    return shape.dimension(axis) instanceof Dimension.Fixed fixed
        ? OptionalLong.of(fixed.size())
        : OptionalLong.empty();
  }

  /** 0 is no item. */
  @Override
  public boolean tellsPadding() {
    return true;
  }

  @Override
  public void digest(MessageDigest into) {
    // Rows alone decide the tensors.
  }
}
