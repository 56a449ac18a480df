package org.tribuo.distill.onednn;

import org.tribuo.distill.graph.internal.DistillDomain;

/** Rounds float32 to bfloat16. */
final class Rounding {
  /** About how many numbers a core rounds in a nanosecond. */
  static final long ROUNDED_A_NANO = 4;

  private static final String KIND = "rounding";
  private static final String COPY = "copy of rounded numbers";

  private Rounding() {}

  /** {@link DistillDomain#ROUNDING}. */
  static CustomOperator operator(PrimitiveCache primitives) {
    return new ElementwiseOperator(
        DistillDomain.ROUNDING, 1, NumberType.BFLOAT16, pieces(primitives), ROUNDED_A_NANO);
  }

  /** The arguments are the numbers and the rounded ones. */
  static Pieces pieces(PrimitiveCache primitives) {
    return new Pieces(
        primitives,
        KIND,
        numbers -> compile(NumberType.FLOAT32, numbers),
        Float.BYTES,
        Short.BYTES);
  }

  /** Copies numbers that are rounded already. */
  static Pieces copies(PrimitiveCache primitives) {
    return new Pieces(
        primitives,
        COPY,
        numbers -> compile(NumberType.BFLOAT16, numbers),
        Short.BYTES,
        Short.BYTES);
  }

  private static Primitive compile(NumberType source, int numbers) {
    try (Layout from = Pieces.layout(source.elementType(), numbers);
        Layout to = Pieces.layout(Dnnl.BF16, numbers)) {
      return Reorder.compile(from, to);
    }
  }
}
