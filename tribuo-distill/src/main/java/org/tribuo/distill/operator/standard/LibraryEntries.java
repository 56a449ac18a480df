package org.tribuo.distill.operator.standard;

import static org.tribuo.distill.operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.operator;
import static org.tribuo.distill.operator.Trait.NORMALIZES;

import java.util.List;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.runtime.OperatorLibrary;

/** The operators of an {@link OperatorLibrary}, which has operators for their gradients too. */
final class LibraryEntries {
  private static final String PREFIX = OperatorLibrary.DOMAIN + "::";

  private LibraryEntries() {}

  static final List<Operator> ALL =
      List.of(
          MatrixProducts.SHORT_PRODUCT,
          operator(PREFIX + OperatorLibrary.GELU)
              .elementwise()
              .gradient(
                  (op, n, dy) ->
                      grads(
                          op.call(
                                  OperatorLibrary.DOMAIN,
                                  OperatorLibrary.GELU_GRADIENT,
                                  Attributes.NONE,
                                  List.of(dy, n.x()),
                                  n.x().type())
                              .get(0))),
          operator(PREFIX + OperatorLibrary.LAYER_NORMALIZATION)
              .sameShape()
              .with(NORMALIZES)
              .gradient(
                  (op, n, dy) ->
                      op.call(
                          OperatorLibrary.DOMAIN,
                          OperatorLibrary.LAYER_NORMALIZATION_GRADIENT,
                          n.attributes(),
                          List.of(dy, n.x(), n.x(1), n.y(1), n.y(2)),
                          n.x().type(),
                          n.x(1).type(),
                          n.x(2).type())));
}
