package org.tribuo.distill.generation.internal;

import java.util.List;
import org.tribuo.distill.input.text.TokenSequence;

/**
 * A source of which a target is generated.
 *
 * @param tokens of the source
 * @param encoded what the encoder has made of it, as {@link SourceTensors} has it; nothing where it
 *     is encoded each time
 */
public record Source(TokenSequence tokens, List<float[]> encoded) {
  /** A source that is not encoded. */
  public static Source of(TokenSequence tokens) {
    return new Source(tokens, List.of());
  }
}
