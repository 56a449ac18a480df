package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.graph.OperatorCase.awayFromZero;
import static org.tribuo.distill.graph.OperatorCase.distinct;
import static org.tribuo.distill.graph.OperatorCase.indices;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.positive;
import static org.tribuo.distill.graph.OperatorCase.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Source;

/** Operators with ranks, sizes and attributes that a seed chooses. */
final class RandomCases {
  private static final List<Function<RandomCases, OperatorCase>> KINDS =
      List.of(
          RandomCases::convolution,
          RandomCases::convolution,
          RandomCases::averagePool,
          RandomCases::maxPool,
          RandomCases::slice,
          RandomCases::slice,
          RandomCases::reduction,
          RandomCases::softmax,
          RandomCases::normalization,
          RandomCases::gather,
          RandomCases::transpose,
          RandomCases::concat,
          RandomCases::pad,
          RandomCases::product);

  private static final List<String> OF_ANY_NUMBERS =
      List.of("ReduceSum", "ReduceMean", "ReduceLogSumExp", "ReduceSumSquare");

  private final SplittableRandom random;

  private RandomCases(long seed) {
    random = new SplittableRandom(seed);
  }

  /** So many cases, all kinds in turn. */
  static List<OperatorCase> of(long seed, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> KINDS.get(i % KINDS.size()).apply(new RandomCases(seed + i)))
        .toList();
  }

  private long from(long smallest, long largest) {
    return random.nextLong(smallest, largest + 1);
  }

  private boolean maybe() {
    return random.nextBoolean();
  }

  private long[] each(int length, IntToLongFunction number) {
    return IntStream.range(0, length).mapToLong(number).toArray();
  }

  private long[] sizes(int rank) {
    return each(rank, i -> from(1, 4));
  }

  private int rank() {
    return (int) from(1, 5);
  }

  private long axisOf(int rank) {
    return from(-rank, rank - 1);
  }

  private static long[] join(long[] first, long... second) {
    return LongStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
  }

  /** Images, and a kernel that fits into them with its strides, dilations and padding. */
  private record Windows(long[] image, long[] kernel, OperatorCase operator) {}

  private Windows windows(OperatorCase operator) {
    int axes = (int) from(1, 3);
    long[] image = each(axes, i -> from(3, 6));
    long[] dilations = each(axes, i -> from(1, 2));
    long[] kernel = each(axes, i -> from(1, 1 + (image[i] - 1) / dilations[i] % 3));
    OperatorCase with =
        operator
            .with("kernel_shape", kernel)
            .with("strides", each(axes, i -> from(1, 3)))
            .with("dilations", dilations);
    OperatorCase padded =
        maybe()
            ? with.with("pads", each(2 * axes, i -> from(0, (kernel[i % axes] - 1) / 2)))
            : with.with("auto_pad", "VALID");
    return new Windows(image, kernel, padded);
  }

  private OperatorCase convolution() {
    long groups = from(1, 4);
    long perGroup = from(1, 3);
    long out = groups * from(1, 3);
    Windows windows = windows(operator("Conv").with("group", groups));
    List<Source> sources = new ArrayList<>();
    sources.add(normal(join(new long[] {from(1, 3), groups * perGroup}, windows.image())));
    sources.add(normal(join(new long[] {out, perGroup}, windows.kernel())));
    if (maybe()) {
      sources.add(normal(out));
    }
    return windows.operator().on(sources.toArray(Source[]::new));
  }

  private OperatorCase averagePool() {
    Windows windows = windows(operator("AveragePool").with("count_include_pad", from(0, 1)));
    return windows.operator().on(normal(join(sizes(2), windows.image())));
  }

  private OperatorCase maxPool() {
    Windows windows = windows(operator("MaxPool"));
    return windows.operator().on(distinct(join(sizes(2), windows.image())));
  }

  private OperatorCase slice() {
    long[] sizes = each((int) from(1, 4), i -> from(2, 6));
    int[] axes = IntStream.range(0, sizes.length).filter(axis -> maybe()).toArray();
    long[] steps = each(axes.length, i -> maybe() ? from(1, 3) : -from(1, 2));
    Function<Integer, Long> first = i -> steps[i] > 0 ? 0L : sizes[axes[i]] - 1;
    Function<Integer, Long> end = i -> steps[i] > 0 ? sizes[axes[i]] - from(0, 1) : -9L;
    long[] named = each(axes.length, i -> maybe() ? axes[i] : axes[i] - sizes.length);
    return operator("Slice")
        .on(
            normal(sizes),
            vector(each(axes.length, first::apply)),
            vector(each(axes.length, end::apply)),
            vector(named),
            vector(steps));
  }

  private OperatorCase reduction() {
    int rank = rank();
    long[] axes = IntStream.range(0, rank).filter(i -> maybe()).asLongStream().toArray();
    long[] sizes = sizes(rank);
    record Kind(String operator, Source source) {}
    Kind kind =
        switch ((int) from(0, 4)) {
          case 0 -> new Kind(maybe() ? "ReduceMax" : "ReduceMin", distinct(sizes));
          case 1 -> new Kind(maybe() ? "ReduceL1" : "ReduceL2", awayFromZero(sizes));
          case 2 -> new Kind(maybe() ? "ReduceProd" : "ReduceLogSum", positive(sizes));
          default ->
              new Kind(OF_ANY_NUMBERS.get(random.nextInt(OF_ANY_NUMBERS.size())), normal(sizes));
        };
    return operator(kind.operator())
        .with("keepdims", from(0, 1))
        .with("noop_with_empty_axes", from(0, 1))
        .on(kind.source(), vector(axes));
  }

  private OperatorCase softmax() {
    int rank = rank();
    return operator(maybe() ? "Softmax" : "LogSoftmax")
        .with("axis", axisOf(rank))
        .on(normal(sizes(rank)));
  }

  private OperatorCase normalization() {
    int rank = rank();
    long[] sizes = each(rank, i -> from(2, 4));
    long axis = axisOf(rank);
    long[] normalized =
        Arrays.copyOfRange(sizes, (int) Math.floorMod(axis, (long) rank), sizes.length);
    return operator("LayerNormalization")
        .with("axis", axis)
        .with("epsilon", 0.1f)
        .on(normal(sizes), normal(normalized), normal(normalized));
  }

  private OperatorCase gather() {
    int rank = rank();
    long[] sizes = sizes(rank);
    long axis = axisOf(rank);
    long limit = sizes[(int) Math.floorMod(axis, (long) rank)];
    return operator("Gather")
        .with("axis", axis)
        .on(normal(sizes), indices(limit, sizes((int) from(0, 3))));
  }

  private OperatorCase transpose() {
    int rank = rank();
    List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    for (int i = rank - 1; i > 0; i--) {
      Collections.swap(order, i, random.nextInt(i + 1));
    }
    return operator("Transpose")
        .with("perm", order.stream().mapToLong(Integer::longValue).toArray())
        .on(normal(sizes(rank)));
  }

  private OperatorCase concat() {
    int rank = rank();
    long axis = axisOf(rank);
    long[] sizes = sizes(rank);
    Source[] parts =
        Stream.generate(
                () -> {
                  long[] part = sizes.clone();
                  part[(int) Math.floorMod(axis, (long) rank)] = from(1, 3);
                  return normal(part);
                })
            .limit(from(1, 4))
            .toArray(Source[]::new);
    return operator("Concat").with("axis", axis).on(parts);
  }

  private OperatorCase pad() {
    int rank = rank();
    long[] sizes = each(rank, i -> from(3, 5));
    return operator("Pad")
        .with("mode", List.of("constant", "reflect", "edge", "wrap").get((int) from(0, 3)))
        .on(normal(sizes), vector(each(2 * rank, i -> from(0, 2))));
  }

  /** Stacks of matrices that broadcast to each other. */
  private OperatorCase product() {
    long[] stack = sizes((int) from(0, 2));
    long inner = from(1, 4);
    long[] left = join(each(stack.length, i -> maybe() ? 1 : stack[i]), from(1, 4), inner);
    long[] right = join(maybe() ? new long[0] : stack, inner, from(1, 4));
    return operator("MatMul").on(normal(left), normal(right));
  }
}
