package org.tribuo.distill.transformer;

import java.util.List;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** In which order a value has its axes. */
public enum HeadLayout {
  /** [batch, positions, heads · size]: the form that losses read. */
  MERGED,

  /** [batch, heads, positions, size], or attention [batch, heads, queries, keys]. */
  HEADS_FIRST,

  /** [batch, heads, size, positions]. */
  TRANSPOSED,

  /** [batch · heads, positions, size], or attention [batch · heads, queries, keys]. */
  FOLDED,

  /** [batch · heads, size, positions]. */
  FOLDED_TRANSPOSED;

  /** The layout of a matrix of each head. */
  public static HeadLayout ofHeads(int rank, boolean transposed) {
    if (rank == 3) {
      return transposed ? FOLDED_TRANSPOSED : FOLDED;
    }
    return transposed ? TRANSPOSED : HEADS_FIRST;
  }

  public int rank() {
    return this == HEADS_FIRST || this == TRANSPOSED ? 4 : 3;
  }

  /** Writes a value as [batch, positions, heads · size]. */
  public Value merged(Ops op, Value x, int heads, long size) {
    return switch (this) {
      case MERGED -> x;
      case HEADS_FIRST -> sideBySide(op, op.transpose(x, 0, 2, 1, 3), heads * size);
      case TRANSPOSED -> sideBySide(op, op.transpose(x, 0, 3, 1, 2), heads * size);
      case FOLDED -> HEADS_FIRST.merged(op, unfolded(op, x, heads), heads, size);
      case FOLDED_TRANSPOSED -> TRANSPOSED.merged(op, unfolded(op, x, heads), heads, size);
    };
  }

  /** Writes attention as [batch, heads, queries, keys]. */
  public Value byHead(Ops op, Value x, int heads) {
    return this == FOLDED ? unfolded(op, x, heads) : x;
  }

  private static Value sideBySide(Ops op, Value x, long width) {
    return op.reshape(x, 0, 0, width);
  }

  /** [batch · heads, a, b] to [batch, heads, a, b]. */
  private static Value unfolded(Ops op, Value x, int heads) {
    Value sizes = op.concat(0, List.of(op.longs(-1, heads), op.sizeOf(x, 1), op.sizeOf(x, 2)));
    return op.reshape(x, sizes);
  }
}
