package org.tribuo.distill.transformer;

/** What becomes of the lengths of vectors that stand for texts. */
public enum VectorLength {
  /** Each vector is divided by its length, so that products are cosines. */
  UNIT,

  /** Vectors stay as long as they are. */
  OWN
}
