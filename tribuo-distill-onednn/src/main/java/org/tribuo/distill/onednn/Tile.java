package org.tribuo.distill.onednn;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.distill.onednn.Primitive.Argument;

/**
 * A part of a product for which oneDNN compiles a primitive: [count, m, k] times [count, k, n]. The
 * arguments of the primitive are the left factor, the right one, the result and, if there is one,
 * the bias.
 *
 * @param bias whether a vector is added to each row
 * @param accumulates whether the product is added to what was in the result
 * @param factor by which all is multiplied at the end
 */
record Tile(
    long count,
    long m,
    long n,
    long k,
    Matrices left,
    Matrices right,
    Matrices result,
    boolean bias,
    boolean accumulates,
    float factor) {
  Primitive compile() {
    try (Layout leftLayout = left.layout(count, m, k);
        Layout rightLayout = right.layout(count, k, n);
        Layout resultLayout = result.layout(count, m, n);
        Layout row = Matrices.of(Dnnl.F32, false, n, 0).layout(count, 1, n);
        PrimitiveAttributes attributes = new PrimitiveAttributes()) {
      if (accumulates) {
        attributes.accumulate();
      }
      if (factor != 1) {
        attributes.multiply(factor);
      }
      List<Argument> arguments = new ArrayList<>();
      arguments.add(new Argument(Dnnl.ARG_SRC, leftLayout));
      arguments.add(new Argument(Dnnl.ARG_WEIGHTS, rightLayout));
      arguments.add(new Argument(Dnnl.ARG_DST, resultLayout));
      if (bias) {
        arguments.add(new Argument(Dnnl.ARG_BIAS, row));
      }
      return new Primitive(
          MatMul.descriptor(
              leftLayout, rightLayout, bias ? row.descriptor() : 0, resultLayout, attributes),
          arguments);
    }
  }
}
