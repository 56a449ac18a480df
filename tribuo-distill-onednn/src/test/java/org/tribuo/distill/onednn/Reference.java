package org.tribuo.distill.onednn;

import org.tribuo.distill.graph.Tensor;

/**
 * A product of stacks of matrices as its definition says, in double precision, of factors that were
 * rounded to bfloat16 where the processor does that.
 *
 * @param sums the entries
 * @param magnitudes the sums of the absolute values of the same products
 */
record Reference(long[] dims, double[] sums, double[] magnitudes) {
  static Reference of(Tensor a, boolean transA, Tensor b, boolean transB) {
    return of(a, factors(a), transA, b, factors(b), transB);
  }

  /** Of factors that are not rounded. */
  static Reference exactly(Tensor a, boolean transA, Tensor b, boolean transB) {
    return of(a, a.toFloats(), transA, b, b.toFloats(), transB);
  }

  private static Reference of(
      Tensor a, float[] left, boolean transA, Tensor b, float[] right, boolean transB) {
    int rank = Math.max(a.rank(), b.rank());
    long[] dims = new long[rank];
    int count = 1;
    for (int axis = 0; axis < rank - 2; axis++) {
      dims[axis] = Math.max(size(a, axis, rank), size(b, axis, rank));
      if (size(a, axis, rank) == 0 || size(b, axis, rank) == 0) {
        dims[axis] = 0;
      }
      count *= (int) dims[axis];
    }
    int m = (int) a.dim(transA ? -1 : -2);
    int k = (int) a.dim(transA ? -2 : -1);
    int n = (int) b.dim(transB ? -2 : -1);
    dims[rank - 2] = m;
    dims[rank - 1] = n;
    double[] sums = new double[count * m * n];
    double[] magnitudes = new double[sums.length];
    for (int matrix = 0; matrix < count; matrix++) {
      int fromA = offset(a, dims, matrix) * m * k;
      int fromB = offset(b, dims, matrix) * k * n;
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          int entry = (matrix * m + i) * n + j;
          for (int s = 0; s < k; s++) {
            double term =
                (double) left[fromA + (transA ? s * m + i : i * k + s)]
                    * right[fromB + (transB ? j * k + s : s * n + j)];
            sums[entry] += term;
            magnitudes[entry] += Math.abs(term);
          }
        }
      }
    }
    return new Reference(dims, sums, magnitudes);
  }

  private static float[] factors(Tensor tensor) {
    float[] factors = tensor.toFloats();
    if (new OneDnnOperators().isActive()) {
      for (int i = 0; i < factors.length; i++) {
        factors[i] = bfloat16(factors[i]);
      }
    }
    return factors;
  }

  /** The nearest number of 8 significant bits, of two the even one. */
  private static float bfloat16(float number) {
    int bits = Float.floatToRawIntBits(number);
    return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
  }

  long columns() {
    return dims[dims.length - 1];
  }

  private static long size(Tensor tensor, int axis, int rank) {
    int own = axis - (rank - tensor.rank());
    return own < 0 ? 1 : tensor.dim(own);
  }

  private static int offset(Tensor tensor, long[] dims, int matrix) {
    int[] place = new int[dims.length - 2];
    for (int axis = place.length - 1, rest = matrix; axis >= 0; axis--) {
      place[axis] = rest % (int) dims[axis];
      rest /= (int) dims[axis];
    }
    int offset = 0;
    for (int axis = 0; axis < place.length; axis++) {
      int size = (int) size(tensor, axis, dims.length);
      offset = offset * size + (size == 1 ? 0 : place[axis]);
    }
    return offset;
  }
}
