package org.tribuo.distill.zoo;

import static org.tribuo.distill.graph.OperatorCase.awayFromZero;
import static org.tribuo.distill.graph.OperatorCase.distinct;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.positive;
import static org.tribuo.distill.graph.OperatorCase.vector;

import java.util.Arrays;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Source;

/** Products, reductions and softmax. */
final class MatrixConstructs {
  private MatrixConstructs() {}

  static OperatorCase product(Draw draw) {
    long[] sizes = draw.numbers(3, 1, 4);
    long[] stack = draw.dims(draw.from(0, 2));
    boolean narrow = draw.coin();
    long[] left = behind(stack, sizes[0], sizes[1]);
    long[] right = behind(narrow ? new long[0] : ones(draw, stack), sizes[1], sizes[2]);
    return draw.of(
        operator("MatMul").on(normal(left), normal(right)),
        operator("MatMul").on(normal(sizes[1]), normal(right)),
        operator("MatMul").on(normal(left), normal(sizes[1])),
        operator("MatMul").opset(draw.of(7L, 9L, 13L)).on(normal(left), normal(right)));
  }

  static OperatorCase fusedProduct(Draw draw) {
    boolean a = draw.coin();
    boolean b = draw.coin();
    long[] sizes = draw.numbers(3, 1, 4);
    long[] stack = draw.dims(draw.from(1, 2));
    long[] left = a ? behind(stack, sizes[1], sizes[0]) : behind(stack, sizes[0], sizes[1]);
    long[] right = b ? behind(stack, sizes[2], sizes[1]) : behind(stack, sizes[1], sizes[2]);
    return operator("com.microsoft::FusedMatMul")
        .with("transA", a ? 1 : 0)
        .with("transB", b ? 1 : 0)
        .with("alpha", draw.of(0.5f, -2f))
        .on(normal(left), normal(right));
  }

  static OperatorCase gemm(Draw draw) {
    boolean a = draw.coin();
    boolean b = draw.coin();
    long[] n = draw.numbers(3, 1, 4);
    Source left = a ? normal(n[1], n[0]) : normal(n[0], n[1]);
    Source right = b ? normal(n[2], n[1]) : normal(n[1], n[2]);
    OperatorCase gemm =
        operator("Gemm")
            .opset(draw.of(7L, 9L, 11L, 13L, 21L))
            .with("transA", a ? 1 : 0)
            .with("transB", b ? 1 : 0)
            .with("alpha", draw.of(1f, 0.5f, -1.5f))
            .with("beta", draw.of(1f, 2f, -0.5f));
    return draw.of(
        gemm.on(left, right, normal(n[2])),
        gemm.on(left, right, normal(n[0], n[2])),
        gemm.on(left, right, normal(n[0], 1)),
        gemm.on(left, right, normal(1)),
        gemm.opset(11).on(left, right));
  }

  static OperatorCase einsum(Draw draw) {
    long[] n = draw.numbers(5, 1, 3);
    OperatorCase einsum = operator("Einsum");
    return draw.of(
        einsum
            .with("equation", "bij,bjk->bik")
            .on(normal(n[0], n[1], n[2]), normal(n[0], n[2], n[3])),
        einsum
            .with("equation", "bhid,bhjd->bhij")
            .on(normal(n[0], n[1], n[2], n[3]), normal(n[0], n[1], n[4], n[3])),
        einsum
            .with("equation", "bshd,bthd->bhst")
            .on(normal(n[0], n[1], n[2], n[3]), normal(n[0], n[4], n[2], n[3])),
        einsum.with("equation", "...ij,jk->...ik").on(normal(n[0], n[1], n[2]), normal(n[2], n[3])),
        einsum.with("equation", "ij,kj->ki").on(normal(n[0], n[1]), normal(n[2], n[1])),
        einsum.with("equation", "ijk->kj").on(normal(n[0], n[1], n[2])),
        einsum.with("equation", "ij->").on(normal(n[0], n[1])),
        einsum.with("equation", "i,j->ij").on(normal(n[0]), normal(n[1])),
        einsum.with("equation", "ij,ij->ij").on(normal(n[0], n[1]), normal(n[0], n[1])),
        einsum.with("equation", "ij,ij->i").on(normal(n[0], n[1]), normal(n[0], n[1])));
  }

  static OperatorCase reduction(Draw draw) {
    int rank = draw.from(1, 4);
    long[] dims = draw.dims(rank);
    String operator =
        draw.of(
            "ReduceSum",
            "ReduceMean",
            "ReduceMax",
            "ReduceMin",
            "ReduceProd",
            "ReduceL1",
            "ReduceL2",
            "ReduceSumSquare",
            "ReduceLogSum",
            "ReduceLogSumExp");
    Source x =
        switch (operator) {
          case "ReduceMax", "ReduceMin" -> distinct(dims);
          case "ReduceL1", "ReduceProd" -> awayFromZero(dims);
          case "ReduceLogSum", "ReduceL2" -> positive(dims);
          default -> normal(dims);
        };
    OperatorCase keeping = operator(operator).with("keepdims", draw.of(0L, 1L));
    long[] axes = draw.axes(rank);
    long[] fromFront = Arrays.stream(axes).map(a -> Math.floorMod(a, (long) rank)).toArray();
    boolean sum = operator.equals("ReduceSum");
    return draw.of(
        keeping.on(x),
        keeping.on(x, vector(axes)),
        keeping.on(x, vector(axes)),
        keeping.on(x, vector()),
        keeping.with("noop_with_empty_axes", 1).on(x, vector()),
        keeping.opset(sum ? 11L : draw.of(11L, 13L)).with("axes", axes).on(x),
        keeping.opset(sum ? 12L : 17L).with("axes", axes).on(x),
        keeping.opset(draw.of(7L, 9L)).with("axes", fromFront).on(x),
        keeping.opset(draw.of(7L, 11L)).on(x));
  }

  static OperatorCase softmax(Draw draw) {
    int rank = draw.from(1, 4);
    Source x = normal(draw.dims(rank));
    OperatorCase softmax = operator(draw.of("Softmax", "LogSoftmax"));
    return draw.of(
        softmax.with("axis", draw.axis(rank)).on(x),
        softmax.opset(13).with("axis", draw.axis(rank)).on(x),
        softmax.on(x),
        softmax.opset(draw.of(11L, 12L)).with("axis", draw.axis(rank)).on(x),
        softmax.opset(draw.of(7L, 9L)).with("axis", draw.from(0, rank - 1)).on(x));
  }

  private static long[] behind(long[] stack, long... last) {
    long[] dims = Arrays.copyOf(stack, stack.length + last.length);
    System.arraycopy(last, 0, dims, stack.length, last.length);
    return dims;
  }

  /** Some of the sizes are 1. */
  private static long[] ones(Draw draw, long... stack) {
    return Arrays.stream(stack).map(size -> draw.coin() ? 1 : size).toArray();
  }
}
