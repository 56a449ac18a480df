package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.graph.OperatorCase.absent;
import static org.tribuo.distill.graph.OperatorCase.awayFrom;
import static org.tribuo.distill.graph.OperatorCase.awayFromZero;
import static org.tribuo.distill.graph.OperatorCase.axesOf;
import static org.tribuo.distill.graph.OperatorCase.between;
import static org.tribuo.distill.graph.OperatorCase.booleans;
import static org.tribuo.distill.graph.OperatorCase.bytes;
import static org.tribuo.distill.graph.OperatorCase.conditions;
import static org.tribuo.distill.graph.OperatorCase.distinct;
import static org.tribuo.distill.graph.OperatorCase.indices;
import static org.tribuo.distill.graph.OperatorCase.integers;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.numbers;
import static org.tribuo.distill.graph.OperatorCase.oneOf;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.positive;
import static org.tribuo.distill.graph.OperatorCase.scalar;
import static org.tribuo.distill.graph.OperatorCase.truth;
import static org.tribuo.distill.graph.OperatorCase.vector;

import java.util.List;
import java.util.stream.Stream;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Source;

/** Every rule on its safe domain: where the operator is defined and smooth. */
final class RuleCases {
  private RuleCases() {}

  private static final Source NEAR_SIX_KINKS = awayFrom(new double[] {-3, -2.5, 0, 2.5, 3}, 3, 7);

  private static final Source NEAR_KINKS_OF_BETA = awayFrom(new double[] {0.5, 2.5}, 3, 7);

  private static final List<OperatorCase> SINGLE =
      List.of(
          // arithmetic
          operator("Add").broadcasting(normal(), normal()),
          operator("Sub").broadcasting(normal(), normal()),
          operator("Mul").broadcasting(normal(), normal()),
          operator("Div").broadcasting(normal(), positive()),
          operator("Pow").broadcasting(positive(), normal()),
          operator("Pow").on(normal(3, 4), scalarOf(2)),
          operator("Pow").on(awayFromZero(3, 4), scalarOf(3)),
          operator("Pow").on(numbers(new long[] {5}, 0, 0, 0, -1.5, -2), exponents(0, 1, 2, 3, -2)),
          operator("Pow").on(numbers(new long[] {3}, 0, -1, 2), scalarOf(0)),
          operator("Pow").on(numbers(new long[] {3}, 0, -1, 2), scalarOf(3)),
          operator("Pow").on(numbers(new long[] {3}, 0, 0, 2).frozen(), numbers(new long[0], 2)),
          operator("Mod").with("fmod", 1).on(between(2.2, 2.8, 5), between(0.9, 1.1, 5)),
          operator("Mod").with("fmod", 1).on(between(-2.8, -2.2, 5), between(0.9, 1.1, 5)),
          operator("Mod").with("fmod", 1).on(between(2.2, 2.8, 5), between(-1.1, -0.9, 5)),
          operator("Sum").broadcasting(normal(), normal(), normal()),
          operator("Mean").broadcasting(normal(), normal(), normal()),
          operator("Max").broadcasting(between(0, 1), between(1.2, 2), between(-2, -1)),
          operator("Min").broadcasting(between(0, 1), between(1.2, 2), between(-2, -1)),
          operator("Max").on(distinct(4, 5), numbers(new long[] {1}, 0.1)),
          operator("Min").on(distinct(4, 5), numbers(new long[] {1}, 0.1)),
          operator("Where").broadcasting(booleans(), normal(), normal()),
          operator("Clip").on(awayFrom(new double[] {-1, 1}, 4, 5), scalarOf(-1), scalarOf(1)),
          operator("Clip").on(awayFrom(new double[] {1}, 4, 5), absent(), scalarOf(1)),
          operator("Clip").on(awayFrom(new double[] {-1, 1}, 4, 5), number(-1), number(1)),
          operator("Clip").on(awayFrom(new double[] {-1, 1}, 4, 5), number(1), number(-1)),
          operator("Clip").on(awayFrom(new double[] {1}, 4, 5), absent(), number(1)),
          operator("Clip").on(awayFrom(new double[] {1}, 4, 5), number(1)),
          operator("Neg").on(normal(2, 3)),
          operator("Identity").on(normal(2, 3)),
          operator("Cast").with("to", 1).on(normal(2, 3)),
          operator("Cast").inFloat().with("to", 11).on(normal(2, 3)),
          operator("CastLike").on(normal(2, 3), normal(1).frozen()),
          operator("CastLike").on(normal(2, 3), normal(4)),
          operator("Abs").on(awayFromZero(2, 3)),
          operator("Exp").on(normal(2, 3)),
          operator("Log").on(positive(2, 3)),
          operator("Sqrt").on(positive(2, 3)),
          operator("Reciprocal").on(positive(2, 3)),
          operator("Erf").on(normal(2, 3)),
          operator("Sin").on(normal(2, 3)),
          operator("Cos").on(normal(2, 3)),
          operator("Tan").on(between(-1, 1, 2, 3)),
          operator("Asin").on(between(-0.8, 0.8, 2, 3)),
          operator("Acos").on(between(-0.8, 0.8, 2, 3)),
          operator("Atan").on(normal(2, 3)),
          operator("Sinh").on(normal(2, 3)),
          operator("Cosh").on(normal(2, 3)),
          operator("Asinh").on(normal(2, 3)),
          operator("Acosh").on(between(1.5, 3, 2, 3)),
          operator("Atanh").on(between(-0.8, 0.8, 2, 3)),

          // activations
          operator("Tanh").on(normal(3, 4)),
          operator("Sigmoid").on(normal(3, 4)),
          operator("Softplus").on(normal(3, 4)),
          operator("Softsign").on(awayFromZero(3, 4)),
          operator("Relu").on(awayFromZero(3, 4)),
          operator("LeakyRelu").with("alpha", 0.2f).on(awayFromZero(3, 4)),
          operator("PRelu").on(awayFromZero(2, 3, 4), normal(3, 1)),
          operator("ThresholdedRelu").with("alpha", 1f).on(awayFrom(new double[] {1}, 3, 4)),
          operator("Elu").with("alpha", 1.5f).on(awayFromZero(3, 4)),
          operator("Selu").on(awayFromZero(3, 4)),
          operator("Celu").with("alpha", 1.5f).on(awayFromZero(3, 4)),
          operator("LeakyRelu").with("alpha", -0.3f).on(awayFromZero(3, 4)),
          operator("PRelu").on(awayFromZero(2, 3, 4), between(-2, -1, 3, 1)),
          operator("ThresholdedRelu").with("alpha", -0.7f).on(awayFrom(new double[] {-0.7}, 3, 4)),
          operator("Elu").with("alpha", -1.5f).on(awayFromZero(3, 4)),
          operator("Selu").with("alpha", -1.2f).on(awayFromZero(3, 4)),
          operator("Selu").with("gamma", -0.7f).on(awayFromZero(3, 4)),
          operator("Selu").with("alpha", -1.2f).with("gamma", -0.7f).on(awayFromZero(3, 4)),
          operator("Celu").with("alpha", -1.5f).on(awayFromZero(3, 4)),
          operator("HardSigmoid").with("alpha", -0.2f).on(NEAR_SIX_KINKS),
          operator("HardSigmoid").with("alpha", 0.5f).with("beta", -0.25f).on(NEAR_KINKS_OF_BETA),
          operator("Swish").opset(24).with("alpha", -1.5f).on(normal(3, 4)),
          operator("Shrink")
              .inFloat()
              .with("lambd", -1f)
              .with("bias", -0.5f)
              .on(awayFrom(new double[] {-1, 1}, 3, 4)),
          operator("Shrink")
              .inFloat()
              .with("bias", -0.5f)
              .on(awayFrom(new double[] {-0.5, 0.5}, 3, 4)),
          operator("HardSigmoid").on(NEAR_SIX_KINKS),
          operator("HardSwish").on(NEAR_SIX_KINKS),
          operator("Mish").on(normal(3, 4)),
          operator("Swish").opset(24).with("alpha", 1.5f).on(normal(3, 4)),
          operator("Shrink").inFloat().with("lambd", 1f).on(awayFrom(new double[] {-1, 1}, 3, 4)),
          operator("Gelu").on(normal(3, 4)),
          operator("Gelu").with("approximate", "tanh").on(normal(3, 4)),
          operator("Softmax").on(normal(3, 4)),
          operator("Softmax").choosing("axis", -3L, -2L, -1L, 0L, 1L, 2L).on(normal(2, 3, 4)),
          operator("LogSoftmax").on(normal(3, 4)),
          operator("LogSoftmax").choosing("axis", -3L, -2L, -1L, 0L, 1L, 2L).on(normal(2, 3, 4)),
          operator("Dropout").on(normal(3, 4)),
          operator("Dropout").with("seed", 3).on(normal(3, 4), scalarOf(0.3), truth()),
          operator("Dropout").outputs(0, 1).with("seed", 3).on(normal(3, 4), absent(), truth()),

          // matrices
          operator("MatMul").on(normal(3, 4), normal(4, 2)),
          operator("MatMul").on(normal(2, 3, 4), normal(4, 5)),
          operator("MatMul").on(normal(2, 1, 3, 4), normal(3, 4, 2)),
          operator("MatMul").on(normal(3, 4), normal(2, 4, 5)),
          operator("MatMul").on(normal(4), normal(4)),
          operator("MatMul").on(normal(4), normal(2, 4, 3)),
          operator("MatMul").on(normal(2, 3, 4), normal(4)),
          fusedMatMul(0, 0).with("alpha", -0.5f).on(normal(2, 3, 4), normal(4, 5)),
          gemm(0, 0)
              .with("alpha", -0.5f)
              .with("beta", -2f)
              .on(normal(3, 4), normal(4, 2), normal(2)),
          fusedMatMul(0, 0).on(normal(2, 3, 4), normal(4, 5)),
          fusedMatMul(1, 0).on(normal(2, 4, 3), normal(2, 4, 5)),
          fusedMatMul(0, 1).on(normal(2, 3, 4), normal(5, 4)),
          fusedMatMul(1, 1).on(normal(2, 4, 3), normal(1, 5, 4)),
          gemm(0, 0).on(normal(3, 4), normal(4, 2), normal(2)),
          gemm(1, 0).on(normal(4, 3), normal(4, 2), normal(3, 1)),
          gemm(0, 1).on(normal(3, 4), normal(2, 4)),
          gemm(1, 1).on(normal(4, 3), normal(2, 4), normal(3, 2)),
          einsum("bij,bjk->bik").on(normal(2, 3, 4), normal(2, 4, 5)),
          einsum("bhid,bhjd->bhij").on(normal(2, 2, 3, 4), normal(2, 2, 5, 4)),
          einsum("...ij,jk->...ik").on(normal(2, 3, 4), normal(4, 2)),
          einsum("...ij,...jk->...ik").on(normal(2, 1, 3, 4), normal(1, 5, 4, 2)),
          einsum("ij,jk").on(normal(2, 3), normal(3, 4)),
          einsum("ijk->k").on(normal(2, 3, 4)),
          einsum("i,j,k->ijk").on(normal(2), normal(3), normal(2)),
          operator("Conv").on(normal(2, 3, 7), normal(4, 3, 3), normal(4)),
          operator("Conv")
              .with("strides", 2L, 1L)
              .with("pads", 1L, 0L, 2L, 1L)
              .on(normal(2, 3, 6, 5), normal(4, 3, 3, 2), normal(4)),
          operator("Conv")
              .with("group", 2)
              .with("pads", 2L, 2L)
              .with("dilations", new long[] {2})
              .on(normal(2, 4, 9), normal(6, 2, 3)),
          operator("Conv")
              .with("auto_pad", "SAME_UPPER")
              .with("kernel_shape", 3L, 2L)
              .on(normal(2, 3, 7, 6), normal(2, 3, 3, 2)),
          operator("Conv")
              .with("auto_pad", "VALID")
              .with("strides", new long[] {2})
              .on(normal(2, 3, 8), normal(4, 3, 3), normal(4)),
          operator("Conv")
              .with("group", 2)
              .choosing("strides", new long[] {1, 1}, new long[] {2, 1}, new long[] {2, 3})
              .choosing("pads", new long[] {0, 0, 0, 0}, new long[] {1, 0, 2, 1})
              .choosing("dilations", new long[] {1, 1}, new long[] {2, 1}, new long[] {1, 2})
              .on(normal(2, 4, 8, 7), normal(6, 2, 3, 2), normal(6)),

          // normalisations
          operator("LayerNormalization").on(normal(3, 5), normal(5), normal(5)),
          operator("LayerNormalization").on(normal(2, 3, 5), normal(5)),
          operator("LayerNormalization")
              .with("axis", 1)
              .on(normal(2, 3, 4), normal(3, 4), normal(3, 4)),
          operator("LayerNormalization").outputs(0, 1, 2).on(normal(2, 3, 5), normal(5), normal(5)),
          operator("LayerNormalization")
              .outputs(0, 1, 2)
              .with("axis", 1)
              .on(normal(2, 3, 4), normal(3, 4)),
          operator("SimplifiedLayerNormalization").on(normal(2, 3, 5), normal(5)),
          operator("SimplifiedLayerNormalization").outputs(0, 1).on(normal(2, 3, 5), normal(5)),

          // reductions
          operator("ReduceSum").choosing("keepdims", 0L, 1L).on(normal(2, 3, 4)),
          reduction("ReduceSum").on(normal(2, 3, 4), axesOf(3)),
          operator("ReduceSum")
              .choosing("keepdims", 0L, 1L)
              .with("noop_with_empty_axes", 1)
              .on(normal(2, 3)),
          operator("ReduceMean")
              .choosing("keepdims", 0L, 1L)
              .choosing("noop_with_empty_axes", 0L, 1L)
              .on(normal(2, 3), vector()),
          withoutAxes("ReduceSum").on(normal(2, 3), vector()),
          withoutAxes("ReduceMax").on(distinct(2, 3), vector()),
          withoutAxes("ReduceMin").on(distinct(2, 3), vector()),
          withoutAxes("ReduceProd").on(awayFromZero(2, 3), vector()),
          withoutAxes("ReduceL1").on(awayFromZero(2, 3), vector()),
          withoutAxes("ReduceL2").on(awayFromZero(2, 3), vector()),
          withoutAxes("ReduceSumSquare").on(normal(2, 3), vector()),
          withoutAxes("ReduceLogSum").on(positive(2, 3), vector()),
          withoutAxes("ReduceLogSumExp").on(normal(2, 3), vector()),
          operator("ReduceMean").choosing("keepdims", 0L, 1L).on(normal(2, 3, 4)),
          reduction("ReduceMean").on(normal(2, 3, 4), axesOf(3)),
          operator("ReduceMax").choosing("keepdims", 0L, 1L).on(distinct(2, 3, 4)),
          reduction("ReduceMax").on(distinct(2, 3, 4), axesOf(3)),
          operator("ReduceMin").choosing("keepdims", 0L, 1L).on(distinct(2, 3, 4)),
          reduction("ReduceMin").on(distinct(2, 3, 4), axesOf(3)),
          reduction("ReduceProd").on(awayFromZero(2, 3), axesOf(2)),
          operator("ReduceProd")
              .with("keepdims", 0)
              .on(numbers(new long[] {3, 2}, 2, 0, 3, -1, 0, 0), vector(1)),
          reduction("ReduceL1").on(awayFromZero(2, 3, 4), axesOf(3)),
          reduction("ReduceL2").on(normal(2, 3, 4), axesOf(3)),
          operator("ReduceL2").on(normal(2, 3)),
          reduction("ReduceSumSquare").on(normal(2, 3, 4), axesOf(3)),
          reduction("ReduceLogSum").on(positive(2, 3, 4), axesOf(3)),
          reduction("ReduceLogSumExp").on(normal(2, 3, 4), axesOf(3)),
          operator("ReduceLogSumExp").choosing("keepdims", 0L, 1L).on(normal(2, 3)),

          // shapes
          operator("Reshape").on(normal(2, 3, 4), vector(0, -1)),
          operator("Reshape").with("allowzero", 1).on(normal(2, 3, 4), vector(4, 6)),
          operator("Flatten").choosing("axis", -2L, 0L, 1L, 2L, 3L).on(normal(2, 3, 4)),
          operator("Squeeze").on(normal(2, 1, 3, 1), vector(1, 3)),
          operator("Squeeze").on(normal(1, 1, 1), axesOf(3)),
          operator("Squeeze").on(normal(2, 1, 3)),
          operator("Unsqueeze").on(normal(2, 3), vector()),
          operator("Unsqueeze").on(normal(2, 3), vector(0, 2)),
          operator("Unsqueeze").on(normal(2, 3), oneOf(-3, -2, -1, 0, 1, 2)),
          operator("Expand").on(normal(3, 1), vector(2, 3, 4)),
          operator("Expand").on(normal(3, 4), vector(1, 1)),
          operator("Tile").on(normal(2, 3), vector(3, 2)),
          operator("Transpose").on(normal(2, 3, 4)),
          operator("Transpose")
              .choosing("perm", new long[] {1, 2, 0}, new long[] {2, 1, 0}, new long[] {0, 2, 1})
              .on(normal(2, 3, 4)),
          operator("Concat").with("axis", 1).on(normal(2, 3), normal(2, 1), normal(2, 4)),
          operator("Concat").choosing("axis", -2L, -1L, 0L, 1L).on(normal(2, 3), normal(2, 3)),
          operator("Split").with("axis", 1).outputs(0, 1).on(normal(2, 5), vector(2, 3)),
          operator("Split")
              .with("axis", -1)
              .with("num_outputs", 3)
              .outputs(0, 1, 2)
              .on(normal(2, 6)),
          operator("Split")
              .choosing("axis", -3L, -2L, -1L, 0L, 1L, 2L)
              .with("num_outputs", 2)
              .outputs(0, 1)
              .on(normal(2, 3, 5)),
          operator("DepthToSpace").with("blocksize", 2).on(normal(2, 8, 2, 3)),
          operator("DepthToSpace").with("blocksize", 2).with("mode", "CRD").on(normal(2, 8, 2, 3)),
          operator("SpaceToDepth").with("blocksize", 2).on(normal(2, 2, 4, 6)),

          // indices
          operator("Gather").on(normal(5, 3), indices(5, 2, 4)),
          operator("Gather").with("axis", 1).on(normal(2, 5, 3), indices(5, 4)),
          operator("Gather").with("axis", -1).on(normal(2, 5), scalar(-1)),
          operator("Gather")
              .choosing("axis", -3L, -2L, -1L, 0L, 1L, 2L)
              .on(normal(3, 4, 3), indices(3, 2, 3)),
          operator("GatherElements")
              .choosing("axis", -2L, -1L, 0L, 1L)
              .on(normal(3, 4), indices(3, 3, 4)),
          operator("GatherElements").with("axis", 1).on(normal(3, 5), indices(5, 3, 4)),
          operator("GatherND").on(normal(3, 4, 2), indices(3, 5, 2)),
          operator("GatherND").with("batch_dims", 1).on(normal(3, 4, 2), indices(2, 3, 5, 2)),
          operator("Slice").on(normal(4, 6), vector(1), vector(3)),
          operator("Slice").on(normal(4, 6), vector(), vector(), vector()),
          operator("Slice")
              .on(normal(3, 4, 5), vector(0, -4), vector(2, 5), vector(-3, 2), vector(1, 2)),
          operator("Slice").on(normal(4, 6), vector(-5), vector(100), vector(1)),
          operator("Slice").on(normal(4, 6), vector(-1), vector(Long.MAX_VALUE), vector(1)),
          operator("Slice")
              .on(normal(4, 6), vector(5, 0), vector(0, 4), vector(1, 0), vector(-2, 1)),
          operator("Pad").on(normal(3, 4), vector(1, 0, 2, 3), numbers(new long[0], 0.5)),
          operator("Pad").on(normal(3, 4), vector(-1, 2, 0, -1)),
          operator("Pad").on(normal(3, 4), vector(1, 2), absent(), vector(1)),
          operator("Pad").with("mode", "reflect").on(normal(3, 4), vector(1, 2, 0, 1)),
          operator("Pad")
              .with("mode", "reflect")
              .on(normal(3, 4), vector(1, 2), numbers(new long[0], 0).constant(), vector(-1)),
          operator("Pad").with("mode", "wrap").on(normal(3, 4), vector(1, 2, 0, 1)),
          operator("Pad").with("mode", "edge").on(normal(3, 4), vector(1, 2, 0, 1)),
          operator("Trilu").on(normal(2, 4, 4)),
          operator("Trilu").choosing("upper", 0L, 1L).on(normal(4, 3), oneOf(-2, -1, 0, 1, 2)),
          operator("CumSum")
              .choosing("exclusive", 0L, 1L)
              .choosing("reverse", 0L, 1L)
              .on(normal(3, 4), oneOf(-2, -1, 0, 1)),
          operator("TopK")
              .choosing("axis", -2L, -1L, 0L, 1L)
              .choosing("largest", 0L, 1L)
              .outputs(0, 1)
              .on(distinct(3, 6), vector(2)),
          operator("Compress")
              .with("axis", 1)
              .on(normal(3, 4), conditions(true, false, false, true)),
          operator("ReverseSequence").on(normal(4, 3, 2), integers(new long[] {3}, 1, 4, 2)),
          operator("ScatterElements")
              .with("axis", 1)
              .on(normal(2, 5), integers(new long[] {2, 2}, 0, 3, 4, 1), normal(2, 2)),
          operator("ScatterElements")
              .with("reduction", "add")
              .on(normal(3, 2), integers(new long[] {2, 2}, 0, 2, 0, 1), normal(2, 2)),
          operator("ScatterND").on(normal(4, 3), integers(new long[] {2, 1}, 3, 1), normal(2, 3)),
          operator("ScatterND")
              .with("reduction", "add")
              .on(normal(4, 3), integers(new long[] {2, 1}, 1, 1), normal(2, 3)),
          reducing("ScatterElements", "mul")
              .on(normal(3, 2), integers(new long[] {2, 2}, 0, 2, 0, 1), normal(2, 2)),
          reducing("ScatterElements", "mul")
              .on(
                  numbers(new long[] {4}, 0, 0, 2, 3),
                  integers(new long[] {5}, 0, 1, 2, 2, 2),
                  numbers(new long[] {5}, 2, 0, 0, 5, 7)),
          reducing("ScatterElements", "max")
              .with("axis", 1)
              .on(
                  distinct(2, 5),
                  integers(new long[] {2, 2}, 0, 0, 4, 1),
                  between(-0.2, 0.2, 2, 2)),
          reducing("ScatterElements", "min")
              .on(distinct(6), integers(new long[] {2}, 0, 3), between(-0.2, 0.2, 2)),
          reducing("ScatterND", "mul")
              .on(normal(4, 3), integers(new long[] {2, 1}, 1, 1), normal(2, 3)),
          reducing("ScatterND", "max")
              .on(distinct(4, 3), integers(new long[] {2, 1}, 1, 1), between(-0.2, 0.2, 2, 3)),
          reducing("ScatterND", "min")
              .on(distinct(4, 3), integers(new long[] {2, 1}, 2, 0), between(-0.2, 0.2, 2, 3)),

          // pooling and interpolation
          operator("GlobalAveragePool").on(normal(2, 3, 4, 5)),
          operator("GlobalMaxPool").on(distinct(2, 3, 4)),
          operator("AveragePool")
              .with("kernel_shape", 2L, 3L, 2L)
              .with("strides", 1L, 2L, 2L)
              .with("pads", 1L, 1L, 0L, 0L, 1L, 1L)
              .choosing("count_include_pad", 0L, 1L)
              .on(normal(2, 2, 3, 4, 5)),
          operator("AveragePool")
              .with("kernel_shape", 2L, 2L)
              .with("dilations", 2L, 1L)
              .on(normal(2, 2, 5, 4)),
          operator("MaxPool")
              .with("kernel_shape", 2L, 2L, 2L)
              .with("pads", 0L, 1L, 0L, 1L, 0L, 1L)
              .on(distinct(1, 2, 3, 4, 3)),
          operator("MaxPool")
              .with("kernel_shape", new long[] {2})
              .with("dilations", new long[] {3})
              .on(distinct(2, 2, 7)),
          operator("AveragePool").with("kernel_shape", new long[] {2}).on(normal(2, 3, 6)),
          operator("AveragePool")
              .with("kernel_shape", 3L, 2L)
              .with("strides", 2L, 1L)
              .with("pads", 1L, 1L, 1L, 0L)
              .on(normal(2, 2, 5, 4)),
          operator("AveragePool")
              .with("kernel_shape", new long[] {3})
              .with("pads", 1L, 1L)
              .with("count_include_pad", 1)
              .on(normal(2, 2, 5)),
          operator("AveragePool")
              .with("kernel_shape", 3L, 2L)
              .with("strides", 2L, 2L)
              .with("ceil_mode", 1)
              .on(normal(2, 2, 6, 5)),
          operator("AveragePool")
              .with("kernel_shape", 3L, 2L)
              .with("auto_pad", "SAME_LOWER")
              .with("ceil_mode", 1)
              .on(normal(2, 2, 6, 5)),
          operator("AveragePool")
              .with("kernel_shape", new long[] {2})
              .with("dilations", new long[] {2})
              .on(normal(2, 2, 6)),
          operator("MaxPool")
              .with("kernel_shape", new long[] {3})
              .with("strides", new long[] {2})
              .with("ceil_mode", 1)
              .with("auto_pad", "VALID")
              .on(distinct(2, 2, 6)),
          operator("MaxPool")
              .with("kernel_shape", 3L, 2L)
              .with("strides", 2L, 1L)
              .with("pads", 1L, 0L, 1L, 0L)
              .on(distinct(2, 2, 5, 4)),
          resize("linear").on(normal(1, 2, 3, 4), absent(), absent(), vector(1, 2, 5, 8)),
          resize("linear").on(normal(1, 2, 4, 4), absent(), floats(1, 1, 0.5, 1.5)),
          resize("cubic")
              .with("coordinate_transformation_mode", "align_corners")
              .on(normal(1, 2, 4, 4), absent(), absent(), vector(1, 2, 6, 3)),
          resize("linear").on(normal(1, 2, 4, 5), absent(), floats(1, 1, 1.2, 0.9)),
          resize("linear")
              .with("coordinate_transformation_mode", "tf_crop_and_resize")
              .on(
                  normal(1, 2, 5, 6),
                  floats(0, 0, 0.2, -0.3, 1, 1, 0.7, 0.8),
                  absent(),
                  vector(1, 2, 5, 4)),
          resize("linear")
              .with("axes", new long[0])
              .on(normal(1, 2, 3, 4), absent(), absent(), vector(1, 2, 5, 8)),
          resize("linear")
              .with("axes", 3L, 2L)
              .with("antialias", 1)
              .on(normal(1, 2, 8, 9), absent(), absent(), vector(4, 5)),
          resize("cubic")
              .with("coordinate_transformation_mode", "pytorch_half_pixel")
              .on(normal(1, 2, 4, 4), absent(), floats(1, 1, 2, 2)),
          resize("nearest").on(normal(1, 2, 3), absent(), absent(), vector(1, 2, 5)),
          resize("nearest")
              .with("coordinate_transformation_mode", "asymmetric")
              .with("nearest_mode", "floor")
              .on(normal(1, 2, 3), absent(), floats(1, 1, 1.3)),

          // quantization
          operator("DequantizeLinear").on(bytes(3, 4), positive()),
          operator("DequantizeLinear").with("axis", 1).on(bytes(2, 3, 4), positive(3), bytes(3)),
          operator("DequantizeLinear").on(bytes(3, 4), positive(1), bytes(1)),
          operator("DequantizeLinear")
              .with("axis", -1)
              .with("block_size", 2)
              .on(bytes(3, 5), positive(3, 3), bytes(3, 3)),
          operator("DequantizeLinear")
              .with("axis", 0)
              .with("block_size", 2)
              .on(bytes(4, 3), positive(2, 3)));

  static final List<OperatorCase> CASES =
      Stream.of(SINGLE, ConvolutionCases.CASES).flatMap(List::stream).toList();

  /** Operators of two inputs that broadcast to each other. */
  static final List<OperatorCase> BINARY =
      List.of(
          operator("Add").on(normal(), normal()),
          operator("Sub").on(normal(), normal()),
          operator("Mul").on(normal(), normal()),
          operator("Div").on(normal(), positive()),
          operator("Pow").on(positive(), normal()),
          operator("Mod").with("fmod", 1).on(between(2.2, 2.8), between(0.9, 1.1)),
          operator("Max").on(between(0, 1), between(1.2, 2)),
          operator("Min").on(between(0, 1), between(1.2, 2)),
          operator("Sum").on(normal(), normal()),
          operator("Mean").on(normal(), normal()));

  /** Rules that have to know sizes before the graph runs. */
  static final List<OperatorCase> CASES_OF_KNOWN_SIZES =
      List.of(
          operator("AveragePool")
              .with("kernel_shape", 3L, 3L)
              .with("strides", 2L, 3L)
              .with("pads", 1L, 0L, 1L, 1L)
              .with("ceil_mode", 1)
              .with("count_include_pad", 1)
              .on(normal(2, 2, 6, 5)),
          operator("Conv")
              .with("auto_pad", "SAME_LOWER")
              .with("strides", 2L, 2L)
              .on(normal(2, 3, 7, 6), normal(2, 3, 2, 4)),
          operator("AveragePool")
              .with("kernel_shape", 3L, 2L)
              .with("strides", 2L, 2L)
              .with("auto_pad", "SAME_UPPER")
              .on(normal(2, 2, 6, 5)));

  private static Source scalarOf(double number) {
    return numbers(new long[0], number).constant();
  }

  /** A number by which the case is differentiated. */
  private static Source number(double number) {
    return numbers(new long[0], number);
  }

  private static Source exponents(double... numbers) {
    return numbers(new long[] {numbers.length}, numbers).frozen();
  }

  private static Source floats(double... numbers) {
    return numbers(new long[] {numbers.length}, numbers).constant();
  }

  private static OperatorCase fusedMatMul(long transA, long transB) {
    return operator("com.microsoft::FusedMatMul")
        .with("transA", transA)
        .with("transB", transB)
        .with("alpha", 0.5f);
  }

  private static OperatorCase gemm(long transA, long transB) {
    return operator("Gemm")
        .with("transA", transA)
        .with("transB", transB)
        .with("alpha", 0.5f)
        .with("beta", 2f);
  }

  private static OperatorCase reduction(String operator) {
    return operator(operator).choosing("keepdims", 0L, 1L);
  }

  /** Of an empty list of axes, which means all or none. */
  private static OperatorCase withoutAxes(String operator) {
    return reduction(operator).choosing("noop_with_empty_axes", 0L, 1L);
  }

  private static OperatorCase reducing(String operator, String reduction) {
    return operator(operator).with("reduction", reduction);
  }

  private static OperatorCase einsum(String equation) {
    return operator("Einsum").with("equation", equation);
  }

  private static OperatorCase resize(String mode) {
    return operator("Resize").with("mode", mode);
  }
}
