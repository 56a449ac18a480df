package org.tribuo.distill.onednn;

/**
 * Rounds float32 to bfloat16, as many numbers as there are: in pieces whose lengths are powers of
 * two, so that a few primitives serve all.
 */
final class Rounding {
  /** The source and the result of a piece fit into a core's own cache. */
  private static final int LARGEST = 15;

  static final int PIECE = 1 << LARGEST;

  private record Key(int numbers) {}

  private final PrimitiveCache primitives;

  Rounding(PrimitiveCache primitives) {
    this.primitives = primitives;
  }

  /** The parts of so many numbers that may be rounded at the same time. */
  static int parts(long numbers) {
    return Math.toIntExact((numbers + PIECE - 1) / PIECE);
  }

  /** Rounds one part. */
  void round(int part, FloatTensor from, long to) {
    long start = (long) part * PIECE;
    long left = Math.min(PIECE, from.elements() - start);
    for (int power = LARGEST; power >= 0; power--) {
      int numbers = 1 << power;
      if ((left & numbers) != 0) {
        piece(numbers)
            .execute(from.address() + FloatTensor.BYTES * start, to + Short.BYTES * start);
        start += numbers;
      }
    }
  }

  private Primitive piece(int numbers) {
    return primitives.get(new Key(numbers), () -> compile(numbers));
  }

  private static Primitive compile(int numbers) {
    long[] dims = {numbers};
    long[] strides = {1};
    try (Layout from = Layout.of(Dnnl.F32, dims, strides);
        Layout to = Layout.of(Dnnl.BF16, dims, strides)) {
      return Reorder.compile(from, to);
    }
  }
}
