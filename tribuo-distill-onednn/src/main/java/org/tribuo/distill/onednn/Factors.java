package org.tribuo.distill.onednn;

/** In what numbers the factors of a product are multiplied. */
enum Factors {
  /** As they are. */
  FLOAT32(Dnnl.F32, Float.BYTES),

  /** Rounded to 8 significant bits. */
  BFLOAT16(Dnnl.BF16, Short.BYTES);

  private final int elementType;
  private final int bytes;

  Factors(int elementType, int bytes) {
    this.elementType = elementType;
    this.bytes = bytes;
  }

  /** oneDNN's number. */
  int elementType() {
    return elementType;
  }

  /** Bytes of one element. */
  int bytes() {
    return bytes;
  }
}
