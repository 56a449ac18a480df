package org.tribuo.distill.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.platform.Fp16Conversions;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against ONNX Runtime's own conversions. */
class HalfFloatsTest {
  @Test
  void everyHalfBecomesItsFloatAndComesBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      short half = (short) bits;
      assertSame(HalfFloats.fromFloat16(half), Fp16Conversions.fp16ToFloat(half), bits);
      assertSame(HalfFloats.fromBfloat16(half), Fp16Conversions.bf16ToFloat(half), bits);
      if (!Float.isNaN(HalfFloats.fromFloat16(half))) {
        assertThat(HalfFloats.toFloat16(HalfFloats.fromFloat16(half))).isEqualTo(half);
      }
      if (!Float.isNaN(HalfFloats.fromBfloat16(half))) {
        assertThat(HalfFloats.toBfloat16(HalfFloats.fromBfloat16(half))).isEqualTo(half);
      }
    }
  }

  @Test
  void floatsAreRoundedToTheNearestAndTiesToEven() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200_000; i++) {
      assertRounded(Float.intBitsToFloat(random.nextInt()));
    }
    for (int bits = 0; bits < (1 << 16) - 1; bits++) {
      float half = HalfFloats.fromFloat16((short) bits);
      float tie = (half + HalfFloats.fromFloat16((short) (bits + 1))) / 2;
      if (Float.isFinite(tie)) {
        assertRounded(tie);
        assertRounded(Math.nextUp(tie));
        assertRounded(Math.nextDown(tie));
      }
      assertRounded(Float.intBitsToFloat(bits << 16 | 0x8000));
    }
    for (float limit : new float[] {65504, 65519.996f, 65520, 1e9f, Float.POSITIVE_INFINITY}) {
      assertRounded(limit);
      assertRounded(-limit);
    }
  }

  @Test
  void whatIsNoNumberStaysNone() {
    assertThat(HalfFloats.fromFloat16(HalfFloats.toFloat16(Float.NaN))).isNaN();
    assertThat(HalfFloats.fromBfloat16(HalfFloats.toBfloat16(Float.NaN))).isNaN();
  }

  private static void assertRounded(float value) {
    if (!Float.isNaN(value)) {
      int bits = Float.floatToRawIntBits(value);
      assertThat(HalfFloats.toFloat16(value))
          .as("%08x", bits)
          .isEqualTo(Fp16Conversions.floatToFp16(value));
      assertThat(HalfFloats.toBfloat16(value))
          .as("%08x", bits)
          .isEqualTo(Fp16Conversions.floatToBf16(value));
    }
  }

  private static void assertSame(float actual, float expected, int bits) {
    assertThat(Float.floatToIntBits(actual))
        .as("%04x", bits)
        .isEqualTo(Float.floatToIntBits(expected));
  }
}
