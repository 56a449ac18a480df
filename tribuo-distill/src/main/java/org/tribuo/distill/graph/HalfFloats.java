package org.tribuo.distill.graph;

/** Conversions between float32 and the floats of 16 bits, rounded to the nearest, ties to even. */
final class HalfFloats {
  /** 2²⁴ in float32: the reciprocal of the smallest positive float16. */
  private static final float SUBNORMAL_STEPS = 0x1p24f;

  /** Half of the distance between the largest float16 and what would be next. */
  private static final float OVERFLOW = 65520;

  private static final float SMALLEST_NORMAL = 0x1p-14f;

  private HalfFloats() {}

  /** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of significand. */
  static float fromFloat16(short half) {
    int exponent = half >> 10 & 0x1F;
    int significand = half & 0x3FF;
    float magnitude;
    if (exponent == 0x1F) {
      magnitude = Float.intBitsToFloat(0x7F800000 | significand << 13);
    } else if (exponent == 0) {
      magnitude = significand / SUBNORMAL_STEPS;
    } else {
      magnitude = Float.intBitsToFloat(exponent + 112 << 23 | significand << 13);
    }
    return Float.intBitsToFloat(Float.floatToRawIntBits(magnitude) | (half & 0x8000) << 16);
  }

  static short toFloat16(float value) {
    int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
    float magnitude = Math.abs(value);
    int half;
    if (Float.isNaN(magnitude)) {
      half = 0x7E00 | Float.floatToRawIntBits(magnitude) >> 13 & 0x3FF;
    } else if (magnitude >= OVERFLOW) {
      half = 0x7C00;
    } else if (magnitude < SMALLEST_NORMAL) {
      half = (int) Math.rint(magnitude * SUBNORMAL_STEPS);
    } else {
      half = (roundedAway(Float.floatToRawIntBits(magnitude), 13) >> 13) - (112 << 10);
    }
    return (short) (sign | half);
  }

  /** The upper half of a float32. */
  static float fromBfloat16(short half) {
    return Float.intBitsToFloat(half << 16);
  }

  static short toBfloat16(float value) {
    int bits = Float.floatToIntBits(value);
    return (short) ((Float.isNaN(value) ? bits : roundedAway(bits, 16)) >> 16);
  }

  /** Bits to which so much is added that cutting off the lowest ones rounds to the nearest. */
  private static int roundedAway(int bits, int dropped) {
    int lowestKept = bits >> dropped & 1;
    return bits + (1 << dropped - 1) - 1 + lowestKept;
  }
}
