package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;

/**
 * Rotates pairs of features by angles that grow with the position: {@code (x₁, x₂)} becomes {@code
 * (x₁ cos - x₂ sin, x₁ sin + x₂ cos)}. The two features of a pair stand in the two halves of a
 * head, or side by side.
 */
final class RotaryEmbeddings {
  static final List<Operator> ALL =
      List.of(
          operator("com.microsoft::RotaryEmbedding").decomposition(RotaryEmbeddings::microsoft),
          operator("RotaryEmbedding").decomposition(RotaryEmbeddings::standard));

  private static final UnderstoodForm MICROSOFT =
      new UnderstoodForm(4, 1, Set.of("interleaved", "num_heads", "rotary_embedding_dim"));

  private final Ops op;
  private final Value cos;
  private final Value sin;
  private final boolean sideBySide;

  /**
   * @param cos what broadcasts to [batch, heads, positions, pairs], as {@code sin}
   */
  private RotaryEmbeddings(Ops op, Value cos, Value sin, boolean sideBySide) {
    this.op = op;
    this.cos = cos;
    this.sin = sin;
    this.sideBySide = sideBySide;
  }

  /** With tables [all positions, pairs] and the positions, [positions] or [batch, positions]. */
  static RotaryEmbeddings looked(
      Ops op, Value cos, Value sin, Value positions, boolean sideBySide) {
    Value c = op.gather(cos, positions, 0);
    Value s = op.gather(sin, positions, 0);
    return positions.rank() == 1
        ? new RotaryEmbeddings(op, c, s, sideBySide)
        : new RotaryEmbeddings(op, op.unsqueeze(c, 1), op.unsqueeze(s, 1), sideBySide);
  }

  private static List<Value> microsoft(Ops op, Operation n) {
    MICROSOFT.require(n);
    Value x = n.x(0);
    Value positions = n.x(1);
    if (positions.rank() == 1) {
      Value length = op.reshape(op.sizeOf(x, x.rank() == 4 ? 2 : 1));
      positions = op.add(op.range(length), positions);
    }
    RotaryEmbeddings rotary = looked(op, n.x(2), n.x(3), positions, n.flag("interleaved"));
    long size = 2 * Heads.fixed(n.x(2), 1);
    long heads = n.attribute("num_heads", 0L);
    return List.of(
        rotary.rotateAny(x, heads > 0 || x.rank() == 4 ? heads : Heads.fixed(x, 2) / size));
  }

  private static List<Value> standard(Ops op, Operation n) {
    boolean sideBySide = n.flag("interleaved");
    RotaryEmbeddings rotary =
        n.hasX(3)
            ? looked(op, n.x(1), n.x(2), n.x(3), sideBySide)
            : new RotaryEmbeddings(
                op, op.unsqueeze(n.x(1), 1), op.unsqueeze(n.x(2), 1), sideBySide);
    return List.of(rotary.rotateAny(n.x(0), n.attribute("num_heads", 0L)));
  }

  private Value rotateAny(Value x, long heads) {
    return x.rank() == 4 ? rotate(x) : Heads.merge(op, rotate(Heads.split(op, x, heads)));
  }

  /** Rotates the first features of each head, as many as there are angles for. */
  Value rotate(Value x) {
    long size = Heads.fixed(x, 3);
    long pairs = Heads.fixed(cos, cos.rank() - 1);
    List<Value> parts =
        size == 2 * pairs ? List.of(x) : op.split(x, -1, 2 * pairs, size - 2 * pairs);
    List<Value> rotated = new ArrayList<>(parts);
    rotated.set(
        0, sideBySide ? rotateNeighbours(parts.get(0), pairs) : rotateHalves(parts.get(0), pairs));
    return op.concat(-1, rotated);
  }

  private Value rotateHalves(Value x, long pairs) {
    List<Value> halves = op.split(x, -1, pairs, pairs);
    return op.concat(-1, rotated(halves.get(0), halves.get(1)));
  }

  private Value rotateNeighbours(Value x, long pairs) {
    Value each = op.reshape(x, 0, 0, -1, pairs, 2);
    Value first = op.squeeze(op.slice(each, 4, 0, 1), 4);
    Value second = op.squeeze(op.slice(each, 4, 1, 2), 4);
    List<Value> both = rotated(first, second);
    Value stacked =
        op.concat(-1, List.of(op.unsqueeze(both.get(0), 4), op.unsqueeze(both.get(1), 4)));
    return op.reshape(stacked, 0, 0, -1, 2 * pairs);
  }

  private List<Value> rotated(Value first, Value second) {
    return List.of(
        op.sub(op.mul(first, cos), op.mul(second, sin)),
        op.add(op.mul(first, sin), op.mul(second, cos)));
  }
}
