package org.tribuo.distill.onednn;

import java.util.Arrays;

/**
 * A product of two stacks of matrices: [m, k] times [k, n], so many times. Leading axes are
 * broadcast. A stack of which each matrix is multiplied by one and the same is a single tall
 * matrix.
 *
 * @param output the sizes of the result
 * @param left for each matrix of the result the number of its left factor in its stack
 * @param right the same for its right factor
 */
record ProductShape(long[] output, long m, long n, long k, int[] left, int[] right) {
  /**
   * The product of tensors of these sizes, each transposed in its last two axes if asked for.
   *
   * @throws IllegalArgumentException if they do not fit each other
   */
  static ProductShape of(long[] a, boolean transA, long[] b, boolean transB) {
    if (a.length < 2 || b.length < 2) {
      throw new IllegalArgumentException(
          "Product of %s and %s, expected at least two axes each"
              .formatted(Arrays.toString(a), Arrays.toString(b)));
    }
    long m = a[a.length - (transA ? 1 : 2)];
    long k = a[a.length - (transA ? 2 : 1)];
    long n = b[b.length - (transB ? 2 : 1)];
    if (k != b[b.length - (transB ? 1 : 2)]) {
      throw unfit(a, transA, b, transB);
    }
    int axes = Math.max(a.length, b.length) - 2;
    long[] output = new long[axes + 2];
    for (int axis = 0; axis < axes; axis++) {
      long ofA = size(a, axis, axes);
      long ofB = size(b, axis, axes);
      if (ofA != ofB && ofA != 1 && ofB != 1) {
        throw unfit(a, transA, b, transB);
      }
      output[axis] = ofA == 1 ? ofB : ofA;
    }
    output[axes] = m;
    output[axes + 1] = n;
    int count = Math.toIntExact(product(output, axes));
    int[] left = numbers(a, output, axes, count);
    int[] right = numbers(b, output, axes, count);
    boolean tall = !transA && product(b, b.length - 2) == 1 && isInOrder(left);
    return tall
        ? new ProductShape(output, count * m, n, k, new int[count == 0 ? 0 : 1], new int[1])
        : new ProductShape(output, m, n, k, left, right);
  }

  /** The number of matrices of the result. */
  int count() {
    return left.length;
  }

  boolean isEmpty() {
    return count() == 0 || m == 0 || n == 0;
  }

  /**
   * Whether the factors of following matrices follow each other too.
   *
   * @param factors {@link #left} or {@link #right}
   */
  static boolean isInOrder(int[] factors) {
    for (int i = 0; i < factors.length; i++) {
      if (factors[i] != i) {
        return false;
      }
    }
    return true;
  }

  /** Whether all matrices have the same factor. */
  static boolean isOne(int[] factors) {
    return Arrays.stream(factors).allMatch(factor -> factor == 0);
  }

  /** The size of a leading axis; axes that a tensor lacks have one element. */
  private static long size(long[] dims, int axis, int axes) {
    int own = axis - (axes - (dims.length - 2));
    return own < 0 ? 1 : dims[own];
  }

  private static long product(long[] dims, int axes) {
    long product = 1;
    for (int axis = 0; axis < axes; axis++) {
      product = Math.multiplyExact(product, dims[axis]);
    }
    return product;
  }

  private static int[] numbers(long[] dims, long[] output, int axes, int count) {
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      long rest = i;
      long step = 1;
      for (int axis = axes - 1; axis >= 0; axis--) {
        long size = size(dims, axis, axes);
        numbers[i] += Math.toIntExact(rest % output[axis] % size * step);
        rest /= output[axis];
        step *= size;
      }
    }
    return numbers;
  }

  private static IllegalArgumentException unfit(
      long[] a, boolean transA, long[] b, boolean transB) {
    return new IllegalArgumentException(
        "Product of %s%s and %s%s: the sizes do not fit"
            .formatted(
                Arrays.toString(a),
                transA ? " transposed" : "",
                Arrays.toString(b),
                transB ? " transposed" : ""));
  }
}
