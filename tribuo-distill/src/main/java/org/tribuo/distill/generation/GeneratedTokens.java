package org.tribuo.distill.generation;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.tribuo.Output;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.GeneratedTokensProto;
import org.tribuo.protos.core.OutputProto;

/**
 * The tokens that continue a text, or the statement that they are not known. An example has the
 * tokens before them as its features, at least one:
 *
 * <pre>{@code
 * Example<GeneratedTokens> example = TokenSequence.of(464, 3797).toExample(GeneratedTokens.of(3332));
 * }</pre>
 *
 * <p>Of a prediction, the log-likelihood is the sum of the natural logarithms of the probability
 * that the model gives each token after those before it; of known tokens it is 0. Two are equal if
 * their tokens are, whatever their log-likelihoods. Immutable: arrays are copied.
 */
public final class GeneratedTokens implements Output<GeneratedTokens> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;
  private static final String BETWEEN = " ";

  private final int[] tokens;
  private final double logLikelihood;

  private GeneratedTokens(int[] tokens, double logLikelihood) {
    this.tokens = tokens;
    this.logLikelihood = logLikelihood;
  }

  /**
   * Some tokens.
   *
   * @param tokens their ids, at least one
   * @throws IllegalArgumentException if there is none, or one is negative
   */
  public static GeneratedTokens of(int... tokens) {
    if (tokens.length == 0 || Arrays.stream(tokens).anyMatch(token -> token < 0)) {
      throw new IllegalArgumentException(
          "The tokens are %s, expected at least one, none of them negative"
              .formatted(Arrays.toString(tokens)));
    }
    return new GeneratedTokens(tokens.clone(), 0);
  }

  /** The output of a text whose continuation is not known. */
  public static GeneratedTokens unknown() {
    return new GeneratedTokens(new int[0], 0);
  }

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or an id is negative
   * @throws InvalidProtocolBufferException if the message is of another kind
   */
  public static GeneratedTokens deserializeFromProto(int version, String className, Any message)
      throws InvalidProtocolBufferException {
    SavedComponents.checkVersion(version, className);
    GeneratedTokensProto kept = message.unpack(GeneratedTokensProto.class);
    int[] tokens = kept.getTokensList().stream().mapToInt(Integer::intValue).toArray();
    return (tokens.length == 0 ? unknown() : of(tokens)).withLogLikelihood(kept.getLogLikelihood());
  }

  @Override
  public OutputProto serialize() {
    GeneratedTokensProto kept =
        GeneratedTokensProto.newBuilder()
            .addAllTokens(Arrays.stream(tokens).boxed().toList())
            .setLogLikelihood(logLikelihood)
            .build();
    return OutputProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(GeneratedTokens.class.getName())
        .setSerializedData(Any.pack(kept))
        .build();
  }

  /** Whether the tokens are known. */
  public boolean isKnown() {
    return tokens.length > 0;
  }

  /** How many there are; 0 where they are not known. */
  public int length() {
    return tokens.length;
  }

  /** The id of the token at a position, from 0. */
  public int token(int position) {
    return tokens[position];
  }

  /** A copy of the ids. */
  public int[] tokens() {
    return tokens.clone();
  }

  /** The logarithm of the probability of all tokens, of a prediction; 0 or less. */
  public double logLikelihood() {
    return logLikelihood;
  }

  /** The same with another log-likelihood. */
  public GeneratedTokens withLogLikelihood(double other) {
    return new GeneratedTokens(tokens, other);
  }

  @Override
  public GeneratedTokens copy() {
    return new GeneratedTokens(tokens, logLikelihood);
  }

  /** The ids, with blanks between them. */
  @Override
  public String getSerializableForm(boolean includeConfidence) {
    String ids =
        Arrays.stream(tokens).mapToObj(Integer::toString).collect(Collectors.joining(BETWEEN));
    return includeConfidence ? ids + "/" + logLikelihood : ids;
  }

  /**
   * Reads ids with blanks between them; an empty text is that they are not known.
   *
   * @throws IllegalArgumentException if one is not a number from 0
   */
  static GeneratedTokens parse(String ids) {
    if (ids.isBlank()) {
      return unknown();
    }
    try {
      return of(Arrays.stream(ids.strip().split(BETWEEN)).mapToInt(Integer::parseInt).toArray());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "The tokens are '%s', expected their ids with blanks between them".formatted(ids), e);
    }
  }

  @Override
  public boolean fullEquals(GeneratedTokens other) {
    return fullEquals(other, 0);
  }

  @Override
  public boolean fullEquals(GeneratedTokens other, double tolerance) {
    return equals(other) && Math.abs(logLikelihood - other.logLikelihood) <= tolerance;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GeneratedTokens generated && Arrays.equals(tokens, generated.tokens);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(tokens);
  }

  @Override
  public String toString() {
    return isKnown()
        ? "GeneratedTokens(%s, logLikelihood=%s)".formatted(Arrays.toString(tokens), logLikelihood)
        : "GeneratedTokens(unknown)";
  }
}
