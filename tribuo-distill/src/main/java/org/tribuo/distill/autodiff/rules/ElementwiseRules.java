package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.NONE;
import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.elementwise;
import static org.tribuo.distill.autodiff.RuleTable.rule;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/** Arithmetic and functions of elements, with broadcasting. */
final class ElementwiseRules {
  private ElementwiseRules() {}

  static final List<Entry> ENTRIES =
      List.of(
          elementwise("Add", (op, n, dy) -> grads(dy, dy)),
          elementwise("Sub", (op, n, dy) -> grads(dy, op.neg(dy))),
          elementwise("Mul", (op, n, dy) -> grads(op.mul(dy, n.x(1)), op.mul(dy, n.x(0)))),
          // x/z: 1/z and -y/z
          elementwise(
              "Div",
              (op, n, dy) -> {
                Value dx = op.div(dy, n.x(1));
                return grads(dx, op.neg(op.mul(dx, n.y())));
              }),
          elementwise("Pow", ElementwiseRules::pow),
          elementwise("Mod", ElementwiseRules::mod),
          elementwise("Sum", (op, n, dy) -> Collections.nCopies(n.xs().size(), dy)),
          elementwise(
              "Mean",
              (op, n, dy) ->
                  Collections.nCopies(n.xs().size(), op.div(dy, (double) n.xs().size()))),
          elementwise("Max", ElementwiseRules::extremum),
          elementwise("Min", ElementwiseRules::extremum),
          elementwise(
              "Where",
              (op, n, dy) ->
                  grads(
                      NONE,
                      op.where(n.x(0), dy, op.scalar(0, dy)),
                      op.where(n.x(0), op.scalar(0, dy), dy))),
          elementwise("Clip", ElementwiseRules::clip),
          elementwise("Neg", (op, n, dy) -> grads(op.neg(dy))),
          elementwise("Identity", (op, n, dy) -> grads(dy)),
          elementwise("Cast", (op, n, dy) -> grads(dy)),
          // of the second input only the type counts
          rule("CastLike", (op, n, dy) -> grads(dy, n.wants(1) ? op.zerosLike(n.x(1)) : NONE)),
          // 0 at 0
          elementwise("Abs", (op, n, dy) -> grads(op.mul(dy, op.sign(n.x())))),
          elementwise("Exp", (op, n, dy) -> grads(op.mul(dy, n.y()))),
          elementwise("Log", (op, n, dy) -> grads(op.div(dy, n.x()))),
          // at 0 infinite, but 0 where dy is: a norm that is kept above a limit has a gradient
          elementwise(
              "Sqrt", (op, n, dy) -> grads(unlessZero(op, dy, op.div(op.mul(dy, 0.5), n.y())))),
          // -y²
          elementwise("Reciprocal", (op, n, dy) -> grads(op.neg(op.mul(dy, op.square(n.y()))))),
          // 2/√π · exp(-x²)
          elementwise(
              "Erf",
              (op, n, dy) -> {
                Value density = op.exp(op.neg(op.square(n.x())));
                return grads(op.mul(dy, op.mul(density, 2 / Math.sqrt(Math.PI))));
              }),
          elementwise("Sin", (op, n, dy) -> grads(op.mul(dy, op.cos(n.x())))),
          elementwise("Cos", (op, n, dy) -> grads(op.neg(op.mul(dy, op.sin(n.x()))))),
          // 1 + y²
          elementwise("Tan", (op, n, dy) -> grads(op.mul(dy, op.add(op.square(n.y()), 1)))),
          // 1/√(1 - x²)
          elementwise("Asin", (op, n, dy) -> grads(op.div(dy, circle(op, n.x())))),
          elementwise("Acos", (op, n, dy) -> grads(op.neg(op.div(dy, circle(op, n.x()))))),
          // 1/(1 + x²)
          elementwise("Atan", (op, n, dy) -> grads(op.div(dy, op.add(op.square(n.x()), 1)))),
          elementwise(
              "Sinh", (op, n, dy) -> grads(op.mul(dy, op.one("Cosh", n.x().type(), n.x())))),
          elementwise(
              "Cosh", (op, n, dy) -> grads(op.mul(dy, op.one("Sinh", n.x().type(), n.x())))),
          // 1/√(x² + 1)
          elementwise(
              "Asinh", (op, n, dy) -> grads(op.div(dy, op.sqrt(op.add(op.square(n.x()), 1))))),
          // 1/√(x² - 1)
          elementwise(
              "Acosh", (op, n, dy) -> grads(op.div(dy, op.sqrt(op.add(op.square(n.x()), -1))))),
          // 1/(1 - x²)
          elementwise("Atanh", (op, n, dy) -> grads(op.div(dy, op.oneMinus(op.square(n.x()))))));

  private static Value circle(Ops op, Value x) {
    return op.sqrt(op.oneMinus(op.square(x)));
  }

  /** A product with a factor, also where a factor of 0 meets one that is infinite. */
  private static Value unlessZero(Ops op, Value factor, Value product) {
    Value zero = op.scalar(0, factor);
    return op.where(op.equal(factor, zero), zero, product);
  }

  /**
   * To x inside the limits, limits included; else to the limit that y is at. The upper limit counts
   * where the lower one is above it.
   */
  private static List<Value> clip(Ops op, ForwardNode n, Value dy) {
    Value zero = op.scalar(0, dy);
    Value dx = op.where(op.equal(n.x(), n.y()), dy, zero);
    Value raised = op.less(n.x(), n.y());
    Value crossed = n.hasX(1) && n.hasX(2) ? op.and(raised, op.less(n.x(2), n.x(1))) : Value.ABSENT;
    Value dLow = NONE;
    if (n.wants(1)) {
      Value low = op.where(raised, dy, zero);
      dLow = crossed.isAbsent() ? low : op.where(crossed, zero, low);
    }
    Value dHigh = NONE;
    if (n.wants(2)) {
      Value high = op.where(op.less(n.y(), n.x()), dy, zero);
      dHigh = crossed.isAbsent() ? high : op.where(crossed, dy, high);
    }
    return grads(dx, dLow, dHigh);
  }

  /**
   * x^p: p·x^(p-1), 0 for p = 0 also where x is 0; and y·ln x, 0 where x is not positive: there is
   * no logarithm, and 0^p is constant for p above 0.
   */
  private static List<Value> pow(Ops op, ForwardNode n, Value dy) {
    Value x = n.x(0);
    Value p = op.cast(n.x(1), x.elementType());
    Value dx = n.wants(0) ? ofBase(op, n, dy, p) : NONE;
    if (!n.wants(1)) {
      return grads(dx);
    }
    Value positive = op.greater(x, op.scalar(0, x));
    Value logX = op.log(op.where(positive, x, op.scalar(1, x)));
    Value slope = op.where(positive, op.mul(n.y(), logX), op.scalar(0, x));
    return grads(dx, op.mul(dy, slope));
  }

  private static Value ofBase(Ops op, ForwardNode n, Value dy, Value p) {
    Optional<Double> constant =
        n.constant(1).filter(t -> t.elements() == 1).map(ElementwiseRules::number);
    if (constant.filter(number -> number == 2).isPresent()) {
      return op.mul(op.mul(dy, n.x(0)), 2);
    }
    Value scaled = op.mul(dy, p);
    Value product = op.mul(scaled, op.pow(n.x(0), op.sub(p, op.scalar(1, p))));
    return constant.filter(number -> number >= 1).isPresent()
        ? product
        : unlessZero(op, scaled, product);
  }

  private static double number(Tensor tensor) {
    return tensor.elementType().isFloat() ? tensor.toFloats()[0] : tensor.toLongs()[0];
  }

  /** x - z·q, where the whole number q does not change between the jumps: 1 and -q. */
  private static List<Value> mod(Ops op, ForwardNode n, Value dy) {
    Value q = op.div(op.sub(n.x(0), n.y()), n.x(1));
    return grads(dy, op.neg(op.mul(dy, q)));
  }

  /** To the inputs that reach the extremum, in equal parts. */
  private static List<Value> extremum(Ops op, ForwardNode n, Value dy) {
    List<Value> reached =
        n.xs().stream().map(x -> op.cast(op.equal(x, n.y()), dy.elementType())).toList();
    Value share = op.div(dy, reached.stream().reduce(op::add).orElseThrow());
    return reached.stream().map(mask -> op.mul(share, mask)).toList();
  }
}
