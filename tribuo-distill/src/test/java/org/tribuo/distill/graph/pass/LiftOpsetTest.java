package org.tribuo.distill.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tribuo.distill.graph.OperatorCase.absent;
import static org.tribuo.distill.graph.OperatorCase.between;
import static org.tribuo.distill.graph.OperatorCase.distinct;
import static org.tribuo.distill.graph.OperatorCase.indices;
import static org.tribuo.distill.graph.OperatorCase.integers;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.numbers;
import static org.tribuo.distill.graph.OperatorCase.operator;

import ai.onnxruntime.OrtException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphRunner;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.Ops;

/** Operators of older opsets compute the same in the newer one. */
class LiftOpsetTest {
  static List<OperatorCase> cases() {
    return List.of(
        operator("Softmax").opset(11).on(normal(2, 3, 4)),
        operator("Softmax").opset(12).with("axis", -1).on(normal(2, 3, 4)),
        operator("Softmax").opset(9).with("axis", 2).on(normal(2, 3, 4)),
        operator("LogSoftmax").opset(8).with("axis", 0).on(normal(2, 3, 4)),
        operator("Hardmax").opset(11).on(distinct(2, 3, 4)),
        operator("Squeeze").opset(11).with("axes", new long[] {1}).on(normal(2, 1, 3)),
        operator("Squeeze").opset(11).on(normal(2, 1, 3)),
        operator("Unsqueeze").opset(11).with("axes", 0L, 2L).on(normal(2, 3)),
        operator("ReduceSum").opset(11).with("axes", new long[] {1}).on(normal(2, 3, 4)),
        operator("ReduceMean")
            .opset(13)
            .with("axes", new long[] {-1})
            .with("keepdims", 0)
            .on(normal(2, 3, 4)),
        operator("ReduceMax").opset(11).on(normal(2, 3, 4)),
        operator("ReduceL2").opset(17).with("axes", 0L, 1L).on(normal(2, 3, 4)),
        operator("Split")
            .opset(11)
            .with("axis", 1)
            .with("split", 2L, 3L)
            .outputs(0, 1)
            .on(normal(2, 5)),
        operator("Split").opset(13).with("axis", 1).outputs(0, 1, 2).on(normal(2, 6)),
        operator("Clip").opset(10).with("min", -0.5f).on(normal(2, 5)),
        operator("Clip").opset(7).with("min", -0.5f).with("max", 1f).on(normal(2, 5)),
        operator("Dropout").opset(10).with("ratio", 0.3f).on(normal(2, 5)),
        operator("Slice")
            .opset(9)
            .with("axes", 1L, 0L)
            .with("starts", 1L, 0L)
            .with("ends", 1000L, -1L)
            .on(normal(3, 4)),
        operator("Slice").opset(7).with("starts", 1L, 0L).with("ends", 2L, 2L).on(normal(3, 4)),
        operator("Pad").opset(10).with("pads", 0L, 1L, 2L, 0L).with("value", 0.5f).on(normal(2, 3)),
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
        operator("Resize")
            .opset(10)
            .with("mode", "linear")
            .on(normal(1, 2, 4, 4), factors(1, 1, 2, 1.5)),
        operator("GroupNormalization")
            .opset(18)
            .with("num_groups", 2)
            .on(normal(2, 6, 5), normal(2), normal(2)),
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
        operator("DFT").opset(17).with("axis", 1).on(normal(1, 4, 3, 1)),
        operator("PRelu").opset(7).on(normal(2, 3), normal(3)),
        operator("Gemm").opset(9).on(normal(2, 3), normal(3, 4), normal(4)),
        operator("BatchNormalization")
            .opset(9)
            .on(normal(2, 3, 4), normal(3), normal(3), normal(3), between(0.5, 2, 3)),
        operator("Upsample")
            .opset(9)
            .with("mode", "linear")
            .on(normal(1, 1, 3, 4), factors(1, 1, 2, 2)),
        operator("Clip").opset(11).on(normal(3), absent(), numbers(new long[0], 0.5)));
  }

  private static OperatorCase.Source factors(double... numbers) {
    return numbers(new long[] {numbers.length}, numbers).constant();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void computesTheSameInTheNewerOpset(OperatorCase old) throws OrtException {
    OperatorCase.Instance instance = old.instance(1, ElementType.FLOAT, Sizes.KNOWN);
    Graph graph = Graph.of(instance.model());
    Normalization.apply(graph);

    assertThat(graph.opset(Node.ONNX)).isEqualTo(Ops.OPSET);
    Outputs.assertSame(
        GraphRunner.run(graph, instance.feeds()),
        GraphRunner.run(instance.model(), instance.feeds()));
  }
}
