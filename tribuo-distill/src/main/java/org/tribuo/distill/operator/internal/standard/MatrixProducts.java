package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Derivative.Shapes.BROADCAST;
import static org.tribuo.distill.operator.Operator.GradientRule.NONE;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.Trait.MATRIX_PRODUCT;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.DistillDomain;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.AxisOrigins;
import org.tribuo.distill.operator.SizedNode;

/** Matrix products and convolutions. */
final class MatrixProducts {
  private MatrixProducts() {}

  static final List<Operator> ALL =
      List.of(
          operator("MatMul")
              .with(MATRIX_PRODUCT)
              .shape(n -> shape(n.x(0), n.x(1)))
              .origins(MatrixProducts::origins)
              .gradient(BROADCAST, MatrixProducts::matmul),
          operator("com.microsoft::FusedMatMul")
              .with(MATRIX_PRODUCT)
              .origins(MatrixProducts::origins)
              .decomposition(FusedProducts::matmul)
              .gradient(BROADCAST, (op, n, dy) -> product(op, n, dy, n.attribute("alpha", 1f))),
          operator("Gemm")
              .with(MATRIX_PRODUCT)
              .shape(MatrixProducts::shapeOfGemm)
              .origins(MatrixProducts::originsOfGemm)
              .gradient(BROADCAST, MatrixProducts::gemm),
          operator("Einsum").gradient(BROADCAST, EinsumGradient::gradients));

  /** The product of a library of operators; of a bias the walk makes the sum over all rows. */
  static final Operator SHORT_PRODUCT =
      operator(DistillDomain.NAME + "::" + DistillDomain.PRODUCT)
          .with(MATRIX_PRODUCT)
          .gradient(
              BROADCAST,
              (op, n, dy) -> {
                List<Value> factors =
                    product(op::shortProduct, op, n, dy, n.attribute("alpha", 1f));
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
   * α·A·B, each transposed where the node's attributes say so: α·dy·Bᵀ and α·Aᵀ·dy, or their
   * transposes. A matrix that serves a whole stack gets the sum over it, from one product.
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

  // ---- shapes

  private static Optional<Shape> shape(Optional<Shape> a, Optional<Shape> b) {
    if (a.isEmpty() || b.isEmpty() || a.get().rank() < 2 || b.get().rank() < 2) {
      return Optional.empty();
    }
    List<Dimension> left = a.get().dimensions();
    List<Dimension> right = b.get().dimensions();
    Shape stack =
        new Shape(left.subList(0, left.size() - 2))
            .broadcast(new Shape(right.subList(0, right.size() - 2)));
    List<Dimension> dims = new ArrayList<>(stack.dimensions());
    dims.add(left.get(left.size() - 2));
    dims.add(right.get(right.size() - 1));
    return Optional.of(new Shape(dims));
  }

  private static Optional<Shape> shapeOfGemm(SizedNode n) {
    Optional<Shape> a = n.x(0);
    Optional<Shape> b = n.x(1);
    boolean transA = n.attributes().get("transA", 0L) != 0;
    boolean transB = n.attributes().get("transB", 0L) != 0;
    return a.isEmpty() || b.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Shape.of(a.get().dimension(transA ? 1 : 0), b.get().dimension(transB ? 0 : 1)));
  }

  // ---- positions

  /** Of a product of stacks of matrices its rows, or whole matrices; columns are weights mostly. */
  private static Optional<List<OptionalInt>> origins(Operation n, int axis) {
    Optional<Shape> a = n.x(0).shape();
    Optional<Shape> b = n.x(1).shape();
    if (a.isEmpty() || b.isEmpty() || a.get().rank() < 2 || b.get().rank() < 2) {
      return Optional.empty();
    }
    int fromEnd = n.y().rank() - axis;
    if (fromEnd == 2) {
      int rows = a.get().rank() - (n.flag("transA") ? 1 : 2);
      return n.flag("transBatchA") ? Optional.empty() : AxisOrigins.first(rows);
    }
    boolean ofStack = fromEnd > 2 && !n.flag("transBatchA") && !n.flag("transBatchB");
    return ofStack ? AxisOrigins.broadcast(n, axis) : Optional.empty();
  }

  private static Optional<List<OptionalInt>> originsOfGemm(Operation n, int axis) {
    OptionalInt rows = OptionalInt.of(n.flag("transA") ? 1 : 0);
    return axis == 0
        ? AxisOrigins.ofOperand(n, 2, axis)
            .map(summand -> List.of(rows, OptionalInt.empty(), summand))
        : Optional.empty();
  }
}
