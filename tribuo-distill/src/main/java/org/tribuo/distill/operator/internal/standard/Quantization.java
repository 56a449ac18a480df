package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Derivative.Shapes.BROADCAST;
import static org.tribuo.distill.operator.Operator.GradientRule.NONE;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.Trait.CONVERTS_QUANTIZED;
import static org.tribuo.distill.operator.Operator.Trait.QUANTIZED;
import static org.tribuo.distill.operator.Operator.each;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;

/** Values kept as integers: one scale and one zero for all, for each index of an axis or block. */
final class Quantization {
  static final List<Operator> ALL =
      List.of(
          operator("DequantizeLinear")
              .with(CONVERTS_QUANTIZED, QUANTIZED)
              .gradient(BROADCAST, Quantization::dequantize),
          operator("QuantizeLinear")
              .with(CONVERTS_QUANTIZED, QUANTIZED)
              .withoutGradient(
                  "choose a gradient that goes straight through the rounding, with"
                      + " straightThroughQuantization = true of TrainingGraphOptions"));

  static final List<Operator> OF_INTEGERS =
      each(
          operator ->
              operator
                  .with(QUANTIZED)
                  .withoutGradient(
                      "take the model as it was before it was quantised: this operator rounds"),
          "ConvInteger",
          "DynamicQuantizeLinear",
          "MatMulInteger",
          "QLinearConv",
          "QLinearMatMul");

  static final List<Operator> STRAIGHT_THROUGH =
      List.of(operator("QuantizeLinear").gradientThroughRounding(Quantization::quantize));

  private final Ops op;
  private final ForwardNode n;

  private Quantization(Ops op, ForwardNode n) {
    this.op = op;
    this.n = n;
  }

  /** (q - zero)·scale: the scale gets Σ dy·(q - zero); integers get dy·scale if it is needed. */
  private static List<Value> dequantize(Ops op, ForwardNode n, Value dy) {
    Quantization rule = new Quantization(op, n);
    Value dq = n.wants(0) ? op.mul(dy, rule.spread(n.x(1))) : NONE;
    if (!n.wants(1)) {
      return grads(dq);
    }
    Value q = op.cast(n.x(0), dy.elementType());
    Value steps = n.hasX(2) ? op.sub(q, rule.zero(dy)) : q;
    return grads(dq, rule.gathered(op.mul(dy, steps)));
  }

  /**
   * x/scale + zero, as if it were not rounded: dq/scale and -Σ dq·x/scale², both without what is
   * cut off at the ends of the range.
   */
  private static List<Value> quantize(Ops op, ForwardNode n, Value dq) {
    Quantization rule = new Quantization(op, n);
    Value x = n.x(0);
    Value scale = rule.spread(n.x(1));
    Value scaled = op.div(x, scale);
    Value q = n.hasX(2) ? op.add(scaled, rule.zero(x)) : scaled;
    Range range = Range.of(n);
    Value inside =
        op.and(
            op.less(op.scalar(range.smallest() - 0.5, q), q),
            op.less(q, op.scalar(range.largest() + 0.5, q)));
    Value dx = op.where(inside, op.div(op.cast(dq, x.elementType()), scale), op.scalar(0, x));
    Value dScale = n.wants(1) ? rule.gathered(op.neg(op.mul(dx, scaled))) : NONE;
    return grads(dx, dScale);
  }

  /** The integers of a type. */
  private record Range(long smallest, long largest) {
    static Range of(ForwardNode n) {
      return switch (n.y().elementType()) {
        case INT8 -> new Range(Byte.MIN_VALUE, Byte.MAX_VALUE);
        case UINT8 -> new Range(0, 255);
        case INT16 -> new Range(Short.MIN_VALUE, Short.MAX_VALUE);
        default -> throw n.cannot("it rounds to " + n.y().elementType());
      };
    }
  }

  private Value zero(Value like) {
    return spread(op.cast(n.x(2), like.elementType()));
  }

  /** Numbers of the shape of the scale, so that they broadcast to the node's input. */
  private Value spread(Value numbers) {
    return switch (n.x(1).rank()) {
      case 0 -> numbers;
      case 1 -> op.unsqueeze(numbers, LongStream.range(1, rank() - axis()).toArray());
      default -> op.gather(numbers, blocks(), axis());
    };
  }

  /** A gradient for each element, summed to the shape of the scale; the walk sums it further. */
  private Value gathered(Value gradient) {
    return switch (n.x(1).rank()) {
      case 0 -> gradient;
      case 1 ->
          op.reduceSum(
              gradient, LongStream.range(0, rank()).filter(axis -> axis != axis()).toArray());
      default -> Indexing.addedAlong(op, n.x(1), axis(), blocks(), gradient);
    };
  }

  /** For each position along the axis the block that it is in. */
  private Value blocks() {
    Value size = op.reshape(op.sizeOf(n.x(0), axis()));
    return op.div(op.range(size), op.longs(n.attribute("block_size", 0L)));
  }

  private int axis() {
    return Math.floorMod((int) n.attribute("axis", 1L), rank());
  }

  private int rank() {
    return n.x(0).rank();
  }
}
