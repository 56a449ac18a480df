package org.tribuo.distill.onednn;

/** What oneDNN knows of a product of matrices before it compiles it. */
final class MatMul {
  /** For so many rows the layout of a packed factor is chosen; it serves any number of them. */
  private static final long TYPICAL_ROWS = 256;

  private MatMul() {}

  /**
   * The descriptor of a primitive, which the caller destroys.
   *
   * @param bias the address of a layout, 0 if there is none
   */
  static long descriptor(
      Layout left, Layout right, long bias, Layout result, PrimitiveAttributes attributes) {
    NativeWords words = new NativeWords(1);
    Dnnl.check(
        Dnnl.dnnl_matmul_primitive_desc_create(
            words.at(0),
            ProcessorEngine.CPU,
            left.descriptor(),
            right.descriptor(),
            bias,
            result.descriptor(),
            attributes.address()),
        "dnnl_matmul_primitive_desc_create");
    return words.get(0);
  }

  /**
   * The layout in which oneDNN multiplies fastest by a matrix [k, n], which the caller closes.
   *
   * @param elementType of the factors
   */
  static Layout packed(int elementType, long k, long n) {
    try (Layout left = rows(elementType, k);
        Layout right = Layout.any(elementType, k, n);
        Layout result = rows(Dnnl.F32, n);
        PrimitiveAttributes attributes = new PrimitiveAttributes()) {
      long descriptor = descriptor(left, right, 0, result, attributes);
      try {
        return Layout.copy(Dnnl.dnnl_primitive_desc_query_md(descriptor, Dnnl.QUERY_WEIGHTS, 0));
      } finally {
        Dnnl.dnnl_primitive_desc_destroy(descriptor);
      }
    }
  }

  private static Layout rows(int elementType, long columns) {
    return Layout.of(elementType, new long[] {TYPICAL_ROWS, columns}, new long[] {columns, 1});
  }
}
