package org.tribuo.distill.zoo;

import static org.tribuo.distill.graph.OperatorCase.conditions;
import static org.tribuo.distill.graph.OperatorCase.distinct;
import static org.tribuo.distill.graph.OperatorCase.indices;
import static org.tribuo.distill.graph.OperatorCase.integers;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.numbers;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.scalar;
import static org.tribuo.distill.graph.OperatorCase.vector;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Source;

/** What moves elements, repeats them or leaves them out. */
final class ShapeConstructs {
  private ShapeConstructs() {}

  static OperatorCase rearranged(Draw draw) {
    int rank = draw.from(1, 4);
    long[] dims = draw.dims(rank);
    long[] permutation = Arrays.stream(draw.order(rank)).asLongStream().toArray();
    long all = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    long[] withOnes = dims.clone();
    int one = draw.from(0, rank - 1);
    withOnes[one] = 1;
    return draw.of(
        operator("Transpose").with("perm", permutation).on(normal(dims)),
        operator("Transpose").on(normal(dims)),
        operator("Reshape").opset(draw.of(7L, 13L, 21L)).on(normal(dims), vector(-1)),
        operator("Reshape").on(normal(dims), vector(0, -1, 1)),
        operator("Reshape").with("allowzero", 1).on(normal(dims), vector(1, all)),
        operator("Flatten").with("axis", draw.from(-rank, rank)).on(normal(dims)),
        operator("Flatten").opset(9).with("axis", draw.from(0, rank)).on(normal(dims)),
        operator("Squeeze").on(normal(withOnes), vector(draw.of((long) one, (long) one - rank))),
        operator("Squeeze")
            .opset(draw.of(7L, 11L))
            .with("axes", new long[] {one})
            .on(normal(withOnes)),
        operator("Squeeze").on(normal(withOnes)),
        operator("Unsqueeze").on(normal(dims), vector(draw.axis(rank + 1))),
        operator("Unsqueeze")
            .opset(11)
            .with("axes", new long[] {draw.from(0, rank)})
            .on(normal(dims)),
        operator("DepthToSpace")
            .opset(draw.of(11L, 13L))
            .with("blocksize", 2)
            .with("mode", draw.of("DCR", "CRD"))
            .on(normal(draw.from(1, 2), 4L * draw.from(1, 2), 2, 3)),
        operator("SpaceToDepth").with("blocksize", 2).on(normal(1, 2, 4, 2)));
  }

  static OperatorCase joined(Draw draw) {
    int rank = draw.from(1, 3);
    long[] dims = draw.dims(rank);
    long axis = draw.axis(rank);
    int at = (int) Math.floorMod(axis, (long) rank);
    long[] wide = dims.clone();
    wide[at] = draw.from(1, 3);
    long[] sized = dims.clone();
    sized[at] = 5;
    long[] repeats = draw.numbers(rank, 1, 3);
    long[] target = new long[rank + 1];
    target[0] = draw.from(1, 3);
    System.arraycopy(dims, 0, target, 1, rank);
    long[] ones = Arrays.stream(dims).map(size -> draw.coin() ? 1 : size).toArray();
    return draw.of(
        operator("Concat")
            .opset(draw.of(11L, 13L))
            .with("axis", axis)
            .on(normal(dims), normal(wide), normal(dims)),
        operator("Concat").with("axis", at).on(normal(dims)),
        operator("Split").with("axis", axis).outputs(0, 1, 2).on(normal(sized), vector(2, 1, 2)),
        operator("Split").with("axis", at).outputs(0, 1).on(normal(sized), vector(3, 2)),
        operator("Split").with("axis", axis).with("num_outputs", 2).outputs(0, 1).on(normal(sized)),
        operator("Split")
            .opset(draw.of(11L, 7L))
            .with("axis", at)
            .with("split", 4L, 1L)
            .outputs(0, 1)
            .on(normal(sized)),
        operator("Split")
            .opset(13)
            .with("axis", axis)
            .outputs(0, 1)
            .on(normal(sized), vector(1, 4)),
        operator("Tile").opset(draw.of(7L, 13L)).on(normal(dims), vector(repeats)),
        operator("Expand").opset(draw.of(8L, 13L)).on(normal(ones), vector(target)),
        operator("Expand").on(normal(dims), vector(new long[] {1})));
  }

  static OperatorCase cut(Draw draw) {
    int rank = draw.from(1, 3);
    long[] dims = draw.numbers(rank, 2, 5);
    int at = draw.from(0, rank - 1);
    long axis = draw.of((long) at, (long) at - rank);
    int first = draw.from(0, (int) dims[at] - 1);
    int last = draw.from(first, (int) dims[at] - 1);
    boolean backwards = draw.coin();
    long start = counted(draw, backwards ? last : first, dims[at]);
    long end = backwards ? before(draw, first, dims[at]) : behind(draw, last, dims[at]);
    long step = draw.of(1L, 2L) * (backwards ? -1 : 1);
    long[] pads = draw.numbers(2 * rank, 0, 2);
    long[] inside = draw.numbers(2 * rank, 0, 1);
    Source number = numbers(new long[0], 0.5);
    return draw.of(
        operator("Slice")
            .opset(draw.of(10L, 13L))
            .on(normal(dims), vector(start), vector(end), vector(axis), vector(step)),
        operator("Slice").on(normal(dims), vector(start), vector(end), vector(axis), vector(step)),
        operator("Slice").on(normal(dims), vector(0), vector(draw.from(1, 3)), vector(axis)),
        operator("Slice")
            .opset(9)
            .with("axes", new long[] {at})
            .with("starts", new long[] {counted(draw, first, dims[at])})
            .with("ends", new long[] {behind(draw, last, dims[at])})
            .on(normal(dims)),
        operator("Pad").on(normal(dims), vector(pads), number),
        operator("Pad").opset(draw.of(11L, 13L, 18L)).on(normal(dims), vector(pads)),
        operator("Pad").on(normal(dims), vector(pads[0], pads[1]), number.constant(), vector(axis)),
        operator("Pad")
            .with("mode", draw.of("reflect", "edge", "wrap"))
            .opset(19)
            .on(normal(dims), vector(inside)),
        operator("Pad")
            .opset(draw.of(7L, 10L))
            .with("mode", draw.of("constant", "reflect", "edge"))
            .with("pads", inside)
            .on(normal(dims)),
        operator("Pad")
            .on(
                normal(draw.numbers(rank, 3, 5)),
                vector(Arrays.stream(inside).map(p -> -p).toArray())));
  }

  /** A position, counted from the front or the back. */
  private static long counted(Draw draw, long position, long size) {
    return draw.of(position, position - size);
  }

  private static long behind(Draw draw, long last, long size) {
    return last == size - 1
        ? draw.of(size, size + 3, (long) Integer.MAX_VALUE)
        : counted(draw, last + 1, size);
  }

  private static long before(Draw draw, long first, long size) {
    return first == 0 ? draw.of(-size - 1, -100L) : counted(draw, first - 1, size);
  }

  static OperatorCase indexed(Draw draw) {
    int rank = draw.from(1, 3);
    long[] dims = draw.numbers(rank, 2, 4);
    int at = draw.from(0, rank - 1);
    long axis = draw.of((long) at, (long) at - rank);
    long[] chosen = draw.dims(draw.from(0, 2));
    long[] fewer = dims.clone();
    fewer[at] = draw.from(1, 3);
    long limit = dims[at];
    return draw.of(
        operator("Gather")
            .opset(draw.of(11L, 13L))
            .with("axis", axis)
            .on(normal(dims), indices(limit, chosen)),
        operator("Gather").with("axis", axis).on(normal(dims), vector(-1, 0)),
        operator("Gather").with("axis", axis).on(normal(dims), scalar(draw.of(0L, -1L))),
        operator("GatherElements").with("axis", axis).on(normal(dims), indices(limit, fewer)),
        operator("GatherND").on(normal(dims), indices(2, draw.from(1, 3), draw.from(1, rank))),
        operator("GatherND")
            .opset(12)
            .with("batch_dims", 1)
            .on(normal(2, 3, 2), indices(2, 2, 3, draw.from(1, 2))),
        operator("TopK")
            .opset(draw.of(11L, 21L))
            .with("axis", axis)
            .with("largest", draw.of(0L, 1L))
            .outputs(0, 1)
            .on(distinct(dims), vector(draw.from(1, (int) limit))),
        operator("CumSum")
            .with("exclusive", draw.of(0L, 1L))
            .with("reverse", draw.of(0L, 1L))
            .on(normal(dims), scalar(axis)),
        operator("Trilu")
            .with("upper", draw.of(0L, 1L))
            .on(normal(2, 4, 3), scalar(draw.from(-3, 3))),
        operator("Compress").with("axis", axis).on(normal(dims), conditions(alternating(limit))),
        operator("Compress").on(normal(dims), conditions(true, false)),
        operator("ReverseSequence")
            .with("batch_axis", 1)
            .with("time_axis", 0)
            .on(normal(4, 2, 3), integers(new long[] {2}, 1, draw.from(1, 4))));
  }

  static OperatorCase scattered(Draw draw) {
    long rows = draw.from(3, 5);
    String reduction = draw.of("none", "add", "mul");
    long[] different = LongStream.range(0, 2).map(i -> rows - 1 - i).toArray();
    Source some = integers(new long[] {2, 1}, different);
    return draw.of(
        operator("ScatterElements")
            .with("axis", draw.of(0L, -2L))
            .with("reduction", reduction)
            .on(normal(rows, 2), integers(new long[] {2, 2}, 0, rows - 1, 1, 0), normal(2, 2)),
        operator("ScatterElements")
            .opset(11)
            .with("axis", 1)
            .on(normal(2, rows), integers(new long[] {2, 2}, 0, rows - 1, 1, 0), normal(2, 2)),
        operator("ScatterElements")
            .with("reduction", "add")
            .on(normal(rows, 2), integers(new long[] {2, 2}, 0, 0, 0, -1), normal(2, 2)),
        operator("ScatterND").with("reduction", reduction).on(normal(rows, 3), some, normal(2, 3)),
        operator("ScatterND").opset(11).on(normal(rows, 3), some, normal(2, 3)),
        operator("ScatterND")
            .with("reduction", "add")
            .on(normal(rows, 2), integers(new long[] {3, 2}, 0, 1, 0, 1, -1, 0), normal(3)),
        operator("Scatter")
            .opset(10)
            .with("axis", 1)
            .on(normal(2, rows), integers(new long[] {2, 2}, 0, rows - 1, 1, 0), normal(2, 2)));
  }

  static OperatorCase identities(Draw draw) {
    long[] dims = draw.dims(draw.from(0, 3));
    return draw.of(
        operator("Dropout").on(normal(dims)),
        operator("Dropout").opset(draw.of(7L, 10L)).with("ratio", 0.4f).on(normal(dims)),
        operator("Dropout").on(normal(dims), numbers(new long[0], 0.4).constant()),
        operator("Identity").on(normal(dims)),
        operator("CastLike").on(normal(dims), normal(1).frozen()),
        operator("Expand").on(normal(dims), absentSizes(dims)));
  }

  private static Source absentSizes(long... dims) {
    return dims.length == 0 ? vector(2, 3) : vector(dims);
  }

  private static boolean[] alternating(long count) {
    boolean[] values = new boolean[(int) count];
    IntStream.range(0, values.length).forEach(i -> values[i] = i % 2 == 0);
    return values;
  }
}
