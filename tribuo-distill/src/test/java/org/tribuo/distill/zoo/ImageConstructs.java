package org.tribuo.distill.zoo;

import static org.tribuo.distill.graph.OperatorCase.absent;
import static org.tribuo.distill.graph.OperatorCase.distinct;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.numbers;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.vector;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Source;

/** Convolutions, poolings and interpolations of sequences, images and volumes. */
final class ImageConstructs {
  private ImageConstructs() {}

  static OperatorCase convolution(Draw draw) {
    int axes = draw.from(1, 3);
    long groups = draw.from(1, 3);
    long inputs = groups * draw.from(1, 2);
    long outputs = groups * draw.from(1, 2);
    long[] kernel = draw.numbers(axes, 1, 3);
    long[] image = draw.numbers(axes, axes == 3 ? 3 : 5, axes == 3 ? 4 : 7);
    OperatorCase conv = operator("Conv").opset(draw.of(7L, 11L, 21L)).with("group", groups);
    if (draw.coin()) {
      conv = conv.with("strides", draw.numbers(axes, 1, 3));
    }
    if (draw.coin()) {
      conv = conv.with("dilations", draw.numbers(axes, 1, axes == 3 ? 1 : 2));
    }
    boolean dilated = conv.attributes().has("dilations");
    conv =
        draw.of(
            conv,
            conv.with("pads", draw.numbers(2 * axes, 0, 2)),
            conv.with(
                "auto_pad", dilated ? "VALID" : draw.of("SAME_UPPER", "SAME_LOWER", "NOTSET")));
    if (draw.coin()) {
      conv = conv.with("kernel_shape", kernel);
    }
    Source x = normal(stacked(image, draw.from(1, 2), inputs));
    Source w = normal(stacked(kernel, outputs, inputs / groups));
    return draw.coin() ? conv.on(x, w) : conv.on(x, w, normal(outputs));
  }

  static OperatorCase pooling(Draw draw) {
    int axes = draw.from(1, 3);
    boolean average = draw.coin();
    long[] kernel = draw.numbers(axes, 1, 3);
    long[] image = draw.numbers(axes, axes == 3 ? 3 : 5, axes == 3 ? 4 : 7);
    OperatorCase pool =
        operator(average ? "AveragePool" : "MaxPool")
            .opset(draw.of(11L, 19L, 21L, 22L))
            .with("kernel_shape", kernel);
    if (draw.coin()) {
      pool = pool.with("strides", draw.numbers(axes, 1, 3));
    }
    if (draw.coin()) {
      pool = pool.with("ceil_mode", 1);
    }
    if (average && draw.coin()) {
      pool = pool.with("count_include_pad", 1);
    }
    pool =
        draw.of(
            pool,
            pool.with(
                "pads",
                LongStream.range(0, 2L * axes)
                    .map(i -> draw.from(0, (int) kernel[(int) i % axes] - 1))
                    .toArray()),
            pool.with("auto_pad", draw.of("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET")));
    long[] dims = stacked(image, draw.from(1, 2), draw.from(1, 2));
    return pool.on(average ? normal(dims) : distinct(dims));
  }

  /** An average whose size is rounded up and whose padding counts. */
  static OperatorCase countedPadding(Draw draw) {
    int axes = draw.from(1, 2);
    long[] kernel = draw.numbers(axes, 2, 4);
    OperatorCase pool =
        operator("AveragePool")
            .opset(draw.of(10L, 11L, 18L, 19L, 22L))
            .with("kernel_shape", kernel)
            .with("strides", draw.numbers(axes, 1, 3))
            .with("ceil_mode", 1)
            .with("count_include_pad", 1);
    long[] pads = draw.numbers(2 * axes, 0, 1);
    return draw.of(pool, pool.with("pads", pads), pool.with("auto_pad", "VALID"))
        .on(normal(stacked(draw.numbers(axes, 5, 8), 1, 2)));
  }

  static OperatorCase globalPooling(Draw draw) {
    long[] dims = stacked(draw.numbers(draw.from(1, 3), 1, 4), 2, 2);
    return draw.of(
        operator("GlobalAveragePool").on(normal(dims)),
        operator("GlobalMaxPool").on(distinct(dims)));
  }

  static OperatorCase interpolation(Draw draw) {
    String mode = draw.of("nearest", "linear", "cubic");
    int axes = mode.equals("cubic") ? 2 : draw.from(1, 2);
    long[] image = draw.numbers(axes, 3, 5);
    Source x = normal(stacked(image, 1, 2));
    String transformation =
        draw.of("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric");
    OperatorCase resize =
        operator("Resize")
            .with("mode", mode)
            .with("coordinate_transformation_mode", transformation);
    if (mode.equals("nearest")) {
      resize =
          resize.with(
              "nearest_mode", draw.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"));
    }
    if (mode.equals("cubic")) {
      resize = resize.with("cubic_coeff_a", draw.of(-0.5f, -0.75f));
    }
    Source none = numbers(new long[] {0}).constant();
    Source scales = scales(draw, axes);
    Source sizes = vector(stacked(draw.numbers(axes, 2, 7), 1, 2));
    return draw.of(
        resize.on(x, absent(), scales),
        resize.on(x, absent(), absent(), sizes),
        resize.opset(draw.of(11L, 13L, 18L)).on(x, none, scales),
        resize.opset(draw.of(13L, 18L)).on(x, absent(), none, sizes),
        operator("Resize").opset(10).with("mode", draw.of("nearest", "linear")).on(x, scales),
        operator("Upsample")
            .opset(9)
            .with("mode", draw.of("nearest", "linear"))
            .on(x, enlarging(draw, axes)));
  }

  private static Source scales(Draw draw, int axes) {
    return factors(axes, () -> draw.of(0.5, 0.6, 1.0, 1.3, 1.5, 2.0, 2.7));
  }

  private static Source enlarging(Draw draw, int axes) {
    return factors(axes, () -> draw.of(1.0, 1.5, 2.0, 3.0));
  }

  private static Source factors(int axes, java.util.function.Supplier<Double> factor) {
    double[] factors = new double[axes + 2];
    Arrays.fill(factors, 1);
    for (int i = 2; i < factors.length; i++) {
      factors[i] = factor.get();
    }
    return numbers(new long[] {factors.length}, factors).constant();
  }

  private static long[] stacked(long[] image, long batch, long channels) {
    return LongStream.concat(LongStream.of(batch, channels), Arrays.stream(image)).toArray();
  }
}
