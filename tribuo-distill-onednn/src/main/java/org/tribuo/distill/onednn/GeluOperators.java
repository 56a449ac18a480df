package org.tribuo.distill.onednn;

import java.util.List;
import org.tribuo.distill.graph.internal.DistillDomain;
import org.tribuo.distill.onednn.Primitive.Argument;

/** {@link DistillDomain#GELU} and its gradient, in float32. */
final class GeluOperators {
  /** About how many numbers a core computes in a nanosecond. */
  private static final long COMPUTED_A_NANO = 2;

  private GeluOperators() {}

  static List<CustomOperator> of(PrimitiveCache primitives) {
    return List.of(
        new ElementwiseOperator(
            DistillDomain.GELU,
            1,
            NumberType.FLOAT32,
            new Pieces(primitives, "Gelu", GeluOperators::forward, Float.BYTES, Float.BYTES),
            COMPUTED_A_NANO),
        new ElementwiseOperator(
            DistillDomain.GELU_GRADIENT,
            2,
            NumberType.FLOAT32,
            new Pieces(
                primitives,
                "gradient of Gelu",
                GeluOperators::backward,
                Float.BYTES,
                Float.BYTES,
                Float.BYTES),
            COMPUTED_A_NANO));
  }

  /** The arguments are x and y. */
  private static Primitive forward(int numbers) {
    try (Layout layout = Pieces.layout(Dnnl.F32, numbers);
        PrimitiveAttributes attributes = new PrimitiveAttributes()) {
      return new Primitive(
          forwardDescriptor(layout, attributes),
          List.of(new Argument(Dnnl.ARG_SRC, layout), new Argument(Dnnl.ARG_DST, layout)));
    }
  }

  private static long forwardDescriptor(Layout layout, PrimitiveAttributes attributes) {
    NativeWords words = new NativeWords(1);
    Dnnl.check(
        Dnnl.dnnl_eltwise_forward_primitive_desc_create(
            words.at(0),
            ProcessorEngine.CPU,
            Dnnl.FORWARD_TRAINING,
            Dnnl.ELTWISE_GELU,
            layout.descriptor(),
            layout.descriptor(),
            0,
            0,
            attributes.address()),
        "dnnl_eltwise_forward_primitive_desc_create");
    return words.get(0);
  }

  /** The arguments are dy, x and dx. */
  private static Primitive backward(int numbers) {
    NativeWords words = new NativeWords(1);
    try (Layout layout = Pieces.layout(Dnnl.F32, numbers);
        PrimitiveAttributes attributes = new PrimitiveAttributes()) {
      long forward = forwardDescriptor(layout, attributes);
      try {
        Dnnl.check(
            Dnnl.dnnl_eltwise_backward_primitive_desc_create(
                words.at(0),
                ProcessorEngine.CPU,
                Dnnl.ELTWISE_GELU,
                layout.descriptor(),
                layout.descriptor(),
                layout.descriptor(),
                0,
                0,
                forward,
                attributes.address()),
            "dnnl_eltwise_backward_primitive_desc_create");
      } finally {
        Dnnl.dnnl_primitive_desc_destroy(forward);
      }
      return new Primitive(
          words.get(0),
          List.of(
              new Argument(Dnnl.ARG_DIFF_DST, layout),
              new Argument(Dnnl.ARG_SRC, layout),
              new Argument(Dnnl.ARG_DIFF_SRC, layout)));
    }
  }
}
