package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.Trait.NORMALIZES;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.internal.DistillDomain;
import org.tribuo.distill.operator.Operator;

/** The operators of {@link DistillDomain}, which has operators for their gradients too. */
final class LibraryEntries {
  private static final String PREFIX = DistillDomain.NAME + "::";

  private LibraryEntries() {}

  static final List<Operator> ALL =
      List.of(
          MatrixProducts.SHORT_PRODUCT,
          operator(PREFIX + DistillDomain.GELU)
              .elementwise()
              .gradient(
                  (op, n, dy) ->
                      grads(
                          op.call(
                                  DistillDomain.NAME,
                                  DistillDomain.GELU_GRADIENT,
                                  Attributes.NONE,
                                  List.of(dy, n.x()),
                                  n.x().type())
                              .get(0))),
          operator(PREFIX + DistillDomain.LAYER_NORMALIZATION)
              .sameShape()
              .with(NORMALIZES)
              .gradient(
                  (op, n, dy) ->
                      op.call(
                          DistillDomain.NAME,
                          DistillDomain.LAYER_NORMALIZATION_GRADIENT,
                          n.attributes(),
                          List.of(dy, n.x(), n.x(1), n.y(1), n.y(2)),
                          n.x().type(),
                          n.x(1).type(),
                          n.x(2).type())));
}
