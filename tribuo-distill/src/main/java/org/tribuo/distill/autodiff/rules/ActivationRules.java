package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.rule;

import java.util.List;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** Activation functions and the soft maximum. */
final class ActivationRules {
  private ActivationRules() {}

  static final List<Entry> ENTRIES =
      List.of(
          // 1 - y²
          rule("Tanh", (op, n, dy) -> grads(op.mul(dy, op.oneMinus(op.square(n.y()))))),
          // y(1 - y)
          rule("Sigmoid", (op, n, dy) -> grads(op.mul(dy, op.mul(n.y(), op.oneMinus(n.y()))))),
          // 0 at 0
          rule(
              "Relu",
              (op, n, dy) ->
                  grads(op.where(op.greater(n.y(), op.scalar(0, dy)), dy, op.scalar(0, dy)))),
          rule("Softplus", (op, n, dy) -> grads(op.mul(dy, op.sigmoid(n.x())))),
          rule("Gelu", ActivationRules::gelu),
          // y(dy - Σ dy·y)
          rule(
              "Softmax",
              (op, n, dy) -> {
                long axis = n.attribute("axis", -1L);
                Value sum = op.reduceSumKeep(op.mul(dy, n.y()), axis);
                return grads(op.mul(n.y(), op.sub(dy, sum)));
              }),
          // dy - exp(y)·Σ dy
          rule(
              "LogSoftmax",
              (op, n, dy) -> {
                Value sum = op.reduceSumKeep(dy, n.attribute("axis", -1L));
                return grads(op.sub(dy, op.mul(op.exp(n.y()), sum)));
              }));

  /**
   * x·Φ(x): Φ(x) + x·φ(x), with Φ the normal distribution and φ its density; or the derivative of
   * its approximation by a hyperbolic tangent, where the node computes that.
   */
  private static List<Value> gelu(Ops op, ForwardNode n, Value dy) {
    Value x = n.x();
    if (n.attribute("approximate", "none").equals("tanh")) {
      double c = Math.sqrt(2 / Math.PI);
      Value cubic = op.add(op.mul(op.square(x), 3 * 0.044715 * c), c);
      Value inner = op.mul(x, op.add(op.mul(op.square(x), 0.044715 * c), c));
      Value tanh = op.tanh(inner);
      Value left = op.mul(op.add(tanh, 1), 0.5);
      Value right = op.mul(op.mul(op.mul(x, 0.5), op.oneMinus(op.square(tanh))), cubic);
      return grads(op.mul(dy, op.add(left, right)));
    }
    Value distribution = op.mul(op.add(op.erf(op.mul(x, Math.sqrt(0.5))), 1), 0.5);
    Value density = op.mul(op.exp(op.mul(op.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return grads(op.mul(dy, op.add(distribution, op.mul(x, density))));
  }
}
