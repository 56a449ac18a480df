package org.tribuo.distill.onednn;

/**
 * How matrices are stored.
 *
 * @param elementType oneDNN's number
 * @param transposed whether rows and columns are stored the other way round
 * @param row the elements from a row, as it is stored, to the next
 * @param stack the elements from a matrix to the next; 0 where there is one for all
 * @param packed whether it is in the layout of {@link MatMul#packed} instead
 */
record Matrices(int elementType, boolean transposed, long row, long stack, boolean packed) {
  static Matrices of(int elementType, boolean transposed, long row, long stack) {
    return new Matrices(elementType, transposed, row, stack, false);
  }

  static Matrices packed(int elementType) {
    return new Matrices(elementType, false, 0, 0, true);
  }

  /** The layout of so many matrices of these sizes, which the caller closes. */
  Layout layout(long count, long rows, long columns) {
    if (packed) {
      return MatMul.packed(elementType, rows, columns);
    }
    long first = transposed ? 1 : row;
    long second = transposed ? row : 1;
    return count == 1
        ? Layout.of(elementType, new long[] {rows, columns}, new long[] {first, second})
        : Layout.of(
            elementType,
            new long[] {stack == 0 ? 1 : count, rows, columns},
            new long[] {stack == 0 ? rows * columns : stack, first, second});
  }
}
