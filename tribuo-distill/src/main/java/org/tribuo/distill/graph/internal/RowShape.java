package org.tribuo.distill.graph.internal;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;

/**
 * The shape of what is kept of one example: {@code [columns]} where an example has one vector of
 * logits, {@code [tokens, columns]} where each token has one, {@code [2, tokens]} where the first
 * and the last token of an answer are looked for. At most one dimension differs from example to
 * example; it is named, not numbered.
 *
 * @param shape fixed dimensions of 1 or more, and at most one that is symbolic
 */
public record RowShape(Shape shape) {
  /**
   * @throws IllegalArgumentException if a dimension is unknown or below 1, several are symbolic, or
   *     there is none
   */
  public RowShape {
    long ragged = shape.dimensions().stream().filter(d -> d instanceof Dimension.Symbolic).count();
    boolean known =
        shape.dimensions().stream()
            .allMatch(
                d ->
                    d instanceof Dimension.Symbolic
                        || d instanceof Dimension.Fixed fixed
                            && fixed.size() >= 1
                            && fixed.size() <= Integer.MAX_VALUE);
    if (!known || ragged > 1 || shape.rank() == 0) {
      throw new IllegalArgumentException(
          "The row of an example has the shape %s, expected fixed dimensions of 1 or more and at most one that is named"
              .formatted(shape));
    }
  }

  /** A shape that all examples share. */
  public static RowShape of(long... sizes) {
    return new RowShape(Shape.of(sizes));
  }

  /** A shape of which one dimension may be named: that of the number of tokens, say. */
  public static RowShape of(Dimension... dimensions) {
    return new RowShape(Shape.of(dimensions));
  }

  /** A vector for each token: {@code [tokens, columns]}. */
  public static RowShape perToken(int columns) {
    return of(Dimension.of("tokens"), Dimension.of(columns));
  }

  /**
   * Scores of positions, such as those of an answer's first and last token: {@code [2, tokens]}.
   */
  public static RowShape ofPositions(int columns) {
    return of(Dimension.of(columns), Dimension.of("tokens"));
  }

  /** The shape of what each column has, where columns come first and positions after them. */
  public Optional<RowShape> ofEachColumn() {
    List<Dimension> all = shape.dimensions();
    return rank() > 1 && columnAxis() == 0
        ? Optional.of(new RowShape(new Shape(all.subList(1, rank()))))
        : Optional.empty();
  }

  /** Whether one dimension differs from example to example. */
  public boolean isRagged() {
    return raggedAxis() >= 0;
  }

  /** The number of axes. */
  public int rank() {
    return shape.rank();
  }

  /**
   * The size of the axis that labels name: the last that is fixed; 1 if there is none.
   *
   * @return at least 1
   */
  public int columns() {
    int axis = columnAxis();
    return axis < 0 ? 1 : size(axis, 1);
  }

  /**
   * Whether the axis that labels name is the last, so that each vector along it has its largest.
   */
  public boolean endsInColumns() {
    return columnAxis() == rank() - 1;
  }

  /**
   * The number of elements of a row.
   *
   * @param length the size of the named dimension; without meaning if there is none
   * @throws ArithmeticException if they are more than an array holds
   */
  public int elements(int length) {
    return product(0, rank(), length);
  }

  /** The same with another number of columns: those of a student, or the largest alone. */
  public RowShape withColumns(int columns) {
    int axis = columnAxis();
    return axis < 0 ? this : new RowShape(shape.with(axis, Dimension.of(columns)));
  }

  /**
   * The dimensions of a batch of rows.
   *
   * @param length to which all are padded
   */
  public long[] dims(int rows, int length) {
    long[] dims = new long[rank() + 1];
    dims[0] = rows;
    for (int axis = 0; axis < rank(); axis++) {
      dims[axis + 1] = size(axis, length);
    }
    return dims;
  }

  /** The shape of several rows, as a message has it: {@code [rows, 9]}. */
  public Shape ofRows(String name) {
    List<Dimension> dimensions = new ArrayList<>();
    dimensions.add(Dimension.of(name));
    dimensions.addAll(shape.dimensions());
    return new Shape(dimensions);
  }

  /** Whether a tensor of a shape [rows, ...] can hold such rows, as far as it is known. */
  public boolean mayBeIn(Shape rows) {
    return rows.rank() == rank() + 1
        && IntStream.range(0, rank())
            .allMatch(
                axis ->
                    !(rows.dimension(axis + 1) instanceof Dimension.Fixed fixed)
                        || fixed.size() == size(axis, Math.toIntExact(fixed.size())));
  }

  /**
   * Whether a tensor of these dimensions holds such rows.
   *
   * @param dims [rows, ...]
   * @param longest what the named dimension is at least
   */
  public boolean fits(long[] dims, int longest) {
    return dims.length == rank() + 1
        && IntStream.range(0, rank())
            .allMatch(
                axis ->
                    axis == raggedAxis()
                        ? dims[axis + 1] >= longest
                        : dims[axis + 1] == size(axis, longest));
  }

  /**
   * Cuts a tensor into rows, without their padding.
   *
   * @param padded floats [rows, ...], of which there may be more than are wanted
   * @param lengths of the rows
   * @return the elements of each
   */
  public List<float[]> cut(Tensor padded, int[] lengths) {
    return cut(padded.toFloats(), padded.dims(), lengths, float[]::new);
  }

  /**
   * The same of whole numbers.
   *
   * @param padded int64 [rows, ...]
   */
  public List<long[]> cutLongs(Tensor padded, int[] lengths) {
    return cut(padded.toLongs(), padded.dims(), lengths, long[]::new);
  }

  private <A> List<A> cut(A values, long[] dims, int[] lengths, IntFunction<A> array) {
    int longest = isRagged() ? (int) dims[raggedAxis() + 1] : 1;
    List<A> rows = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      A row = array.apply(elements(lengths[i]));
      copy(values, i * elements(longest), longest, row, 0, lengths[i], lengths[i]);
      rows.add(row);
    }
    return rows;
  }

  /**
   * Rows whose columns come first, each from a tensor of its own.
   *
   * @param ofColumns for each column what it has of each row
   * @return the columns of each row, one after the other
   */
  public static List<float[]> joined(List<List<float[]>> ofColumns) {
    if (ofColumns.size() == 1) {
      return ofColumns.get(0);
    }
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < ofColumns.get(0).size(); i++) {
      FloatBuffer row = FloatBuffer.allocate(ofColumns.size() * ofColumns.get(0).get(i).length);
      for (List<float[]> ofColumn : ofColumns) {
        row.put(ofColumn.get(i));
      }
      rows.add(row.array());
    }
    return rows;
  }

  /**
   * The column of an element of a row.
   *
   * @param length of the row
   */
  public int columnOf(int element, int length) {
    int axis = columnAxis();
    return axis < 0 ? 0 : element / product(axis + 1, rank(), length) % size(axis, length);
  }

  /**
   * Copies a row into a batch of longer ones.
   *
   * @param from a row of {@code length}
   * @param into an array of the same type, where the row begins at {@code offset} and has {@code
   *     longest}
   */
  public void pad(Object from, int length, Object into, int offset, int longest) {
    copy(from, 0, length, into, offset, longest, length);
  }

  /**
   * Picks columns of a row, in an order.
   *
   * @param length of the row
   */
  public float[] pick(float[] values, int length, int[] columns) {
    int axis = columnAxis();
    if (axis < 0) {
      return values;
    }
    int before = size(axis, length);
    int inner = product(axis + 1, rank(), length);
    int outer = values.length / (before * inner);
    float[] picked = new float[outer * columns.length * inner];
    for (int i = 0; i < outer; i++) {
      for (int j = 0; j < columns.length; j++) {
        System.arraycopy(
            values,
            (i * before + columns[j]) * inner,
            picked,
            (i * columns.length + j) * inner,
            inner);
      }
    }
    return picked;
  }

  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one primitive type
  private void copy(
      Object from, int at, int fromLength, Object into, int to, int intoLength, int count) {
    int axis = raggedAxis();
    int outer = axis < 0 ? 1 : product(0, axis, 1);
    int inner = axis < 0 ? elements(1) : product(axis + 1, rank(), 1);
    int copied = axis < 0 ? 1 : count;
    for (int i = 0; i < outer; i++) {
      System.arraycopy(
          from, at + i * fromLength * inner, into, to + i * intoLength * inner, copied * inner);
    }
  }

  private int raggedAxis() {
    return lastAxis(dimension -> dimension instanceof Dimension.Symbolic);
  }

  private int columnAxis() {
    return lastAxis(dimension -> dimension instanceof Dimension.Fixed);
  }

  private int lastAxis(Predicate<Dimension> wanted) {
    int axis = rank() - 1;
    while (axis >= 0 && !wanted.test(shape.dimension(axis))) {
      axis--;
    }
    return axis;
  }

  private int product(int from, int to, int length) {
    int product = 1;
    for (int axis = from; axis < to; axis++) {
      product = Math.multiplyExact(product, size(axis, length));
    }
    return product;
  }

  private int size(int axis, int length) {
    return shape.dimension(axis) instanceof Dimension.Fixed fixed
        ? Math.toIntExact(fixed.size())
        : length;
  }

  @Override
  public String toString() {
    return shape.toString();
  }
}
