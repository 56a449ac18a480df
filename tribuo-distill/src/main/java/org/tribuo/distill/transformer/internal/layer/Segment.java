package org.tribuo.distill.transformer.internal.layer;

import java.util.OptionalInt;
import java.util.Set;

/**
 * What lies between two neighbouring values of a residual stream.
 *
 * @param start the value that the segment reads
 * @param end the value that it makes
 * @param signature equal for segments that do the same with weights of the same shapes
 * @param arithmetic whether its operators are those that normalisations are written out with
 * @param multiplies whether it multiplies matrices, as blocks of a layer do
 * @param attentions how often it attends from some positions to others
 * @param heads the number of attention heads, if the graph determines it
 * @param reads the floats beside {@code start} that it reads and that depend on an input: a mask,
 *     for instance
 * @param carries whether a way leads around all of its matrix products, as a residual connection
 *     does
 */
record Segment(
    String start,
    String end,
    int signature,
    boolean arithmetic,
    boolean multiplies,
    int attentions,
    OptionalInt heads,
    Set<String> reads,
    boolean carries) {
  boolean attends() {
    return attentions > 0;
  }

  /** Whether it reads nothing but its start and constants. */
  boolean selfContained() {
    return reads.isEmpty();
  }

  /** Whether it scales and shifts what is there, as the normalisation after the last layer does. */
  boolean normalizes() {
    return selfContained() && arithmetic;
  }
}
