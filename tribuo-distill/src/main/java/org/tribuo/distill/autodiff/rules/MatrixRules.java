package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.broadcasting;

import java.util.List;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** Matrix products. */
final class MatrixRules {
  private MatrixRules() {}

  static final List<Entry> ENTRIES =
      List.of(broadcasting("MatMul", MatrixRules::matmul), broadcasting("Gemm", MatrixRules::gemm));

  /** A·B: dy·Bᵀ and Aᵀ·dy, where a matrix that serves a whole stack gets the sum over it. */
  private static List<Value> matmul(Ops op, ForwardNode n, Value dy) {
    Value a = n.x(0);
    Value b = n.x(1);
    if (a.rank() == 1 || b.rank() == 1) {
      return vectorProduct(op, a, b, dy);
    }
    Value da = op.matmul(dy, false, b, true);
    Value db =
        b.rank() == 2 && a.rank() > 2
            ? op.matmul(rows(op, a, a), true, rows(op, dy, b), false)
            : op.matmul(a, true, dy, false);
    return grads(da, db);
  }

  /** A product with a vector is one with a matrix that has a single row or column. */
  private static List<Value> vectorProduct(Ops op, Value a, Value b, Value dy) {
    Value row = a.rank() == 1 ? asMatrix(op, a, 0) : a;
    Value column = b.rank() == 1 ? asMatrix(op, b, 1) : b;
    Value wide = b.rank() == 1 ? op.unsqueeze(dy, -1) : dy;
    Value full = a.rank() == 1 ? op.unsqueeze(wide, -2) : wide;
    Value da = op.matmul(full, false, column, true);
    Value db = op.matmul(row, true, full, false);
    return grads(
        a.rank() == 1 ? sumTo(op, da, a, -2) : da, b.rank() == 1 ? sumTo(op, db, b, -1) : db);
  }

  private static Value asMatrix(Ops op, Value vector, int axis) {
    long[] sizes = axis == 0 ? new long[] {1, -1} : new long[] {-1, 1};
    return op.reshape(vector, sizes);
  }

  private static Value sumTo(Ops op, Value matrices, Value vector, int axis) {
    return op.one("Squeeze", withoutShape(vector), matrices, op.longs(axis));
  }

  private static TensorType withoutShape(Value like) {
    return TensorType.ofUnknownRank(like.elementType());
  }

  /** A stack of matrices as one, its rows one below the other. */
  private static Value rows(Ops op, Value stack, Value columnsOf) {
    return stack.shape().map(Shape::rank).filter(rank -> rank == 2).isPresent()
        ? stack
        : op.reshape(stack, op.concat(0, List.of(op.longs(-1), op.sizeOf(columnsOf, -1))));
  }

  /** α·A·B + β·C, with A or B transposed if the node says so. */
  private static List<Value> gemm(Ops op, ForwardNode n, Value dy) {
    Value a = n.x(0);
    Value b = n.x(1);
    boolean transA = n.attribute("transA", 0L) != 0;
    boolean transB = n.attribute("transB", 0L) != 0;
    Value scaled = op.mul(dy, n.attribute("alpha", 1f));
    Value da = transA ? op.matmul(b, transB, scaled, true) : op.matmul(scaled, false, b, !transB);
    Value db = transB ? op.matmul(scaled, true, a, transA) : op.matmul(a, !transA, scaled, false);
    return n.hasX(2) ? grads(da, db, op.mul(dy, n.attribute("beta", 1f))) : grads(da, db);
  }
}
