package org.tribuo.distill.transformer;

import java.util.List;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Where an activation is in a graph.
 *
 * @param value the name of a value of floats
 * @param layout the order of its axes
 * @param heads the number of heads; 1 for a hidden state
 * @param size the width of one head, or of a hidden state; 0 for attention, which has none
 */
public record ActivationValue(String value, HeadLayout layout, int heads, long size) {
  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public ActivationValue {
    if (heads < 1 || size < 0) {
      throw new IllegalArgumentException(
          "'%s' has %d heads of width %d, expected at least one, and no negative width"
              .formatted(value, heads, size));
    }
  }

  /** A hidden state [batch, positions, width]. */
  public static ActivationValue hiddenState(String value, long width) {
    return new ActivationValue(value, HeadLayout.MERGED, 1, width);
  }

  /** Scores or probabilities [batch, heads, queries, keys]. */
  public static ActivationValue attention(String value, int heads) {
    return new ActivationValue(value, HeadLayout.HEADS_FIRST, heads, 0);
  }

  /** Queries, keys or values. */
  public static ActivationValue vectors(String value, HeadLayout layout, int heads, long size) {
    return new ActivationValue(value, layout, heads, size);
  }

  /** The width of all heads together, or of the hidden state. */
  public long width() {
    return heads * size;
  }

  @Override
  public String toString() {
    return value;
  }

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
}
