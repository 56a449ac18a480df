package org.tribuo.distill.graph.internal.pass;

import static org.tribuo.distill.graph.OperatorCase.absent;
import static org.tribuo.distill.graph.OperatorCase.awayFrom;
import static org.tribuo.distill.graph.OperatorCase.between;
import static org.tribuo.distill.graph.OperatorCase.bytes;
import static org.tribuo.distill.graph.OperatorCase.distinct;
import static org.tribuo.distill.graph.OperatorCase.indices;
import static org.tribuo.distill.graph.OperatorCase.integers;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.numbers;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.positive;
import static org.tribuo.distill.graph.OperatorCase.vector;

import java.util.List;
import org.tribuo.distill.graph.OperatorCase;

/** Operators as older opsets define them. */
public final class OldOperatorCases {
  private OldOperatorCases() {}

  public static final List<OperatorCase> CASES =
      List.of(
          operator("Softmax").opset(11).on(normal(2, 3, 4)),
          operator("Softmax").opset(12).with("axis", -1).on(normal(2, 3, 4)),
          operator("Softmax").opset(9).with("axis", 2).on(normal(2, 3, 4)),
          operator("LogSoftmax").opset(8).with("axis", 0).on(normal(2, 3, 4)),
          operator("Squeeze").opset(11).with("axes", new long[] {1}).on(normal(2, 1, 3)),
          operator("Squeeze").opset(11).on(normal(2, 1, 3)),
          operator("Unsqueeze").opset(11).with("axes", 0L, 2L).on(normal(2, 3)),
          operator("ReduceSum").opset(11).with("axes", new long[] {1}).on(normal(2, 3, 4)),
          operator("ReduceMean")
              .opset(13)
              .with("axes", new long[] {-1})
              .with("keepdims", 0)
              .on(normal(2, 3, 4)),
          operator("ReduceMax").opset(11).on(distinct(2, 3, 4)),
          withoutAxes("ReduceSum").opset(11).on(normal(2, 3)),
          operator("ReduceSum").opset(13).with("keepdims", 0).on(normal(2, 3), vector()),
          operator("ReduceSum")
              .opset(13)
              .with("noop_with_empty_axes", 1)
              .on(normal(2, 3), vector()),
          withoutAxes("ReduceMean").opset(11).on(normal(2, 3)),
          withoutAxes("ReduceMax").opset(12).on(distinct(2, 3)),
          withoutAxes("ReduceMin").opset(13).on(distinct(2, 3)),
          withoutAxes("ReduceProd").opset(11).on(positive(2, 3)),
          withoutAxes("ReduceL1").opset(13).on(positive(2, 3)),
          withoutAxes("ReduceL2").opset(17).on(positive(2, 3)),
          withoutAxes("ReduceSumSquare").opset(13).on(normal(2, 3)),
          withoutAxes("ReduceLogSum").opset(11).on(positive(2, 3)),
          withoutAxes("ReduceLogSumExp").opset(17).on(normal(2, 3)),
          operator("Squeeze").opset(11).with("axes", new long[0]).on(normal(2, 1, 3)),
          operator("ReduceL2").opset(17).with("axes", 0L, 1L).on(normal(2, 3, 4)),
          operator("Split")
              .opset(11)
              .with("axis", 1)
              .with("split", 2L, 3L)
              .outputs(0, 1)
              .on(normal(2, 5)),
          operator("Split").opset(13).with("axis", 1).outputs(0, 1, 2).on(normal(2, 6)),
          operator("Clip").opset(10).with("min", -0.5f).on(awayFrom(new double[] {-0.5, 1}, 2, 5)),
          operator("Clip")
              .opset(7)
              .with("min", -0.5f)
              .with("max", 1f)
              .on(awayFrom(new double[] {-0.5, 1}, 2, 5)),
          operator("Dropout").opset(10).with("ratio", 0.3f).on(normal(2, 5)),
          operator("Slice")
              .opset(9)
              .with("axes", 1L, 0L)
              .with("starts", 1L, 0L)
              .with("ends", 1000L, -1L)
              .on(normal(3, 4)),
          operator("Slice").opset(7).with("starts", 1L, 0L).with("ends", 2L, 2L).on(normal(3, 4)),
          operator("Pad")
              .opset(10)
              .with("pads", 0L, 1L, 2L, 0L)
              .with("value", 0.5f)
              .on(normal(2, 3)),
          operator("Pad")
              .opset(10)
              .with("mode", "reflect")
              .with("pads", 0L, 1L, 1L, 0L)
              .on(normal(2, 3)),
          operator("TopK").opset(9).with("k", 2).outputs(0, 1).on(distinct(3, 5)),
          operator("Scatter")
              .opset(10)
              .with("axis", 1)
              .on(normal(2, 5), integers(new long[] {2, 2}, 0, 3, 4, 1), normal(2, 2)),
          operator("Upsample").opset(9).on(normal(1, 2, 3, 4), factors(1, 1, 2, 3)),
          operator("Upsample")
              .opset(7)
              .with("mode", "linear")
              .with(a -> a.with("scales", 1f, 1f, 2f, 2f))
              .on(normal(1, 2, 3, 4)),
          operator("Resize").opset(10).on(normal(1, 2, 4, 4), factors(1, 1, 0.5, 1.5)),
          operator("Resize").opset(10).on(normal(1, 2, 5, 6), factors(1, 1, 0.6, 1)),
          operator("Resize").opset(10).on(normal(1, 2, 5, 6), factors(1, 1, 1.7, 0.6)),
          operator("Resize")
              .opset(10)
              .with("mode", "linear")
              .on(normal(1, 2, 4, 4), factors(1, 1, 2, 1.5)),
          operator("GroupNormalization")
              .opset(18)
              .with("num_groups", 2)
              .on(normal(2, 6, 5), normal(2), normal(2)),
          operator("PRelu").opset(7).on(normal(2, 3), normal(3)),
          operator("Gemm").opset(9).on(normal(2, 3), normal(3, 4), normal(4)),
          operator("BatchNormalization")
              .opset(9)
              .on(normal(2, 3, 4), normal(3), normal(3), normal(3), between(0.5, 2, 3)),
          operator("BatchNormalization")
              .opset(8)
              .with("spatial", 0)
              .on(normal(2, 3, 4), normal(3, 4), normal(3, 4), normal(3, 4), between(0.5, 2, 3, 4)),
          operator("BatchNormalization")
              .opset(7)
              .with("spatial", 1)
              .on(normal(2, 3, 4), normal(3), normal(3), normal(3), between(0.5, 2, 3)),
          operator("Resize")
              .opset(11)
              .on(normal(1, 2, 5, 4), numbers(new long[] {0}).constant(), factors(1, 1, 1.5, 0.6)),
          operator("Upsample")
              .opset(9)
              .with("mode", "linear")
              .on(normal(1, 1, 3, 4), factors(1, 1, 2, 2)),
          operator("Clip")
              .opset(11)
              .on(awayFrom(new double[] {0.5}, 3), absent(), numbers(new long[0], 0.5).constant()),
          operator("Softmax").opset(12).on(normal(2, 3, 2, 4)),
          operator("Softmax").opset(11).with("axis", -2).on(normal(2, 3, 4)),
          operator("LogSoftmax").opset(12).with("axis", 2).on(normal(2, 3, 2, 2)),
          operator("ReduceSum").opset(12).with("keepdims", 0).on(normal(2, 3)),
          operator("ReduceMean").opset(11).with("axes", 1L, 2L).on(normal(2, 3, 4)),
          operator("ReduceL1")
              .opset(11)
              .with("axes", new long[] {1})
              .on(awayFrom(new double[] {0}, 2, 3)),
          operator("ReduceLogSumExp").opset(13).with("axes", new long[] {1}).on(normal(2, 3)),
          operator("ReduceProd").opset(13).with("axes", new long[] {0}).on(normal(2, 3)),
          operator("ReduceMin").opset(11).with("axes", new long[] {1}).on(distinct(2, 3)),
          operator("ReduceLogSum").opset(13).with("axes", new long[] {1}).on(between(0.5, 2, 2, 3)),
          operator("ReduceSumSquare").opset(11).with("axes", new long[] {-1}).on(normal(2, 3)),
          operator("Split").opset(7).with("axis", 1).outputs(0, 1).on(normal(2, 4)),
          operator("Split").opset(13).with("axis", -1).outputs(0, 1).on(normal(2, 5), vector(1, 4)),
          operator("Squeeze").opset(13).on(normal(2, 1, 3), vector(1)),
          operator("Unsqueeze").opset(13).on(normal(2, 3), vector(-1)),
          operator("Pad").opset(11).on(normal(2, 3), vector(0, 1, 2, 0)),
          operator("Slice").opset(10).on(normal(3, 4), vector(0), vector(9), vector(1), vector(2)),
          operator("Upsample")
              .opset(9)
              .with("mode", "linear")
              .on(normal(1, 2, 3, 4), factors(1, 1, 1, 1.5)),
          operator("MaxPool").opset(8).with("kernel_shape", 2L, 2L).on(distinct(1, 2, 3, 4)),
          operator("AveragePool")
              .opset(10)
              .with("kernel_shape", 2L, 2L)
              .with("ceil_mode", 1)
              .on(normal(1, 2, 3, 4)),
          countedPadding(11).with("pads", 1L, 1L).on(normal(1, 2, 6)),
          countedPadding(10).on(normal(1, 2, 6)),
          countedPadding(18).with("auto_pad", "VALID").on(normal(1, 2, 6)),
          countedPadding(11).with("auto_pad", "SAME_UPPER").on(normal(1, 2, 6)),
          operator("Pow").opset(7).on(between(0.5, 2, 2, 3), between(1, 2, 3)),
          operator("Max").opset(8).on(distinct(2, 3), between(-0.2, 0.2, 3)),
          operator("DequantizeLinear").opset(10).on(bytes(2, 3), positive()));

  /** Operators without a gradient. */
  static final List<OperatorCase> WITHOUT_GRADIENT =
      List.of(
          operator("Hardmax").opset(11).on(distinct(2, 3, 4)),
          operator("GridSample").opset(16).on(normal(1, 2, 4, 4), between(-1, 1, 1, 3, 3, 2)),
          operator("GridSample")
              .opset(16)
              .with("mode", "bicubic")
              .on(normal(1, 2, 4, 4), between(-1, 1, 1, 3, 3, 2)),
          operator("RoiAlign")
              .opset(10)
              .with("output_height", 2)
              .with("output_width", 2)
              .on(normal(1, 2, 6, 6), numbers(new long[] {1, 4}, 0, 1, 4, 5), indices(1, 1)),
          operator("DFT").opset(17).with("axis", 1).on(normal(1, 4, 3, 1)));

  /** With an empty list of axes, which meant all. */
  private static OperatorCase withoutAxes(String operator) {
    return operator(operator).with("axes", new long[0]).choosing("keepdims", 0L, 1L);
  }

  /** Whose size is rounded up, and whose padding counts: until opset 18, what is added too. */
  private static OperatorCase countedPadding(int opset) {
    return operator("AveragePool")
        .opset(opset)
        .with("kernel_shape", new long[] {3})
        .with("strides", new long[] {2})
        .with("ceil_mode", 1)
        .with("count_include_pad", 1);
  }

  private static OperatorCase.Source factors(double... numbers) {
    return numbers(new long[] {numbers.length}, numbers).constant();
  }
}
