package org.tribuo.distill.transformer.internal;

import java.util.OptionalInt;

/**
 * What lies between two neighbouring values of a residual stream.
 *
 * @param start the value that the segment reads
 * @param end the value that it makes
 * @param signature equal for segments that do the same with weights of the same shapes
 * @param arithmetic whether its operators are those that normalisations are written out with
 * @param attentions how often it attends from some positions to others
 * @param heads the number of attention heads, if the graph determines it
 * @param selfContained whether it reads nothing but {@code start} and constants: no mask, for
 *     instance
 */
record Segment(
    String start,
    String end,
    int signature,
    boolean arithmetic,
    int attentions,
    OptionalInt heads,
    boolean selfContained) {
  boolean attends() {
    return attentions > 0;
  }

  /** Whether it scales and shifts what is there, as the normalisation after the last layer does. */
  boolean normalizes() {
    return selfContained && arithmetic;
  }
}
