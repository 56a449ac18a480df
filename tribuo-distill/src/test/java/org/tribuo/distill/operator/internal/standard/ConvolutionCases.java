package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.OperatorCase;

/** Convolutions of sequences, images and volumes: every number of groups with every attribute. */
final class ConvolutionCases {
  private static final long CHANNELS = 4;
  private static final long[] SIZES = {6, 5, 4};

  private ConvolutionCases() {}

  static final List<OperatorCase> CASES = cases();

  private static List<OperatorCase> cases() {
    List<OperatorCase> cases = new ArrayList<>();
    for (int axes = 1; axes <= 3; axes++) {
      for (long groups = 1; groups <= CHANNELS; groups *= 2) {
        long[] ones = times(axes, 1);
        OperatorCase grouped = operator("Conv").with("group", groups);
        cases.add(
            on(
                grouped
                    .choosing("strides", ones, along(axes, 2, 1, 2), along(axes, 3, 2, 1))
                    .choosing("pads", times(2 * axes, 0), along(2 * axes, 1, 2, 0, 2, 1, 1))
                    .choosing("dilations", ones, along(axes, 2, 1, 1)),
                axes,
                groups,
                along(axes, 3, 2, 2)));
        cases.add(on(grouped, axes, groups, ones));
        OperatorCase two = grouped.with("kernel_shape", times(axes, 2));
        cases.add(on(two.with("auto_pad", "SAME_UPPER"), axes, groups, times(axes, 2)));
        cases.add(on(two.with("auto_pad", "SAME_LOWER"), axes, groups, times(axes, 2)));
        cases.add(
            on(
                grouped.with("auto_pad", "VALID").with("strides", times(axes, 2)),
                axes,
                groups,
                along(axes, 2, 3, 1)));
      }
    }
    return cases;
  }

  /** Two images, twice as many channels out as in, and a bias. */
  private static OperatorCase on(OperatorCase conv, int axes, long groups, long[] kernel) {
    long out = 2 * CHANNELS;
    return conv.on(
        normal(join(new long[] {2, CHANNELS}, Arrays.copyOf(SIZES, axes))),
        normal(join(new long[] {out, CHANNELS / groups}, kernel)),
        normal(out));
  }

  private static long[] along(int axes, long... numbers) {
    return Arrays.copyOf(numbers, axes);
  }

  private static long[] times(int axes, long number) {
    return LongStream.generate(() -> number).limit(axes).toArray();
  }

  private static long[] join(long[] first, long... second) {
    return LongStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
  }
}
