package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.rule;

import java.util.List;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.DistillDomain;

/** The gradients of the operators of {@link DistillDomain}, which has operators for them. */
public final class LibraryRules {
  private static final String PREFIX = DistillDomain.NAME + "::";

  private LibraryRules() {}

  public static final List<Entry> ENTRIES =
      List.of(
          MatrixRules.SHORT_PRODUCT,
          rule(
              PREFIX + DistillDomain.GELU,
              (op, n, dy) ->
                  grads(
                      op.call(
                              DistillDomain.NAME,
                              DistillDomain.GELU_GRADIENT,
                              Attributes.NONE,
                              List.of(dy, n.x()),
                              n.x().type())
                          .get(0))),
          rule(
              PREFIX + DistillDomain.LAYER_NORMALIZATION,
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
