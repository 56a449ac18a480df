package org.tribuo.distill.onednn;

import java.util.Arrays;
import java.util.Optional;

/** Instructions that multiply bfloat16 numbers, the fastest first. */
enum InstructionSet {
  /** Tiles of a matrix: Intel's Xeon from its fourth generation on. */
  AMX("AMX", 0xfef),

  /** Pairs of numbers in vectors: AMD's EPYC from its fourth generation on, and others. */
  AVX512_BF16("AVX512-BF16", 0xe7);

  private final String shown;
  private final int bits;

  InstructionSet(String shown, int bits) {
    this.shown = shown;
    this.bits = bits;
  }

  /**
   * The fastest that a processor has.
   *
   * @param instructions what it has: oneDNN's {@code dnnl_cpu_isa_t}, a set of bits
   */
  static Optional<InstructionSet> among(int instructions) {
    return Arrays.stream(values()).filter(set -> (instructions & set.bits) == set.bits).findFirst();
  }

  /** As processors' vendors write it. */
  @Override
  public String toString() {
    return shown;
  }
}
