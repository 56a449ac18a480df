package org.tribuo.distill.onednn;

import java.util.function.IntFunction;

/**
 * An element-wise computation of as many numbers as there are: in pieces whose lengths are powers
 * of two, so that a few primitives serve all lengths.
 *
 * @param kind what is computed, for the cache
 * @param compile makes the primitive for a length
 * @param bytes of an element of each argument, in their order
 */
record Pieces(
    PrimitiveCache primitives, Object kind, IntFunction<Primitive> compile, int... bytes) {
  /** The arguments of a piece fit into a core's own cache. */
  private static final int LARGEST_POWER = 16;

  private static final int LARGEST = 1 << LARGEST_POWER;

  private record Key(Object kind, int numbers) {}

  /** The parts of so many numbers that may be computed at the same time. */
  static int parts(long numbers) {
    return Math.toIntExact((numbers + LARGEST - 1) / LARGEST);
  }

  /**
   * Computes one part.
   *
   * @param numbers of all parts
   * @param addresses of the first elements of the arguments
   */
  void compute(int part, long numbers, long... addresses) {
    long start = (long) part * LARGEST;
    long length = Math.min(LARGEST, numbers - start);
    for (int power = LARGEST_POWER; power >= 0; power--) {
      int piece = 1 << power;
      if ((length & piece) != 0) {
        long[] own = addresses.clone();
        for (int i = 0; i < own.length; i++) {
          own[i] += bytes[i] * start;
        }
        primitives.get(new Key(kind, piece), () -> compile.apply(piece)).execute(own);
        start += piece;
      }
    }
  }

  /** The layout of so many numbers behind each other, which the caller closes. */
  static Layout layout(int elementType, int numbers) {
    return Layout.of(elementType, new long[] {numbers}, new long[] {1});
  }
}
