package org.tribuo.distill.generation.internal;

import java.util.Optional;
import org.tribuo.Example;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.input.internal.text.PairFeatures;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.text.TokenSequence;

/**
 * What of an example is there before a model goes on.
 *
 * @param source the text of which another one is generated, if there is one
 * @param tokens with which the text begins that is generated, one or more
 */
public record Prompt(Optional<Source> source, int[] tokens) {
  /**
   * Reads an example.
   *
   * @param vocabulary how many tokens there are
   * @throws IllegalArgumentException if it has other features than tokens, or a token that the
   *     vocabulary does not have
   */
  public static Prompt of(Example<GeneratedTokens> example, int vocabulary) {
    PairFeatures features = PairFeatures.of(example);
    Optional<Source> source =
        features.isPair()
            ? Optional.of(
                Source.of(
                    new TokenFeatures(TokenSequence.MAX_LENGTH, vocabulary).read(features.first())))
            : Optional.empty();
    return new Prompt(source, TextWindow.read(example, vocabulary));
  }

  /** The same example, which goes on in another way. */
  public Example<GeneratedTokens> continued(
      Example<GeneratedTokens> example, GeneratedTokens output) {
    return TextWindow.reading(example, tokens, output);
  }
}
