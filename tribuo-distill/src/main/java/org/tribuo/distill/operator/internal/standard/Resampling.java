package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.Trait.POOLS_WINDOWS;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.AxisOrigins;

/** Pooling and interpolation over the axes behind batch and channels. */
final class Resampling {
  private static final String NEAREST = "nearest";

  private Resampling() {}

  /** Examples and channels are pooled apart from one another. */
  private static Operator pooling(String name) {
    return operator(name)
        .origins((n, axis) -> axis < 2 ? AxisOrigins.first(axis) : Optional.empty());
  }

  static final List<Operator> ALL =
      List.of(
          pooling("GlobalAveragePool")
              .gradient(
                  (op, n, dy) ->
                      grads(
                          op.expandLike(op.div(dy, Reductions.counted(op, n.x(), n.y())), n.x()))),
          pooling("GlobalMaxPool").gradient(Resampling::globalMaxPool),
          pooling("AveragePool")
              .with(POOLS_WINDOWS)
              .lift(19, Resampling::liftAveragePool)
              .gradient(Resampling::averagePool),
          pooling("MaxPool").with(POOLS_WINDOWS).gradient(Resampling::maxPool),
          operator("Resize").lift(11, Resampling::liftResize).gradient(Resampling::resize),
          operator("Upsample").lift(10, Resampling::liftUpsample),
          operator("RoiAlign").lift(16, Resampling::liftRoiAlign),
          operator("GridSample").lift(20, Resampling::liftGridSample));

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
    return grads(Indexing.addedAt(op, positions, dy, n.x()));
  }

  /**
   * A convolution of each channel with a kernel of ones. What was averaged over shows on an image
   * of ones: its elements under the kernel, and their part in the divisor if padding counts.
   */
  private static List<Value> averagePool(Ops op, ForwardNode n, Value dy) {
    long[] kernel = n.attributes().longs("kernel_shape").orElseThrow();
    Attributes windows = windows(n, kernel);
    Value ones = op.expandLike(op.scalar(1, n.x()), n.x());
    Value share =
        channelsApart(op, n.flag("count_include_pad") ? op.mul(dy, n.appliedTo(op, ones)) : dy);
    TensorType images = TensorType.ofRank(dy.elementType(), n.x().rank());
    Value kernelOfOnes = ones(op, kernel, dy);
    Value counts = op.one("Conv", windows, images, channelsApart(op, ones), kernelOfOnes);
    Value x = channelsApart(op, n.x());
    Value dx =
        ConvolutionGradient.ofImages(
            op,
            new ConvolutionGradient.Convolution(windows, op.div(share, counts), x, kernelOfOnes));
    return grads(op.reshapeLike(dx, n.x()));
  }

  /**
   * The windows as those of a convolution, which are all whole: the end is padded until they are.
   */
  private static Attributes windows(ForwardNode n, long... kernel) {
    Attributes windows =
        Padding.explicit(n)
            .only(name -> !name.equals("count_include_pad") && !name.equals("ceil_mode"));
    boolean fits = !n.flag("ceil_mode") || n.attribute("auto_pad", "NOTSET").startsWith("SAME");
    if (fits) {
      return windows;
    }
    long[] pads = windows.longs("pads").orElse(new long[2 * kernel.length]).clone();
    long[] strides = windows.longs("strides").orElse(new long[0]);
    for (int axis = 0; axis < strides.length; axis++) {
      requireLastWindowInImage(n, axis, kernel[axis] - pads[kernel.length + axis]);
      pads[kernel.length + axis] += strides[axis] - 1;
    }
    return windows.with("pads", pads);
  }

  /** ONNX Runtime leaves out a last window that starts behind the image, if the size is such. */
  private static void requireLastWindowInImage(ForwardNode n, int axis, long kernelInImage) {
    long stride = n.attributes().longs("strides").orElseThrow()[axis];
    long dilation = n.attributes().longs("dilations").map(d -> d[axis]).orElse(1L);
    long kernel = n.attributes().longs("kernel_shape").orElseThrow()[axis];
    boolean known = n.x().shape().orElseThrow().dimension(axis + 2) instanceof Dimension.Fixed;
    if (!known && stride > kernelInImage + (kernel - 1) * (dilation - 1)) {
      throw n.cannot(
          "whether its last window (ceil_mode) lies in the image depends on the size of axis %d, which only the run shows; export the model with a fixed size there"
              .formatted(axis + 2));
    }
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
    if (!n.attribute("keep_aspect_ratio_policy", "stretch").equals("stretch")) {
      throw n.cannot("it keeps the aspect ratio");
    }
    if (sameShape(n)) {
      return grads(dy);
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

  /** ONNX Runtime then copies, even where a scale is not quite 1. */
  private static boolean sameShape(ForwardNode n) {
    Shape before = n.x().shape().orElseThrow();
    return !crops(n) && n.y().shape().filter(before::provablyEquals).isPresent();
  }

  private static boolean resizes(ForwardNode n, int axis) {
    Optional<Integer> index = indexIn(n, axis);
    if (index.isEmpty()) {
      return false;
    }
    boolean whole =
        !crops(n) || n.constant(1).filter(roi -> isWhole(roi.toFloats(), index.get())).isPresent();
    return !whole || changesSize(n, axis, index.get());
  }

  /** Either scales or sizes are given; scales may then be there, but empty. */
  private static boolean byScales(ForwardNode n) {
    return !n.hasX(3);
  }

  private static boolean crops(ForwardNode n) {
    return n.attribute("coordinate_transformation_mode", "half_pixel").equals("tf_crop_and_resize");
  }

  /** Whether the region of interest, all starts and then all ends, is all of an axis. */
  private static boolean isWhole(float[] roi, int index) {
    return roi[index] == 0 && roi[roi.length / 2 + index] == 1;
  }

  private static boolean changesSize(ForwardNode n, int axis, int index) {
    if (byScales(n)) {
      return n.constant(2).filter(scales -> scales.toFloats()[index] == 1).isEmpty();
    }
    Dimension before = n.x().shape().orElseThrow().dimension(axis);
    return n.y().shape().filter(y -> y.dimension(axis).provablyEquals(before)).isEmpty();
  }

  /** Where an axis stands in the vectors of scales and sizes, if it does. */
  private static Optional<Integer> indexIn(ForwardNode n, int axis) {
    Optional<long[]> axes = axes(n);
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

  /** The axes that are named, if not all are meant. */
  private static Optional<long[]> axes(ForwardNode n) {
    return n.attributes().longs("axes").filter(axes -> axes.length > 0);
  }

  /**
   * [size before, size after] of one axis: what becomes of the unit matrix along its columns, each
   * row an image of its own. Images of height 1 become 2 high, of which one row is left, since ONNX
   * Runtime copies what keeps its shape.
   */
  private static Value interpolation(Ops op, ForwardNode n, int axis) {
    int index = indexIn(n, axis).orElseThrow();
    Value size = op.sizeOf(n.x(), axis);
    Value square = op.expand(op.scalar(0, n.x()), op.concat(0, List.of(size, size)));
    Value unit = op.one("EyeLike", TensorType.ofRank(n.elementType(), 2), square);
    Value images = op.reshape(unit, op.concat(0, List.of(size, op.longs(1, 1), size)));
    Value region = crops(n) ? region(op, n, index) : Value.ABSENT;
    Attributes attributes =
        n.attributes()
            .only(name -> !name.equals("axes") && !name.equals("keep_aspect_ratio_policy"))
            .with("extrapolation_value", 0f);
    TensorType type = TensorType.ofRank(n.elementType(), 4);
    Value resized =
        byScales(n)
            ? op.one("Resize", attributes, type, images, region, scales(op, n.x(2), index))
            : op.one(
                "Resize",
                attributes,
                type,
                images,
                region,
                Value.ABSENT,
                op.concat(0, List.of(size, op.longs(1, 2), op.sizeOf(n.y(), axis))));
    Value matrix =
        op.reshape(op.slice(resized, 2, 0, 1), op.concat(0, List.of(size, op.longs(-1))));
    return crops(n) || sizesAreKnown(n) ? matrix : orUnit(op, n, matrix);
  }

  private static boolean sizesAreKnown(ForwardNode n) {
    return n.x().shape().flatMap(Shape::fixed).isPresent()
        && n.y().shape().flatMap(Shape::fixed).isPresent();
  }

  /** The unit matrix instead, if the run shows that the node keeps its shape. */
  private static Value orUnit(Ops op, ForwardNode n, Value matrix) {
    Value changed = op.not(op.equal(op.shapeOf(n.x()), op.shapeOf(n.y())));
    Value changes = op.reduceSum(op.cast(changed, ElementType.INT64));
    Value unit = op.one("EyeLike", matrix.type(), matrix);
    return op.where(op.equal(changes, op.constant(Tensor.scalar(0L))), unit, matrix);
  }

  private static Value scales(Ops op, Value scales, int index) {
    return op.concat(0, List.of(numbers(op, scales, 1, 1, 2), one(op, scales, index)));
  }

  /** Of the images all, and along their width what the node looks at along one of its axes. */
  private static Value region(Ops op, ForwardNode n, int index) {
    Value roi = n.x(1);
    int axes = axes(n).map(a -> a.length).orElseGet(() -> n.x().rank());
    return op.concat(
        0,
        List.of(
            numbers(op, roi, 0, 0, 0),
            one(op, roi, index),
            numbers(op, roi, 1, 1, 1),
            one(op, roi, axes + index)));
  }

  private static Value one(Ops op, Value vector, int index) {
    return op.slice(vector, 0, index, index + 1L);
  }

  private static Value numbers(Ops op, Value like, float... numbers) {
    return op.constant(Tensor.of(numbers, numbers.length).cast(like.elementType()));
  }

  // ---- older opsets

  /**
   * What rounding up the size adds to the image was padding, and counted where padding is; now it
   * is not.
   */
  private static void liftAveragePool(Ops op, Node node) {
    Attributes attributes = node.attributes();
    boolean rounded =
        attributes.get("ceil_mode", 0L) != 0
            && !attributes.get("auto_pad", "NOTSET").startsWith("SAME");
    if (rounded && attributes.get("count_include_pad", 0L) != 0) {
      PoolWindows windows = new PoolWindows(attributes);
      addedByRounding(node, windows, Lifts.x(op, node).shape())
          .ifPresent(
              more ->
                  op.graph()
                      .replace(
                          node,
                          Node.ONNX,
                          node.opType(),
                          attributes
                              .without("ceil_mode")
                              .without("auto_pad")
                              .with("pads", windows.padsWith(more)),
                          node.inputs()));
    }
  }

  /** Along each axis; nothing if along one of them the last window is left out. */
  private static Optional<long[]> addedByRounding(
      Node node, PoolWindows windows, Optional<Shape> image) {
    long[] more = new long[windows.axes()];
    for (int axis = 0; axis < more.length; axis++) {
      long stride = windows.strides()[axis];
      if (image.isPresent() && image.get().dimension(axis + 2) instanceof Dimension.Fixed fixed) {
        long rest = windows.rest(axis, fixed.size());
        if (rest > 0 && windows.lastIsBehind(axis, fixed.size())) {
          return Optional.empty();
        }
        more[axis] = rest > 0 ? stride - rest : 0;
      } else if (windows.lastIsNeverBehind(axis)) {
        more[axis] = stride - 1;
      } else {
        throw new GraphException(
            "AveragePool at node '%s' rounds its size up (ceil_mode), and before opset 19 counts what that adds as padding (count_include_pad): how much it is depends on the size of axis %d, which only the run shows; export the model with a fixed size there, or with opset 19"
                .formatted(node.name(), axis + 2));
      }
    }
    return Optional.of(more);
  }

  /** The factors were an attribute before opset 9. */
  private static void liftUpsample(Ops op, Node node) {
    String factors =
        node.hasInput(1)
            ? node.input(1)
            : node.attributes()
                .floats("scales")
                .map(scales -> op.constant(Tensor.of(scales, scales.length)).name())
                .orElseThrow(
                    () ->
                        new GraphException(
                            "Upsample at node '%s' has no scales".formatted(node.name())));
    asymmetric(op, node, factors);
  }

  /**
   * The nearest element was the one before where an axis grows, and the one after where it shrinks.
   */
  private static void liftResize(Ops op, Node node) {
    String factors = node.input(1);
    if (!node.attributes().get("mode", NEAREST).equals(NEAREST)) {
      asymmetric(op, node, factors);
      return;
    }
    float[] scales =
        op.graph()
            .constant(factors)
            .map(Tensor::toFloats)
            .orElseThrow(
                () ->
                    new GraphException(
                        "Resize at node '%s' is of opset 10 and takes the nearest element by scales that only the run shows; export the model with opset 11 or newer"
                            .formatted(node.name())));
    float[] shrinking = new float[scales.length];
    float[] growing = new float[scales.length];
    for (int i = 0; i < scales.length; i++) {
      shrinking[i] = Math.min(scales[i], 1);
      growing[i] = Math.max(scales[i], 1);
    }
    if (Arrays.equals(growing, scales)) {
      asymmetric(op, node, factors);
      return;
    }
    Value x = Lifts.x(op, node);
    Value shrunk =
        op.one(
            "Resize",
            resizing(node).with("nearest_mode", "ceil"),
            TensorType.ofRank(x.elementType(), scales.length),
            x,
            Value.ABSENT,
            op.constant(Tensor.of(shrinking, shrinking.length)));
    Lifts.replace(
        op,
        node,
        "Resize",
        resizing(node),
        shrunk,
        Value.ABSENT,
        op.constant(Tensor.of(growing, growing.length)));
  }

  private static void asymmetric(Ops op, Node node, String factors) {
    op.graph()
        .replace(node, Node.ONNX, "Resize", resizing(node), List.of(node.input(0), "", factors));
  }

  private static Attributes resizing(Node node) {
    return Attributes.NONE
        .with("mode", node.attributes().get("mode", NEAREST))
        .with("coordinate_transformation_mode", "asymmetric")
        .with("nearest_mode", "floor");
  }

  private static void liftRoiAlign(Ops op, Node node) {
    Attributes attributes =
        node.attributes().with("coordinate_transformation_mode", "output_half_pixel");
    op.graph().replace(node, Node.ONNX, node.opType(), attributes, node.inputs());
  }

  private static void liftGridSample(Ops op, Node node) {
    String mode =
        switch (node.attributes().get("mode", "bilinear")) {
          case "bilinear" -> "linear";
          case "bicubic" -> "cubic";
          default -> "nearest";
        };
    op.graph()
        .replace(
            node, Node.ONNX, node.opType(), node.attributes().with("mode", mode), node.inputs());
  }
}
