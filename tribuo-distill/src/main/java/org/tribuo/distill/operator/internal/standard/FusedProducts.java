package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;

/** Matrix products and convolutions into which ONNX Runtime fused what stands around them. */
final class FusedProducts {
  private FusedProducts() {}

  static final List<Operator> ALL =
      List.of(
          operator("com.microsoft::FusedGemm").decomposition((op, n) -> activated(op, n, "Gemm")),
          operator("com.microsoft::FusedConv").decomposition((op, n) -> activated(op, n, "Conv")),
          operator("com.microsoft::TransposeMatMul").decomposition(FusedProducts::matmul));

  /** The operator without its activation, then the activation. */
  private static List<Value> activated(Ops op, Operation n, String opType) {
    List<Value> inputs = new ArrayList<>(n.xs());
    boolean residual = opType.equals("Conv") && n.hasX(3);
    Value z = residual ? inputs.remove(3) : Value.ABSENT;
    Attributes attributes = n.attributes().only(name -> !name.startsWith("activation"));
    Value y = op.call(Node.ONNX, opType, attributes, inputs, n.y().type()).get(0);
    return List.of(FusedActivations.named(op, n, residual ? op.add(y, z) : y));
  }

  /** The forms that {@link Ops#matmul} writes stay; a transposed batch becomes a Transpose. */
  static List<Value> matmul(Ops op, Operation n) {
    Value a = n.flag("transBatchA") ? batchBeforeRows(op, n.x(0)) : n.x(0);
    Value b = n.flag("transBatchB") ? batchBeforeRows(op, n.x(1)) : n.x(1);
    return List.of(op.matmul(a, n.flag("transA"), b, n.flag("transB"), n.attribute("alpha", 1f)));
  }

  /** [M, batch..., K] to [batch..., M, K]. */
  private static Value batchBeforeRows(Ops op, Value x) {
    int rank = x.rank();
    long[] permutation =
        LongStream.concat(LongStream.range(1, rank - 1), LongStream.of(0, rank - 1)).toArray();
    return op.transpose(x, permutation);
  }
}
