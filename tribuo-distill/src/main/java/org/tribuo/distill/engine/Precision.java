package org.tribuo.distill.engine;

/** The numbers in which a session computes. Weights and results are always float32. */
public enum Precision {
  /** All in float32. */
  FLOAT32,

  /**
   * The factors of a network's matrix products in bfloat16 (8 significant bits), their sums in
   * float32; all else, such as normalisations, softmax, losses and the optimizer, in float32. Only
   * on the CPU, with an {@link OperatorLibrary} on the class path. Where the processor lacks the
   * instructions the products are computed in float32.
   */
  BFLOAT16_PRODUCTS,

  /**
   * The factors of the products with weights in integers of 8 bits, their sums in 32 bits; all else
   * in float32. Only for the soft targets of a teacher, on the CPU: nothing is trained in it. Each
   * column of a weight has a scale of its own; the other factor is scaled at each run, as a whole.
   */
  INT8_PRODUCTS
}
