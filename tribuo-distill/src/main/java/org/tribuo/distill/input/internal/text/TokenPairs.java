package org.tribuo.distill.input.internal.text;

import java.util.Map;
import java.util.OptionalInt;
import org.tribuo.FeatureMap;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.Modality;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.TextPairHead;

/**
 * Pairs of texts that are read one by one: for models whose inputs are those of {@link Tokens} with
 * an axis for the two, [pairs, 2, positions], as {@link TextPairHead} makes them.
 */
public final class TokenPairs implements Modality<TokenPair> {
  @Override
  public Feeder<TokenPair> feeder(Map<String, TensorType> inputs) {
    return TokenPairInputs.of(inputs, 0);
  }

  @Override
  public InputReader<TokenPair> reader(
      Transformer student, FeatureMap features, OptionalInt maxLength, int padId) {
    PairFeatures.check(features);
    TokenLimits limits = TokenLimits.of(TextPairHead.encoder(student));
    limits.checkPadding("student", padId);
    return new TokenPairReader(new TokenReader(limits.features(maxLength), padId));
  }

  @Override
  public InputReader<TokenPair> readerOfTrained(
      Transformer model, OptionalInt maxLength, int padId) {
    TokenLimits limits = TokenLimits.ofTeacher(TextPairHead.encoder(model));
    return new TokenPairReader(new TokenReader(limits.features(maxLength), padId));
  }

  @Override
  public String toString() {
    return "TokenPairs";
  }
}
