package org.tribuo.distill.onednn;

import java.util.Optional;
import org.tribuo.distill.graph.internal.DistillDomain;

/**
 * {@link DistillDomain#PRODUCT}.
 *
 * @param smallest the multiplications of two matrices from which on oneDNN is faster
 */
record ProductOperator(NumberType factors, PrimitiveCache primitives, long smallest)
    implements CustomOperator {
  @Override
  public String name() {
    return DistillDomain.PRODUCT;
  }

  @Override
  public int requiredInputs() {
    return 2;
  }

  @Override
  public int optionalInputs() {
    return 1;
  }

  @Override
  public int outputs() {
    return 1;
  }

  /** Factors may be rounded already. */
  @Override
  public Optional<NumberType> inputType(int index) {
    return index < 2 ? Optional.empty() : Optional.of(NumberType.FLOAT32);
  }

  @Override
  public Kernel kernel(KernelInfo node) {
    boolean transA = node.flag("transA");
    boolean transB = node.flag("transB");
    Optional<PackedMatrix> packed =
        node.constant(1)
            .filter(matrix -> !transA && matrix.dims().length == 2 && matrix.elements() > 0)
            .map(
                matrix ->
                    new PackedMatrix(
                        matrix,
                        transB,
                        ProductKernel.columns(matrix.dims()[transB ? 0 : 1]),
                        factors));
    float alpha = node.number("alpha");
    return new ProductKernel(
        factors,
        primitives,
        smallest,
        transA,
        transB,
        alpha,
        packed,
        node.product(transA, transB, alpha));
  }
}
