package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.SizedNode;

/** Convolutions and Fourier transforms. */
final class Convolutions {
  private Convolutions() {}

  static final List<Operator> ALL =
      List.of(
          operator("Conv").shape(Convolutions::convolved).gradient(ConvolutionGradient::gradients),
          operator("DFT").lift(20, Lifts::fourier));

  /** A symbolic size becomes another one, named by what the convolution does to it. */
  private static Optional<Shape> convolved(SizedNode n) {
    Optional<Shape> x = n.x();
    Optional<Shape> kernel = n.x(1);
    if (x.isEmpty() || kernel.isEmpty()) {
      return Optional.empty();
    }
    List<Dimension> dims = new ArrayList<>(Shape.ofRank(x.get().rank()).dimensions());
    dims.set(0, x.get().dimension(0));
    dims.set(1, kernel.get().dimension(0));
    String form = convolution(n.attributes());
    for (int axis = 2; axis < dims.size(); axis++) {
      if (x.get().dimension(axis) instanceof Dimension.Symbolic size
          && kernel.get().dimension(axis) instanceof Dimension.Fixed width) {
        String name = "conv(%s, %s, %s, %s)".formatted(size.name(), axis, width.size(), form);
        dims.set(axis, Dimension.of(name));
      }
    }
    return Optional.of(new Shape(dims));
  }

  private static String convolution(Attributes attributes) {
    return attributes.get("auto_pad", "NOTSET")
        + Stream.of("strides", "pads", "dilations")
            .map(name -> Arrays.toString(attributes.longs(name).orElse(new long[0])))
            .collect(Collectors.joining());
  }
}
