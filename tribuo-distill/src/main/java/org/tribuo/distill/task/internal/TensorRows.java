package org.tribuo.distill.task.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.Tensor;

/**
 * A tensor for each example, of which some are picked for a batch: all of one shape, or of
 * different lengths. Immutable and safe for many threads.
 */
public sealed interface TensorRows {
  /** The number of examples. */
  int count();

  /**
   * Some examples, in the given order; shorter ones are padded to the longest.
   *
   * @param rows their numbers
   * @return [rows, ...]
   */
  Tensor pick(int... rows);

  /**
   * Rows of one shape.
   *
   * @param all [examples, ...], of at least one example
   */
  static TensorRows of(Tensor all) {
    return new OfOneShape(all);
  }

  /**
   * Rows that differ in their first dimension.
   *
   * @param rows [length, ...], one for each example, of one element type and with the same further
   *     dimensions; at least one
   * @param padding a scalar of that type
   * @throws IllegalArgumentException if they differ otherwise
   */
  static TensorRows ragged(List<Tensor> rows, Tensor padding) {
    return new Ragged(rows, padding);
  }

  /** All in one tensor. */
  record OfOneShape(Tensor all) implements TensorRows {
    @Override
    public int count() {
      return Math.toIntExact(all.dim(0));
    }

    @Override
    public Tensor pick(int... rows) {
      long[] dims = all.dims();
      ByteBuffer from = all.data();
      int rowBytes = (int) (from.remaining() / dims[0]);
      dims[0] = rows.length;
      ByteBuffer picked = allocate((long) rows.length * rowBytes);
      for (int row : rows) {
        picked.put(from.slice(row * rowBytes, rowBytes));
      }
      return Tensor.of(all.elementType(), dims, picked.flip());
    }
  }

  /** One tensor each. */
  record Ragged(List<Tensor> rows, Tensor padding) implements TensorRows {
    public Ragged {
      rows = List.copyOf(rows);
      for (Tensor row : rows) {
        boolean fits =
            row.rank() > 0
                && row.elementType() == padding.elementType()
                && Arrays.equals(tail(row), tail(rows.get(0)));
        if (!fits) {
          throw new IllegalArgumentException(
              "Rows of different lengths are %s and %s, padded with %s; expected one element type and the same dimensions but for the first"
                  .formatted(rows.get(0), row, padding));
        }
      }
    }

    private static long[] tail(Tensor row) {
      return Arrays.copyOfRange(row.dims(), 1, row.rank());
    }

    @Override
    public int count() {
      return rows.size();
    }

    @Override
    public Tensor pick(int... numbers) {
      long longest = 0;
      for (int number : numbers) {
        longest = Math.max(longest, rows.get(number).dim(0));
      }
      long[] tail = tail(rows.get(0));
      long[] dims =
          LongStream.concat(LongStream.of(numbers.length, longest), LongStream.of(tail)).toArray();
      long elements = LongStream.of(tail).reduce(longest, Math::multiplyExact);
      int rowBytes = Math.toIntExact(elements * padding.elementType().bytes());
      ByteBuffer picked = allocate((long) numbers.length * rowBytes);
      for (int i = 0; i < numbers.length; i++) {
        picked.put(rows.get(numbers[i]).data());
        while (picked.position() < (i + 1) * rowBytes) {
          picked.put(padding.data());
        }
      }
      return Tensor.of(padding.elementType(), dims, picked.flip());
    }
  }

  private static ByteBuffer allocate(long bytes) {
    return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
