package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.GradientRule.NONE;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;

/** Operators that put updates into a copy of their data, or reduce them with what is there. */
final class Scatters {
  static final List<Operator> ALL =
      List.of(
          operator("ScatterElements").sameShape().gradient(Scatters::elements),
          operator("ScatterND").sameShape().gradient(Scatters::slices),
          operator("Scatter").lift(11, Scatters::liftScatter));

  private final Ops op;
  private final Value indices;
  private final long axis;

  /**
   * @param indices for each update its place along the axis
   */
  private Scatters(Ops op, Value indices, long axis) {
    this.op = op;
    this.indices = indices;
    this.axis = axis;
  }

  private static List<Value> elements(Ops op, ForwardNode n, Value dy) {
    Scatters places = new Scatters(op, n.x(1), n.attribute("axis", 0L));
    Gradients dx = places.gradients(n, n.x(0), n.x(2), n.y(), dy);
    return grads(dx.data(), NONE, dx.updates());
  }

  /**
   * As single elements, placed in one long row: ONNX Runtime's ScatterND loses additions to one row
   * from two threads.
   */
  private static List<Value> slices(Ops op, ForwardNode n, Value dy) {
    Value positions = Indexing.positionsIn(op, n.x(0));
    TensorType type = new TensorType(positions.elementType(), n.x(2).shape());
    Value chosen = op.one("GatherND", type, positions, n.x(1));
    Scatters places = new Scatters(op, row(op, chosen), 0);
    Gradients dx =
        places.gradients(n, row(op, n.x(0)), row(op, n.x(2)), row(op, n.y()), row(op, dy));
    return grads(op.reshapeLike(dx.data(), n.x(0)), NONE, op.reshapeLike(dx.updates(), n.x(2)));
  }

  private static Value row(Ops op, Value x) {
    return op.reshape(x, -1);
  }

  private record Gradients(Value data, Value updates) {}

  private Gradients gradients(ForwardNode n, Value data, Value updates, Value y, Value dy) {
    String reduction = n.attribute("reduction", "none");
    return switch (reduction) {
      // what was overwritten gets nothing
      case "none" -> new Gradients(scattered("none", dy, op.zerosLike(updates)), gathered(dy));
      case "add" -> new Gradients(dy, gathered(dy));
      case "mul" -> product(data, updates, dy);
      case "max", "min" -> extremum(data, updates, y, dy);
      default -> throw n.cannot("its reduction is '%s'".formatted(reduction));
    };
  }

  /** To those that reach the extremum, in equal parts. */
  private Gradients extremum(Value data, Value updates, Value y, Value dy) {
    Value dataReach = op.cast(op.equal(data, y), dy.elementType());
    Value updatesReach = op.cast(op.equal(updates, gathered(y)), dy.elementType());
    Value share = op.div(dy, scattered("add", dataReach, updatesReach));
    return new Gradients(op.mul(share, dataReach), op.mul(gathered(share), updatesReach));
  }

  /** The product of the other factors, of which those that are 0 are counted apart. */
  private Gradients product(Value data, Value updates, Value dy) {
    Value zeros = scattered("add", isZero(data), isZero(updates));
    Value rest = scattered("mul", withoutZeros(data), withoutZeros(updates));
    return new Gradients(
        op.mul(dy, others(data, rest, zeros)),
        op.mul(gathered(dy), others(updates, gathered(rest), gathered(zeros))));
  }

  private Value others(Value factor, Value rest, Value zeros) {
    Value none = op.scalar(0, factor);
    Value otherZeros = op.sub(zeros, isZero(factor));
    return op.where(op.equal(otherZeros, none), op.div(rest, withoutZeros(factor)), none);
  }

  private Value isZero(Value x) {
    return op.cast(op.equal(x, op.scalar(0, x)), x.elementType());
  }

  private Value withoutZeros(Value x) {
    return op.where(op.equal(x, op.scalar(0, x)), op.scalar(1, x), x);
  }

  private Value scattered(String reduction, Value data, Value updates) {
    Attributes attributes = Attributes.NONE.with("axis", axis).with("reduction", reduction);
    return op.one("ScatterElements", attributes, data.type(), data, indices, updates);
  }

  /** What stands where the updates were put. */
  private Value gathered(Value x) {
    return op.gatherElements(x, indices, (int) axis);
  }

  private static void liftScatter(Ops op, Node node) {
    op.graph().replace(node, Node.ONNX, "ScatterElements", node.attributes(), node.inputs());
  }
}
