package org.tribuo.distill.operator.internal.standard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;

/**
 * Convolutions, by ONNX Runtime's ConvGrad: all groups, strides, dilations and padding.
 *
 * <p>Before it adds up the gradient of a group of channels, that kernel clears it. For images of
 * two axes it clears the group; for any other number of axes it clears what all groups take
 * together, and so, with several groups, memory behind its output. Sequences are therefore images
 * of height 1 here, and images of three axes are differentiated group by group.
 */
final class ConvolutionGradient {
  /** The axes before those along which the kernel slides: batch and channels, or out and in. */
  private static final int BEFORE_IMAGE = 2;

  private final Ops op;
  private final List<Boolean> wanted;

  private ConvolutionGradient(Ops op, List<Boolean> wanted) {
    this.op = op;
    this.wanted = wanted;
  }

  /**
   * A convolution and the gradient of its result.
   *
   * @param attributes with the padding in numbers
   */
  record Convolution(Attributes attributes, Value dy, Value x, Value kernel) {
    int axes() {
      return kernel.rank() - BEFORE_IMAGE;
    }

    int groups() {
      return (int) attributes.get("group", 1L);
    }
  }

  static List<Value> gradients(Ops op, ForwardNode n, Value dy) {
    List<Boolean> wanted = IntStream.range(0, 3).mapToObj(n::wants).toList();
    return new ConvolutionGradient(op, wanted)
        .of(new Convolution(Padding.explicit(n), dy, n.x(0), n.x(1)));
  }

  /** The gradient of the images alone. */
  static Value ofImages(Ops op, Convolution convolution) {
    return new ConvolutionGradient(op, List.of(true, false, false)).of(convolution).get(0);
  }

  private List<Value> of(Convolution convolution) {
    if (convolution.axes() == 1) {
      return ofSequences(convolution);
    }
    return convolution.axes() > 2 && convolution.groups() > 1 && wanted.get(0)
        ? groupByGroup(convolution)
        : byKernel(convolution);
  }

  private List<Value> byKernel(Convolution c) {
    TensorType vector = TensorType.ofRank(c.dy().elementType(), 1);
    List<TensorType> types = List.of(c.x().type(), c.kernel().type(), vector);
    return op.microsoft(
        "ConvGrad",
        c.attributes(),
        List.of(c.dy(), c.x(), c.kernel()),
        IntStream.range(0, types.size())
            .mapToObj(i -> Optional.of(types.get(i)).filter(type -> wanted.get(i)))
            .toList());
  }

  private List<Value> ofSequences(Convolution c) {
    List<Value> ofImages =
        byKernel(
            new Convolution(
                ofHeightOne(c.attributes()),
                op.unsqueeze(c.dy(), BEFORE_IMAGE),
                op.unsqueeze(c.x(), BEFORE_IMAGE),
                op.unsqueeze(c.kernel(), BEFORE_IMAGE)));
    return List.of(withoutHeight(ofImages.get(0)), withoutHeight(ofImages.get(1)), ofImages.get(2));
  }

  private Value withoutHeight(Value images) {
    return images.isAbsent() ? images : op.squeeze(images, BEFORE_IMAGE);
  }

  private static Attributes ofHeightOne(Attributes attributes) {
    Attributes image = attributes;
    for (String name : List.of("kernel_shape", "strides", "dilations")) {
      image = along(image, name, a -> new long[] {1, a[0]});
    }
    return along(image, "pads", a -> new long[] {0, a[0], 0, a[1]});
  }

  private static Attributes along(
      Attributes attributes, String name, UnaryOperator<long[]> change) {
    return attributes
        .longs(name)
        .filter(numbers -> numbers.length > 0)
        .map(numbers -> attributes.with(name, change.apply(numbers)))
        .orElse(attributes);
  }

  private List<Value> groupByGroup(Convolution c) {
    Attributes single = c.attributes().without("group");
    List<Value> dy = parts(c.dy(), 1, c.groups());
    List<Value> x = parts(c.x(), 1, c.groups());
    List<Value> kernels = parts(c.kernel(), 0, c.groups());
    List<List<Value>> gradients = new ArrayList<>();
    for (int group = 0; group < c.groups(); group++) {
      gradients.add(
          byKernel(new Convolution(single, dy.get(group), x.get(group), kernels.get(group))));
    }
    return List.of(together(gradients, 0, 1), together(gradients, 1, 0), together(gradients, 2, 0));
  }

  private List<Value> parts(Value whole, int axis, int groups) {
    TensorType[] types = new TensorType[groups];
    Arrays.fill(types, TensorType.ofRank(whole.elementType(), whole.rank()));
    Attributes equal = Attributes.NONE.with("axis", (long) axis).with("num_outputs", (long) groups);
    return op.call(Node.ONNX, "Split", equal, List.of(whole), types);
  }

  private Value together(List<List<Value>> gradients, int input, int axis) {
    return wanted.get(input)
        ? op.concat(axis, gradients.stream().map(group -> group.get(input)).toList())
        : Value.ABSENT;
  }
}
