package org.tribuo.distill.transformer.internal.create;

import java.util.List;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Turns queries and keys by the angles of their positions.
 *
 * @param cosines [positions, size of a head], the second half as the first
 * @param sines of the same angles
 */
record Rotation(Value cosines, Value sines) {
  /**
   * Each number of the first half with that of the second as far behind it.
   *
   * @param x [batch, heads, positions, size]
   */
  Value turned(Ops op, Value x, int size) {
    Value first = op.slice(x, 3, 0, size / 2);
    Value second = op.slice(x, 3, size / 2, size);
    Value across = op.concat(3, List.of(op.neg(second), first));
    return op.add(op.mul(x, cosines), op.mul(across, sines));
  }
}
