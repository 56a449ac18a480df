package org.tribuo.distill.onednn;

/** Rounds float32 to bfloat16. */
final class Rounding {
  private static final String KIND = "rounding";

  private Rounding() {}

  /** The arguments are the numbers and the rounded ones. */
  static Pieces pieces(PrimitiveCache primitives) {
    return new Pieces(primitives, KIND, Rounding::compile, Float.BYTES, Short.BYTES);
  }

  private static Primitive compile(int numbers) {
    try (Layout from = Pieces.layout(Dnnl.F32, numbers);
        Layout to = Pieces.layout(Dnnl.BF16, numbers)) {
      return Reorder.compile(from, to);
    }
  }
}
