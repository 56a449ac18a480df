package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.GradientRule.NONE;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.Trait.ATTENDS;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;

/** Activation functions, softmax and dropout. At a kink the derivative is that of its left side. */
final class ActivationFunctions {
  private ActivationFunctions() {}

  static final List<Operator> ALL =
      List.of(
          // 1 - y²
          operator("Tanh")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.mul(dy, op.oneMinus(op.square(n.y()))))),
          // y(1 - y)
          operator("Sigmoid")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.mul(dy, op.mul(n.y(), op.oneMinus(n.y()))))),
          operator("Softplus")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.mul(dy, op.sigmoid(n.x())))),
          // 1/(1 + |x|)²
          operator("Softsign")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.div(dy, op.square(op.add(op.abs(n.x()), 1))))),
          operator("Relu")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.where(positive(op, n), dy, op.scalar(0, dy)))),
          operator("LeakyRelu")
              .elementwise()
              .gradient(
                  (op, n, dy) -> {
                    double slope = n.attribute("alpha", 0.01f);
                    return grads(op.where(positive(op, n), dy, op.mul(dy, slope)));
                  }),
          operator("PRelu").broadcasting().gradient(ActivationFunctions::parametricRelu),
          operator("ThresholdedRelu")
              .elementwise()
              .gradient(
                  (op, n, dy) -> {
                    Value threshold = op.scalar(n.attribute("alpha", 1f), dy);
                    return grads(op.where(op.greater(n.x(), threshold), dy, op.scalar(0, dy)));
                  }),
          // α·eˣ = y + α below 0
          operator("Elu")
              .elementwise()
              .gradient(
                  (op, n, dy) -> {
                    Value below = op.mul(dy, op.add(n.y(), n.attribute("alpha", 1f)));
                    return grads(op.where(positive(op, n), dy, below));
                  }),
          // γ above 0, γ·α·eˣ = y + γ·α below
          operator("Selu")
              .elementwise()
              .gradient(
                  (op, n, dy) -> {
                    double alpha = n.attribute("alpha", 1.6732632f);
                    double gamma = n.attribute("gamma", 1.050701f);
                    Value below = op.mul(dy, op.add(n.y(), gamma * alpha));
                    return grads(op.where(positive(op, n), op.mul(dy, gamma), below));
                  }),
          // exp(x/α) = y/α + 1 below 0
          operator("Celu")
              .elementwise()
              .gradient(
                  (op, n, dy) -> {
                    Value below = op.mul(dy, op.add(op.div(n.y(), n.attribute("alpha", 1f)), 1));
                    return grads(op.where(positive(op, n), dy, below));
                  }),
          // α between 0 and 1
          operator("HardSigmoid")
              .elementwise()
              .gradient(
                  (op, n, dy) ->
                      grads(
                          op.where(
                              op.and(
                                  op.greater(n.y(), op.scalar(0, dy)),
                                  op.less(n.y(), op.scalar(1, dy))),
                              op.mul(dy, n.attribute("alpha", 0.2f)),
                              op.scalar(0, dy)))),
          // x/3 + 1/2 between -3 and 3, outside 0 and 1
          operator("HardSwish")
              .elementwise()
              .gradient(
                  (op, n, dy) -> {
                    Value slope = op.add(op.div(n.x(), 3), 0.5);
                    Value right =
                        op.where(op.less(n.x(), op.scalar(3, dy)), slope, op.scalar(1, dy));
                    Value inside = op.greater(n.x(), op.scalar(-3, dy));
                    return grads(op.mul(dy, op.where(inside, right, op.scalar(0, dy))));
                  }),
          // x·tanh(s), s = softplus(x): t + x·σ(x)·(1 - t²)
          operator("Mish")
              .elementwise()
              .gradient(
                  (op, n, dy) -> {
                    Value t = op.tanh(op.softplus(n.x()));
                    Value bend =
                        op.mul(op.mul(n.x(), op.sigmoid(n.x())), op.oneMinus(op.square(t)));
                    return grads(op.mul(dy, op.add(t, bend)));
                  }),
          // x·σ(αx): σ + α·y·(1 - σ)
          operator("Swish")
              .elementwise()
              .gradient(
                  (op, n, dy) -> {
                    double alpha = n.attribute("alpha", 1f);
                    Value sigma = op.sigmoid(op.mul(n.x(), alpha));
                    Value bend = op.mul(op.mul(n.y(), alpha), op.oneMinus(sigma));
                    return grads(op.mul(dy, op.add(sigma, bend)));
                  }),
          operator("Shrink")
              .elementwise()
              .gradient(
                  (op, n, dy) -> {
                    Value lambda = op.scalar(n.attribute("lambd", 0.5f), dy);
                    Value outside = op.greater(op.abs(n.x()), lambda);
                    return grads(op.where(outside, dy, op.scalar(0, dy)));
                  }),
          operator("Gelu").elementwise().gradient(ActivationFunctions::gelu),
          // y(dy - Σ dy·y)
          operator("Softmax")
              .along("axis", -1)
              .with(ATTENDS)
              .lift(13, ActivationFunctions::liftSoftmax)
              .gradient(
                  (op, n, dy) -> {
                    long axis = n.attribute("axis", -1L);
                    Value sum = op.reduceSumKeep(op.mul(dy, n.y()), axis);
                    return grads(op.mul(n.y(), op.sub(dy, sum)));
                  }),
          // dy - exp(y)·Σ dy
          operator("LogSoftmax")
              .along("axis", -1)
              .lift(13, ActivationFunctions::liftSoftmax)
              .gradient(
                  (op, n, dy) -> {
                    Value sum = op.reduceSumKeep(dy, n.attribute("axis", -1L));
                    return grads(op.sub(dy, op.mul(op.exp(n.y()), sum)));
                  }),
          operator("Dropout")
              .elementwise()
              .lift(12, ActivationFunctions::liftDropout)
              .gradient(ActivationFunctions::dropout),
          operator("Hardmax").along("axis", -1).lift(13, ActivationFunctions::liftSoftmax).flat());

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

  // ---- older opsets

  /** Flattened to a matrix at the axis, which is the same only where that is the last one. */
  private static void liftSoftmax(Ops op, Node node) {
    long axis = node.attributes().get("axis", 1L);
    Value x = Lifts.x(op, node);
    boolean last = axis == -1 || x.shape().filter(shape -> axis == shape.rank() - 1).isPresent();
    Attributes alongLast = Attributes.NONE.with("axis", -1L);
    if (last) {
      Lifts.replace(op, node, node.opType(), alongLast, x);
      return;
    }
    TensorType matrices = TensorType.ofRank(x.elementType(), 2);
    Value matrix = op.one("Flatten", Attributes.NONE.with("axis", axis), matrices, x);
    Value result = op.one(node.opType(), alongLast, matrices, matrix);
    Lifts.replace(op, node, "Reshape", Attributes.NONE, result, op.shapeOf(x));
  }

  /** The node did nothing outside training, whatever the ratio; its mask had other contents. */
  private static void liftDropout(Ops op, Node node) {
    if (node.hasOutput(1) && isRead(op.graph(), node.output(1))) {
      throw new GraphException(
          "Dropout at node '%s' is of an opset before 12, and its mask ('%s') is read, which has no meaning outside training; export the model in evaluation mode"
              .formatted(node.name(), node.output(1)));
    }
    float ratio = node.attributes().get("ratio", 0.5f);
    Lifts.withInput(op, node, "ratio", 1, op.constant(Tensor.scalar(ratio)));
  }

  private static boolean isRead(Graph graph, String value) {
    return graph.isOutput(value) || !graph.consumers(value).isEmpty();
  }
}
