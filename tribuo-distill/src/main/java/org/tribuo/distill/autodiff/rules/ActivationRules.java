package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.NONE;
import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.elementwise;
import static org.tribuo.distill.autodiff.RuleTable.rule;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** Activation functions and the soft maximum. At a kink the derivative is that of its left side. */
final class ActivationRules {
  private ActivationRules() {}

  static final List<Entry> ENTRIES =
      List.of(
          // 1 - y²
          rule("Tanh", (op, n, dy) -> grads(op.mul(dy, op.oneMinus(op.square(n.y()))))),
          // y(1 - y)
          rule("Sigmoid", (op, n, dy) -> grads(op.mul(dy, op.mul(n.y(), op.oneMinus(n.y()))))),
          rule("Softplus", (op, n, dy) -> grads(op.mul(dy, op.sigmoid(n.x())))),
          // 1/(1 + |x|)²
          rule("Softsign", (op, n, dy) -> grads(op.div(dy, op.square(op.add(op.abs(n.x()), 1))))),
          rule("Relu", (op, n, dy) -> grads(op.where(positive(op, n), dy, op.scalar(0, dy)))),
          rule(
              "LeakyRelu",
              (op, n, dy) -> {
                double slope = n.attribute("alpha", 0.01f);
                return grads(op.where(positive(op, n), dy, op.mul(dy, slope)));
              }),
          elementwise("PRelu", ActivationRules::parametricRelu),
          rule(
              "ThresholdedRelu",
              (op, n, dy) -> {
                Value threshold = op.scalar(n.attribute("alpha", 1f), dy);
                return grads(op.where(op.greater(n.x(), threshold), dy, op.scalar(0, dy)));
              }),
          // α·eˣ = y + α below 0
          rule(
              "Elu",
              (op, n, dy) -> {
                Value below = op.mul(dy, op.add(n.y(), n.attribute("alpha", 1f)));
                return grads(op.where(positive(op, n), dy, below));
              }),
          // γ above 0, γ·α·eˣ = y + γ·α below
          rule(
              "Selu",
              (op, n, dy) -> {
                double alpha = n.attribute("alpha", 1.6732632f);
                double gamma = n.attribute("gamma", 1.050701f);
                Value below = op.mul(dy, op.add(n.y(), gamma * alpha));
                return grads(op.where(positive(op, n), op.mul(dy, gamma), below));
              }),
          // exp(x/α) = y/α + 1 below 0
          rule(
              "Celu",
              (op, n, dy) -> {
                Value below = op.mul(dy, op.add(op.div(n.y(), n.attribute("alpha", 1f)), 1));
                return grads(op.where(positive(op, n), dy, below));
              }),
          // α between 0 and 1
          rule(
              "HardSigmoid",
              (op, n, dy) ->
                  grads(
                      op.where(
                          op.and(
                              op.greater(n.y(), op.scalar(0, dy)),
                              op.less(n.y(), op.scalar(1, dy))),
                          op.mul(dy, n.attribute("alpha", 0.2f)),
                          op.scalar(0, dy)))),
          // x/3 + 1/2 between -3 and 3, outside 0 and 1
          rule(
              "HardSwish",
              (op, n, dy) -> {
                Value slope = op.add(op.div(n.x(), 3), 0.5);
                Value right = op.where(op.less(n.x(), op.scalar(3, dy)), slope, op.scalar(1, dy));
                Value inside = op.greater(n.x(), op.scalar(-3, dy));
                return grads(op.mul(dy, op.where(inside, right, op.scalar(0, dy))));
              }),
          // x·tanh(s), s = softplus(x): t + x·σ(x)·(1 - t²)
          rule(
              "Mish",
              (op, n, dy) -> {
                Value t = op.tanh(op.softplus(n.x()));
                Value bend = op.mul(op.mul(n.x(), op.sigmoid(n.x())), op.oneMinus(op.square(t)));
                return grads(op.mul(dy, op.add(t, bend)));
              }),
          // x·σ(αx): σ + α·y·(1 - σ)
          rule(
              "Swish",
              (op, n, dy) -> {
                double alpha = n.attribute("alpha", 1f);
                Value sigma = op.sigmoid(op.mul(n.x(), alpha));
                Value bend = op.mul(op.mul(n.y(), alpha), op.oneMinus(sigma));
                return grads(op.mul(dy, op.add(sigma, bend)));
              }),
          rule(
              "Shrink",
              (op, n, dy) -> {
                Value lambda = op.scalar(n.attribute("lambd", 0.5f), dy);
                Value outside = op.greater(op.abs(n.x()), lambda);
                return grads(op.where(outside, dy, op.scalar(0, dy)));
              }),
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
              }),
          rule("Dropout", ActivationRules::dropout));

  /** Where the input is above 0; the output need not have its sign. */
  private static Value positive(Ops op, ForwardNode n) {
    return op.greater(n.x(), op.scalar(0, n.x()));
  }

  /** x above 0, slope·x below: 1 or slope, and 0 or x. */
  private static List<Value> parametricRelu(Ops op, ForwardNode n, Value dy) {
    Value positive = positive(op, n);
    Value dx = n.wants(0) ? op.where(positive, dy, op.mul(dy, n.x(1))) : NONE;
    Value dSlope = n.wants(1) ? op.where(positive, op.scalar(0, dy), op.mul(dy, n.x())) : NONE;
    return grads(dx, dSlope);
  }

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

  /** Nothing outside training; in training what was kept was divided by 1 - ratio. */
  private static List<Value> dropout(Ops op, ForwardNode n, Value dy) {
    Optional<Boolean> known =
        n.hasX(2) ? n.constant(2).map(training -> training.toLongs()[0] != 0) : Optional.of(false);
    if (known.isPresent() && !known.get()) {
      return grads(dy);
    }
    Value kept =
        op.cast(n.optionalY(1, new TensorType(ElementType.BOOL, n.y().shape())), dy.elementType());
    Value ratio = n.hasX(1) ? op.cast(n.x(1), dy.elementType()) : op.scalar(0.5, dy);
    Value scaled = op.div(dy, op.oneMinus(ratio));
    Value inTraining = op.mul(scaled, kept);
    return grads(known.isPresent() ? inTraining : op.where(n.x(2), inTraining, dy));
  }
}
