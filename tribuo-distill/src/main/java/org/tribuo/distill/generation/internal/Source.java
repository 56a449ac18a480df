package org.tribuo.distill.generation.internal;

import org.tribuo.distill.input.text.TokenSequence;

/**
 * A source of which a target is generated.
 *
 * @param tokens of the source
 * @param states what the encoder has made of it, [positions, width], row by row; none where it is
 *     encoded each time
 */
public record Source(TokenSequence tokens, float[] states) {
  /** A source that is not encoded. */
  public static Source of(TokenSequence tokens) {
    return new Source(tokens, new float[0]);
  }
}
