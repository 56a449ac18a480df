package org.tribuo.distill.onednn;

import java.util.List;
import org.tribuo.distill.onednn.Primitive.Argument;

/** Copies between layouts and element types. */
final class Reorder {
  private Reorder() {}

  /** A primitive whose arguments are the source and the result. */
  static Primitive compile(Layout from, Layout to) {
    NativeWords words = new NativeWords(1);
    try (PrimitiveAttributes attributes = new PrimitiveAttributes()) {
      Dnnl.check(
          Dnnl.dnnl_reorder_primitive_desc_create(
              words.at(0),
              from.descriptor(),
              ProcessorEngine.CPU,
              to.descriptor(),
              ProcessorEngine.CPU,
              attributes.address()),
          "dnnl_reorder_primitive_desc_create");
    }
    return new Primitive(
        words.get(0), List.of(new Argument(Dnnl.ARG_SRC, from), new Argument(Dnnl.ARG_DST, to)));
  }
}
