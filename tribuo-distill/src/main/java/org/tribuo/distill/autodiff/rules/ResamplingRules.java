package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.rule;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** Pooling and interpolation over the axes behind batch and channels. */
final class ResamplingRules {
  private ResamplingRules() {}

  static final List<Entry> ENTRIES =
      List.of(
          rule(
              "GlobalAveragePool",
              (op, n, dy) ->
                  grads(op.expandLike(op.div(dy, ReductionRules.counted(op, n)), n.x()))),
          rule("GlobalMaxPool", ResamplingRules::globalMaxPool),
          rule("AveragePool", ResamplingRules::averagePool),
          rule("MaxPool", ResamplingRules::maxPool),
          rule("Resize", ResamplingRules::resize));

  /** To the elements that reach the maximum, in equal parts. */
  private static List<Value> globalMaxPool(Ops op, ForwardNode n, Value dy) {
    Value reached = op.cast(op.equal(n.x(), n.y()), dy.elementType());
    Value ties = op.reduceSumKeep(reached, LongStream.range(2, n.x().rank()).toArray());
    return grads(op.mul(op.div(dy, ties), reached));
  }

  private static List<Value> maxPool(Ops op, ForwardNode n, Value dy) {
    if (n.flag("storage_order")) {
      throw n.cannot("it counts positions column by column");
    }
    Value positions = n.optionalY(1, new TensorType(ElementType.INT64, n.y().shape()));
    return grads(IndexingRules.addedAt(op, positions, dy, n.x()));
  }

  /** A convolution of each channel with a kernel of ones, divided by what lies under the kernel. */
  private static List<Value> averagePool(Ops op, ForwardNode n, Value dy) {
    if (n.flag("ceil_mode")) {
      throw n.cannot("its last window is not whole (ceil_mode)");
    }
    long[] kernel = n.attributes().longs("kernel_shape").orElseThrow();
    Attributes windows =
        n.attributes().only(name -> !name.equals("count_include_pad") && !name.equals("ceil_mode"));
    Value x = channelsApart(op, n.x());
    Value share = channelsApart(op, op.div(dy, under(op, n, kernel)));
    Value dx =
        op.microsoft(
                "ConvGrad",
                windows,
                List.of(share, x, ones(op, kernel, dy)),
                List.of(Optional.of(x.type()), Optional.empty(), Optional.empty()))
            .get(0);
    return grads(op.reshapeLike(dx, n.x()));
  }

  /** How many elements lie under the kernel: all of it, or what is no padding. */
  private static Value under(Ops op, ForwardNode n, long... kernel) {
    double whole = Arrays.stream(kernel).reduce(1, (a, b) -> a * b);
    if (n.flag("count_include_pad")) {
      return op.scalar(whole, n.x());
    }
    Attributes allOfIt = n.attributes().with("count_include_pad", 1L);
    Value ones = op.expandLike(op.scalar(1, n.x()), n.x());
    return op.mul(op.one("AveragePool", allOfIt, n.y().type(), ones), whole);
  }

  private static Value ones(Ops op, long[] kernel, Value like) {
    long[] dims = LongStream.concat(LongStream.of(1, 1), Arrays.stream(kernel)).toArray();
    float[] ones = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
    Arrays.fill(ones, 1);
    return op.constant(Tensor.of(ones, dims).cast(like.elementType()));
  }

  /** [batch, channels, ...] to [batch · channels, 1, ...]. */
  private static Value channelsApart(Ops op, Value x) {
    Value spatial = op.slice(op.shapeOf(x), 0, 2, Long.MAX_VALUE);
    return op.reshape(x, op.concat(0, List.of(op.longs(-1, 1), spatial)));
  }

  /**
   * Along each axis that changes its size, interpolation multiplies by a matrix, which is what the
   * operator makes of the unit matrix; the gradient is multiplied by its transpose.
   */
  private static List<Value> resize(Ops op, ForwardNode n, Value dy) {
    String coordinates = n.attribute("coordinate_transformation_mode", "half_pixel");
    if (coordinates.equals("tf_crop_and_resize")
        || !n.attribute("keep_aspect_ratio_policy", "stretch").equals("stretch")) {
      throw n.cannot("it crops, or keeps the aspect ratio");
    }
    Value dx = dy;
    for (int axis = 0; axis < n.x().rank(); axis++) {
      if (resizes(n, axis)) {
        long[] swapped = Ops.swapped(n.x().rank(), axis, n.x().rank() - 1);
        Value last = op.transpose(dx, swapped);
        dx = op.transpose(op.matmul(last, false, interpolation(op, n, axis), true), swapped);
      }
    }
    return grads(dx);
  }

  private static boolean resizes(ForwardNode n, int axis) {
    Dimension before = n.x().shape().orElseThrow().dimension(axis);
    boolean same = n.y().shape().filter(y -> y.dimension(axis).provablyEquals(before)).isPresent();
    return !same && indexIn(n, axis).isPresent();
  }

  /** Where an axis stands in the vectors of scales and sizes, if it does. */
  private static Optional<Integer> indexIn(ForwardNode n, int axis) {
    Optional<long[]> axes = n.attributes().longs("axes");
    if (axes.isEmpty()) {
      return Optional.of(axis);
    }
    for (int i = 0; i < axes.get().length; i++) {
      if (Math.floorMod(axes.get()[i], (long) n.x().rank()) == axis) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  /** [size before, size after] of one axis. */
  private static Value interpolation(Ops op, ForwardNode n, int axis) {
    Value size = op.sizeOf(n.x(), axis);
    TensorType matrix = TensorType.ofRank(n.elementType(), 2);
    Value square = op.expand(op.scalar(0, n.x()), op.concat(0, List.of(size, size)));
    Value unit = op.one("EyeLike", matrix, square);
    Attributes attributes =
        n.attributes()
            .only(name -> !name.equals("axes") && !name.equals("keep_aspect_ratio_policy"));
    if (n.hasX(2)) {
      int index = indexIn(n, axis).orElseThrow();
      Value scale = op.slice(n.x(2), 0, index, index + 1L);
      Value scales = op.concat(0, List.of(op.constant(Tensor.of(new float[] {1}, 1)), scale));
      return op.one("Resize", attributes, matrix, unit, Value.ABSENT, scales);
    }
    Value sizes = op.concat(0, List.of(size, op.sizeOf(n.y(), axis)));
    return op.one("Resize", attributes, matrix, unit, Value.ABSENT, Value.ABSENT, sizes);
  }
}
