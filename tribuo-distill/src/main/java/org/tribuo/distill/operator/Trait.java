package org.tribuo.distill.operator;

/** A yes or no that is known of an operator, and that searches and passes ask for. */
public enum Trait {
  /**
   * Each element of the output is computed from one element of each input, whose shapes broadcast
   * to that of the output.
   */
  BROADCASTS,

  /** The order of its inputs has no influence. */
  COMMUTATIVE,

  /** It keeps the elements and their order, and gives them another shape, type or name. */
  VIEW,

  /** Each element of its output is an element of its first input, each of which is there once. */
  REARRANGES,

  /** It reads the sizes of its input, not its elements. */
  READS_SIZES,

  /** It looks up rows of a table by their numbers: the table is input 0, the numbers input 1. */
  LOOKS_UP,

  /** It multiplies the matrices in its first two inputs. */
  MATRIX_PRODUCT,

  /** It weighs some positions by their scores against others. */
  ATTENDS,

  /** It normalises its first input; further ones scale and shift it. */
  NORMALIZES,

  /** Normalisations are written out with it. */
  WITHIN_NORMALIZATION,

  /**
   * It is periodic, as the functions are that encode positions: no weight is learned through them.
   */
  PERIODIC,

  /** It pools the elements under a window that slides over an image. */
  POOLS_WINDOWS,

  /** It converts between floats and the integers that stand for them. */
  CONVERTS_QUANTIZED,

  /** It computes with integers that stand for floats, or converts between both. */
  QUANTIZED
}
