package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Derivative.Shapes.OF_OUTPUT;
import static org.tribuo.distill.operator.Operator.GradientRule.NONE;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.Trait.COMMUTATIVE;
import static org.tribuo.distill.operator.Operator.Trait.PERIODIC;
import static org.tribuo.distill.operator.Operator.Trait.REARRANGES;
import static org.tribuo.distill.operator.Operator.Trait.VIEW;
import static org.tribuo.distill.operator.Operator.Trait.WITHIN_NORMALIZATION;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;

/** Arithmetic and functions of elements, with broadcasting. */
final class Elementwise {
  private Elementwise() {}

  static final List<Operator> ALL =
      List.of(
          operator("Add")
              .broadcasting()
              .with(COMMUTATIVE, WITHIN_NORMALIZATION)
              .contents(n -> Contents.arithmetic(n, Math::addExact, 0))
              .gradient((op, n, dy) -> grads(dy, dy)),
          operator("Sub")
              .broadcasting()
              .with(WITHIN_NORMALIZATION)
              .contents(Contents::difference)
              .gradient((op, n, dy) -> grads(dy, op.neg(dy))),
          operator("Mul")
              .broadcasting()
              .with(COMMUTATIVE, WITHIN_NORMALIZATION)
              .contents(n -> Contents.arithmetic(n, Math::multiplyExact, 1))
              .gradient((op, n, dy) -> grads(op.mul(dy, n.x(1)), op.mul(dy, n.x(0)))),
          // x/z: 1/z and -y/z
          operator("Div")
              .broadcasting()
              .with(WITHIN_NORMALIZATION)
              .contents(Contents::quotient)
              .gradient(
                  (op, n, dy) -> {
                    Value dx = op.div(dy, n.x(1));
                    return grads(dx, op.neg(op.mul(dx, n.y())));
                  }),
          operator("Pow").broadcasting().with(WITHIN_NORMALIZATION).gradient(Elementwise::pow),
          operator("Mod").broadcasting().gradient(Elementwise::mod),
          operator("Sum")
              .broadcasting()
              .with(COMMUTATIVE)
              .gradient((op, n, dy) -> Collections.nCopies(n.xs().size(), dy)),
          operator("Mean")
              .broadcasting()
              .with(COMMUTATIVE)
              .gradient(
                  (op, n, dy) ->
                      Collections.nCopies(n.xs().size(), op.div(dy, (double) n.xs().size()))),
          operator("Max").broadcasting().with(COMMUTATIVE).gradient(Elementwise::extremum),
          operator("Min").broadcasting().with(COMMUTATIVE).gradient(Elementwise::extremum),
          operator("Where")
              .broadcasting()
              .contents(Contents::chosen)
              .gradient(
                  (op, n, dy) ->
                      grads(
                          NONE,
                          op.where(n.x(0), dy, op.scalar(0, dy)),
                          op.where(n.x(0), op.scalar(0, dy), dy))),
          operator("Clip")
              .elementwise()
              .lift(11, Elementwise::liftClip)
              .gradient(OF_OUTPUT, Elementwise::clip),
          operator("Neg").elementwise().gradient((op, n, dy) -> grads(op.neg(dy))),
          operator("Identity")
              .elementwise()
              .with(VIEW, REARRANGES, WITHIN_NORMALIZATION)
              .contents(n -> n.contents(0))
              .gradient((op, n, dy) -> grads(dy)),
          operator("Cast")
              .elementwise()
              .with(VIEW, REARRANGES, WITHIN_NORMALIZATION)
              .contents(Contents::cast)
              .gradient((op, n, dy) -> grads(dy)),
          // of the second input only the type counts
          operator("CastLike")
              .sameShape()
              .gradient((op, n, dy) -> grads(dy, n.wants(1) ? op.zerosLike(n.x(1)) : NONE)),
          // 0 at 0
          operator("Abs").elementwise().gradient((op, n, dy) -> grads(op.mul(dy, op.sign(n.x())))),
          operator("Exp").elementwise().gradient((op, n, dy) -> grads(op.mul(dy, n.y()))),
          operator("Log").elementwise().gradient((op, n, dy) -> grads(op.div(dy, n.x()))),
          // at 0 infinite, but 0 where dy is: a norm that is kept above a limit has a gradient
          operator("Sqrt")
              .elementwise()
              .with(WITHIN_NORMALIZATION)
              .gradient((op, n, dy) -> grads(unlessZero(op, dy, op.div(op.mul(dy, 0.5), n.y())))),
          // -y²
          operator("Reciprocal")
              .elementwise()
              .with(WITHIN_NORMALIZATION)
              .gradient((op, n, dy) -> grads(op.neg(op.mul(dy, op.square(n.y()))))),
          // 2/√π · exp(-x²)
          operator("Erf")
              .elementwise()
              .gradient(
                  (op, n, dy) -> {
                    Value density = op.exp(op.neg(op.square(n.x())));
                    return grads(op.mul(dy, op.mul(density, 2 / Math.sqrt(Math.PI))));
                  }),
          operator("Sin")
              .elementwise()
              .with(PERIODIC)
              .gradient((op, n, dy) -> grads(op.mul(dy, op.cos(n.x())))),
          operator("Cos")
              .elementwise()
              .with(PERIODIC)
              .gradient((op, n, dy) -> grads(op.neg(op.mul(dy, op.sin(n.x()))))),
          // 1 + y²
          operator("Tan")
              .elementwise()
              .with(PERIODIC)
              .gradient((op, n, dy) -> grads(op.mul(dy, op.add(op.square(n.y()), 1)))),
          // 1/√(1 - x²)
          operator("Asin")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.div(dy, circle(op, n.x())))),
          operator("Acos")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.neg(op.div(dy, circle(op, n.x()))))),
          // 1/(1 + x²)
          operator("Atan")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.div(dy, op.add(op.square(n.x()), 1)))),
          operator("Sinh")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.mul(dy, op.one("Cosh", n.x().type(), n.x())))),
          operator("Cosh")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.mul(dy, op.one("Sinh", n.x().type(), n.x())))),
          // 1/√(x² + 1)
          operator("Asinh")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.div(dy, op.sqrt(op.add(op.square(n.x()), 1))))),
          // 1/√(x² - 1)
          operator("Acosh")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.div(dy, op.sqrt(op.add(op.square(n.x()), -1))))),
          // 1/(1 - x²)
          operator("Atanh")
              .elementwise()
              .gradient((op, n, dy) -> grads(op.div(dy, op.oneMinus(op.square(n.x()))))));

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
        n.constant(1).filter(t -> t.elements() == 1).map(Elementwise::number);
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

  // ---- older opsets

  private static void liftClip(Ops op, Node node) {
    Attributes attributes = node.attributes();
    Value x = Lifts.x(op, node);
    Lifts.replace(
        op,
        node,
        "Clip",
        Attributes.NONE,
        x,
        attributes.has("min") ? op.scalar(attributes.get("min", 0f), x) : Value.ABSENT,
        attributes.has("max") ? op.scalar(attributes.get("max", 0f), x) : Value.ABSENT);
  }
}
