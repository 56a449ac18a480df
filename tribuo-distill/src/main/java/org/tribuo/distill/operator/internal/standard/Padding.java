package org.tribuo.distill.operator.internal.standard;

import java.util.Arrays;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.operator.ForwardNode;

/** The padding of an image before a kernel slides over it. */
final class Padding {
  private Padding() {}

  /**
   * The attributes of a convolution or pooling with its padding in numbers: ONNX Runtime's gradient
   * of a convolution looks at nothing else.
   */
  static Attributes explicit(ForwardNode n) {
    Attributes attributes = n.attributes().without("auto_pad");
    String kind = n.attribute("auto_pad", "NOTSET");
    return switch (kind) {
      case "NOTSET" -> attributes;
      case "VALID" -> attributes.without("pads");
      default -> attributes.with("pads", same(n, attributes, kind.equals("SAME_UPPER")));
    };
  }

  /** As many windows as strides fit into the image; what is odd goes to the end or the start. */
  private static long[] same(ForwardNode n, Attributes attributes, boolean moreAtEnd) {
    long[] kernel = kernel(n);
    long[] strides = attributes.longs("strides").orElseGet(() -> ones(kernel.length));
    long[] dilations = attributes.longs("dilations").orElseGet(() -> ones(kernel.length));
    long[] pads = new long[2 * kernel.length];
    for (int axis = 0; axis < kernel.length; axis++) {
      long covered = (kernel[axis] - 1) * dilations[axis] + 1;
      long whole = strides[axis] == 1 ? covered - 1 : missing(n, axis, strides[axis], covered);
      pads[axis] = moreAtEnd ? whole / 2 : whole - whole / 2;
      pads[kernel.length + axis] = whole - pads[axis];
    }
    return pads;
  }

  /** The sizes of the kernel, which a convolution need not name. */
  private static long[] kernel(ForwardNode n) {
    return n.attributes()
        .longs("kernel_shape")
        .or(() -> n.x(1).shape().flatMap(Shape::fixed).map(s -> Arrays.copyOfRange(s, 2, s.length)))
        .orElseThrow(() -> n.cannot("the size of its kernel is not known before the graph runs"));
  }

  /** What an image lacks for a window at every stride. */
  private static long missing(ForwardNode n, int axis, long stride, long covered) {
    if (n.x().shape().orElseThrow().dimension(axis + 2) instanceof Dimension.Fixed size) {
      long windows = (size.size() + stride - 1) / stride;
      return Math.max(0, (windows - 1) * stride + covered - size.size());
    }
    throw n.cannot(
        "its padding (auto_pad) depends on the size of axis %d, which only the run shows; export the"
                .formatted(axis + 2)
            + " model with a fixed size there");
  }

  private static long[] ones(int length) {
    long[] ones = new long[length];
    Arrays.fill(ones, 1);
    return ones;
  }
}
