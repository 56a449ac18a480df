package org.tribuo.distill.generation.internal;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A text that is being generated.
 *
 * @param source what it is generated of, where that is a text of its own
 * @param tokens those that were given, and those that were generated after them, without a stop
 *     token
 * @param given how many of them were given, 1 or more
 * @param logLikelihood the natural logarithm of the probability of those that were generated, with
 *     the stop token
 * @param stopped whether the stop token was generated
 * @param past what the model keeps of the first tokens, as far as it has read them
 */
public record Hypothesis(
    Optional<Source> source,
    int[] tokens,
    int given,
    double logLikelihood,
    boolean stopped,
    Past past) {
  /** A text of which nothing is generated yet. */
  public static Hypothesis of(Optional<Source> source, int[] given) {
    return new Hypothesis(source, given, given.length, 0, false, Past.NONE);
  }

  /** The same, of which something else is kept. */
  Hypothesis with(Past other) {
    return new Hypothesis(source, tokens, given, logLikelihood, stopped, other);
  }

  /** The same that is generated of a source. */
  Hypothesis with(Source other) {
    return new Hypothesis(Optional.of(other), tokens, given, logLikelihood, stopped, past);
  }

  /**
   * The same with one more token.
   *
   * @param read what the model keeps of this
   */
  Hypothesis then(int token, double logProbability, Past read) {
    int[] more = Arrays.copyOf(tokens, tokens.length + 1);
    more[tokens.length] = token;
    return new Hypothesis(source, more, given, logLikelihood + logProbability, false, read);
  }

  /** The same with the stop token. */
  Hypothesis stop(double logProbability) {
    return new Hypothesis(source, tokens, given, logLikelihood + logProbability, true, Past.NONE);
  }

  /** How many tokens were generated, the stop token included. */
  int length() {
    return tokens.length - given + (stopped ? 1 : 0);
  }

  /** The tokens that were generated, without the stop token. */
  public int[] generated() {
    return IntStream.range(given, tokens.length).map(i -> tokens[i]).toArray();
  }
}
