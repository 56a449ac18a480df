package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.graph.OperatorCase.absent;
import static org.tribuo.distill.graph.OperatorCase.awayFrom;
import static org.tribuo.distill.graph.OperatorCase.awayFromZero;
import static org.tribuo.distill.graph.OperatorCase.between;
import static org.tribuo.distill.graph.OperatorCase.booleans;
import static org.tribuo.distill.graph.OperatorCase.bytes;
import static org.tribuo.distill.graph.OperatorCase.distinct;
import static org.tribuo.distill.graph.OperatorCase.indices;
import static org.tribuo.distill.graph.OperatorCase.integers;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.numbers;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.positive;
import static org.tribuo.distill.graph.OperatorCase.scalar;
import static org.tribuo.distill.graph.OperatorCase.vector;

import java.util.List;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Source;

/** Every rule on its safe domain: where the operator is defined and smooth. */
final class RuleCases {
  private RuleCases() {}

  private static final Source NEAR_SIX_KINKS = awayFrom(new double[] {-3, -2.5, 0, 2.5, 3}, 3, 7);

  static final List<OperatorCase> CASES =
      List.of(
          // arithmetic
          operator("Add").broadcasting(normal(), normal()),
          operator("Sub").broadcasting(normal(), normal()),
          operator("Mul").broadcasting(normal(), normal()),
          operator("Div").broadcasting(normal(), positive()),
          operator("Pow").broadcasting(positive(), normal()),
          operator("Pow").on(normal(3, 4), scalarOf(2)),
          operator("Pow").on(awayFromZero(3, 4), scalarOf(3)),
          operator("Mod").with("fmod", 1).on(between(2.2, 2.8, 5), between(0.9, 1.1, 5)),
          operator("Sum").broadcasting(normal(), normal(), normal()),
          operator("Mean").broadcasting(normal(), normal(), normal()),
          operator("Max").broadcasting(between(0, 1), between(1.2, 2), between(-2, -1)),
          operator("Max").on(distinct(4, 5), numbers(new long[] {1}, 0.1)),
          operator("Min").on(distinct(4, 5), numbers(new long[] {1}, 0.1)),
          operator("Where").broadcasting(booleans(), normal(), normal()),
          operator("Clip").on(awayFrom(new double[] {-1, 1}, 4, 5), scalarOf(-1), scalarOf(1)),
          operator("Clip").on(awayFrom(new double[] {1}, 4, 5), absent(), scalarOf(1)),
          operator("Neg").on(normal(2, 3)),
          operator("Identity").on(normal(2, 3)),
          operator("Cast").with("to", 1).on(normal(2, 3)),
          operator("Cast").inFloat().with("to", 11).on(normal(2, 3)),
          operator("CastLike").on(normal(2, 3), normal(1).frozen()),
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
          operator("Softsign").on(normal(3, 4)),
          operator("Relu").on(awayFromZero(3, 4)),
          operator("LeakyRelu").with("alpha", 0.2f).on(awayFromZero(3, 4)),
          operator("PRelu").on(awayFromZero(2, 3, 4), normal(3, 1)),
          operator("ThresholdedRelu").with("alpha", 1f).on(awayFrom(new double[] {1}, 3, 4)),
          operator("Elu").with("alpha", 1.5f).on(awayFromZero(3, 4)),
          operator("Selu").on(awayFromZero(3, 4)),
          operator("Celu").with("alpha", 1.5f).on(awayFromZero(3, 4)),
          operator("HardSigmoid").on(NEAR_SIX_KINKS),
          operator("HardSwish").on(NEAR_SIX_KINKS),
          operator("Mish").on(normal(3, 4)),
          operator("Swish").opset(24).with("alpha", 1.5f).on(normal(3, 4)),
          operator("Shrink").inFloat().with("lambd", 1f).on(awayFrom(new double[] {-1, 1}, 3, 4)),
          operator("Gelu").on(normal(3, 4)),
          operator("Gelu").with("approximate", "tanh").on(normal(3, 4)),
          operator("Softmax").on(normal(3, 4)),
          operator("Softmax").with("axis", 1).on(normal(2, 3, 4)),
          operator("LogSoftmax").on(normal(3, 4)),
          operator("LogSoftmax").with("axis", 0).on(normal(3, 4)),
          operator("Dropout").on(normal(3, 4)),

          // matrices
          operator("MatMul").on(normal(3, 4), normal(4, 2)),
          operator("MatMul").on(normal(2, 3, 4), normal(4, 5)),
          operator("MatMul").on(normal(2, 1, 3, 4), normal(3, 4, 2)),
          operator("MatMul").on(normal(3, 4), normal(2, 4, 5)),
          operator("MatMul").on(normal(4), normal(4)),
          operator("MatMul").on(normal(4), normal(2, 4, 3)),
          operator("MatMul").on(normal(2, 3, 4), normal(4)),
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

          // normalisations
          operator("LayerNormalization").on(normal(3, 5), normal(5), normal(5)),
          operator("LayerNormalization").on(normal(2, 3, 5), normal(5)),
          operator("LayerNormalization")
              .with("axis", 1)
              .on(normal(2, 3, 4), normal(3, 4), normal(3, 4)),
          operator("SimplifiedLayerNormalization").on(normal(2, 3, 5), normal(5)),

          // reductions
          operator("ReduceSum").on(normal(2, 3, 4)),
          operator("ReduceSum").with("keepdims", 0).on(normal(2, 3, 4), vector(1)),
          operator("ReduceSum").on(normal(2, 3, 4), vector(0, -1)),
          operator("ReduceMean").with("keepdims", 0).on(normal(2, 3, 4)),
          operator("ReduceMean").with("keepdims", 0).on(normal(2, 3, 4), vector(-1)),
          operator("ReduceMean").on(normal(2, 3, 4), vector(0, 2)),
          operator("ReduceMax").on(distinct(2, 3, 4), vector(1)),
          operator("ReduceMax").with("keepdims", 0).on(distinct(2, 3, 4)),
          operator("ReduceMin").with("keepdims", 0).on(distinct(2, 3, 4), vector(1, 2)),
          operator("ReduceProd").on(awayFromZero(2, 3), vector(1)),
          operator("ReduceProd")
              .with("keepdims", 0)
              .on(numbers(new long[] {3, 2}, 2, 0, 3, -1, 0, 0), vector(1)),
          operator("ReduceL1").on(awayFromZero(2, 3, 4), vector(1)),
          operator("ReduceL2").with("keepdims", 0).on(normal(2, 3, 4), vector(1)),
          operator("ReduceSumSquare").with("keepdims", 0).on(normal(2, 3, 4), vector(1)),
          operator("ReduceLogSum").on(positive(2, 3, 4), vector(1)),
          operator("ReduceLogSumExp").with("keepdims", 0).on(normal(2, 3, 4), vector(1)),

          // shapes
          operator("Reshape").on(normal(2, 3, 4), vector(0, -1)),
          operator("Flatten").with("axis", 2).on(normal(2, 3, 4)),
          operator("Squeeze").on(normal(2, 1, 3, 1), vector(1, 3)),
          operator("Unsqueeze").on(normal(2, 3), vector(0, 2)),
          operator("Expand").on(normal(3, 1), vector(2, 3, 4)),
          operator("Expand").on(normal(3, 4), vector(1, 1)),
          operator("Tile").on(normal(2, 3), vector(3, 2)),
          operator("Transpose").on(normal(2, 3, 4)),
          operator("Transpose").with("perm", 1L, 2L, 0L).on(normal(2, 3, 4)),
          operator("Concat").with("axis", 1).on(normal(2, 3), normal(2, 1), normal(2, 4)),
          operator("Concat").with("axis", -1).on(normal(2, 3), normal(2, 1)),
          operator("Split").with("axis", 1).outputs(0, 1).on(normal(2, 5), vector(2, 3)),
          operator("Split")
              .with("axis", -1)
              .with("num_outputs", 3)
              .outputs(0, 1, 2)
              .on(normal(2, 6)),
          operator("DepthToSpace").with("blocksize", 2).on(normal(2, 8, 2, 3)),
          operator("DepthToSpace").with("blocksize", 2).with("mode", "CRD").on(normal(2, 8, 2, 3)),
          operator("SpaceToDepth").with("blocksize", 2).on(normal(2, 2, 4, 6)),

          // indices
          operator("Gather").on(normal(5, 3), indices(5, 2, 4)),
          operator("Gather").with("axis", 1).on(normal(2, 5, 3), indices(5, 4)),
          operator("Gather").with("axis", -1).on(normal(2, 5), scalar(-1)),
          operator("GatherElements").with("axis", 1).on(normal(3, 5), indices(5, 3, 4)),
          operator("GatherND").on(normal(3, 4, 2), indices(3, 5, 2)),
          operator("GatherND").with("batch_dims", 1).on(normal(3, 4, 2), indices(2, 3, 5, 2)),
          operator("Slice").on(normal(4, 6), vector(1), vector(3)),
          operator("Slice").on(normal(4, 6), vector(-5), vector(100), vector(1)),
          operator("Slice")
              .on(normal(4, 6), vector(5, 0), vector(0, 4), vector(1, 0), vector(-2, 1)),
          operator("Pad").on(normal(3, 4), vector(1, 0, 2, 3), numbers(new long[0], 0.5)),
          operator("Pad").on(normal(3, 4), vector(-1, 2, 0, -1)),
          operator("Pad").on(normal(3, 4), vector(1, 2), absent(), vector(1)),
          operator("Pad").with("mode", "reflect").on(normal(3, 4), vector(1, 2, 0, 1)),
          operator("Pad").with("mode", "edge").on(normal(3, 4), vector(1, 2, 0, 1)),
          operator("Trilu").on(normal(2, 4, 4)),
          operator("Trilu").with("upper", 0).on(normal(4, 3), scalar(-1)),
          operator("CumSum").on(normal(3, 4), scalar(1)),
          operator("CumSum").with("exclusive", 1).with("reverse", 1).on(normal(3, 4), scalar(0)),
          operator("TopK").outputs(0, 1).on(distinct(3, 6), vector(2)),
          operator("Compress").with("axis", 1).on(normal(3, 4), booleans(4)),
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

          // pooling and interpolation
          operator("GlobalAveragePool").on(normal(2, 3, 4, 5)),
          operator("GlobalMaxPool").on(distinct(2, 3, 4)),
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
          resize("nearest").on(normal(1, 2, 3), absent(), absent(), vector(1, 2, 5)),

          // quantization
          operator("DequantizeLinear").on(bytes(3, 4), positive()),
          operator("DequantizeLinear").with("axis", 1).on(bytes(2, 3, 4), positive(3), bytes(3)));

  private static Source scalarOf(double number) {
    return numbers(new long[0], number).constant();
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

  private static OperatorCase einsum(String equation) {
    return operator("Einsum").with("equation", equation);
  }

  private static OperatorCase resize(String mode) {
    return operator("Resize").with("mode", mode);
  }
}
