package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.NONE;
import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.broadcasting;
import static org.tribuo.distill.autodiff.RuleTable.rule;

import java.util.List;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.DistillDomain;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** Matrix products and convolutions. */
final class MatrixRules {
  private MatrixRules() {}

  static final List<Entry> ENTRIES =
      List.of(
          broadcasting("MatMul", MatrixRules::matmul),
          broadcasting(
              "com.microsoft::FusedMatMul",
              (op, n, dy) -> product(op, n, dy, n.attribute("alpha", 1f))),
          broadcasting("Gemm", MatrixRules::gemm),
          broadcasting("Einsum", EinsumRule::gradients),
          rule("Conv", ConvolutionRule::gradients));

  /** The product of a library of operators; of a bias the walk makes the sum over all rows. */
  static final Entry SHORT_PRODUCT =
      broadcasting(
          DistillDomain.NAME + "::" + DistillDomain.PRODUCT,
          (op, n, dy) -> {
            List<Value> factors = product(op::shortProduct, op, n, dy, n.attribute("alpha", 1f));
            return grads(factors.get(0), factors.get(1), n.wants(2) ? dy : NONE);
          });

  /** A way to multiply two stacks of matrices. */
  private interface Multiplication {
    Value of(Value a, boolean transposeA, Value b, boolean transposeB, float factor);
  }

  private static List<Value> matmul(Ops op, ForwardNode n, Value dy) {
    return n.x(0).rank() == 1 || n.x(1).rank() == 1
        ? vectorProduct(op, n.x(0), n.x(1), dy)
        : product(op, n, dy, 1);
  }

  /**
   * α·A·B, each transposed if the node says so: α·dy·Bᵀ and α·Aᵀ·dy, or their transposes. A matrix
   * that serves a whole stack gets the sum over it, from one product.
   */
  private static List<Value> product(Ops op, ForwardNode n, Value dy, float alpha) {
    return product(op::matmul, op, n, dy, alpha);
  }

  private static List<Value> product(
      Multiplication times, Ops op, ForwardNode n, Value dy, float alpha) {
    Value a = n.x(0);
    Value b = n.x(1);
    boolean transA = n.flag("transA");
    boolean transB = n.flag("transB");
    Value da = NONE;
    Value db = NONE;
    if (n.wants(0)) {
      da = transA ? times.of(b, transB, dy, true, alpha) : times.of(dy, false, b, !transB, alpha);
    }
    if (n.wants(1)) {
      boolean forStack = b.rank() == 2 && a.rank() > 2 && !transA;
      Value rowsOfA = forStack ? rows(op, a) : a;
      Value rowsOfDy = forStack ? rows(op, dy) : dy;
      db =
          transB
              ? times.of(rowsOfDy, true, rowsOfA, transA, alpha)
              : times.of(rowsOfA, !transA, rowsOfDy, false, alpha);
    }
    return grads(da, db);
  }

  /** A stack of matrices as one, its rows one below the other. */
  private static Value rows(Ops op, Value stack) {
    return stack.shape().map(Shape::rank).filter(rank -> rank == 2).isPresent()
        ? stack
        : op.reshape(stack, op.concat(0, List.of(op.longs(-1), op.sizeOf(stack, -1))));
  }

  /** A product with a vector is one with a matrix that has a single row or column. */
  private static List<Value> vectorProduct(Ops op, Value a, Value b, Value dy) {
    Value row = a.rank() == 1 ? op.unsqueeze(a, 0) : a;
    Value column = b.rank() == 1 ? op.unsqueeze(b, 1) : b;
    Value wide = b.rank() == 1 ? op.unsqueeze(dy, -1) : dy;
    Value full = a.rank() == 1 ? op.unsqueeze(wide, -2) : wide;
    Value da = op.matmul(full, false, column, true);
    Value db = op.matmul(row, true, full, false);
    return grads(
        a.rank() == 1 ? sumTo(op, da, a, -2) : da, b.rank() == 1 ? sumTo(op, db, b, -1) : db);
  }

  private static Value sumTo(Ops op, Value matrices, Value vector, int axis) {
    TensorType type = TensorType.ofUnknownRank(vector.elementType());
    return op.one("Squeeze", type, matrices, op.longs(axis));
  }

  /** α·A·B + β·C. */
  private static List<Value> gemm(Ops op, ForwardNode n, Value dy) {
    List<Value> factors = product(op, n, dy, n.attribute("alpha", 1f));
    return grads(
        factors.get(0), factors.get(1), n.wants(2) ? op.mul(dy, n.attribute("beta", 1f)) : NONE);
  }
}
