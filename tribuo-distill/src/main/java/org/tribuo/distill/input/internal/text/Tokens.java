package org.tribuo.distill.input.internal.text;

import java.util.Map;
import java.util.OptionalInt;
import org.tribuo.FeatureMap;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.Modality;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * Texts, and pairs of texts, as tokens: in examples as {@link
 * org.tribuo.distill.input.text.TokenSequence} has them, for models with the inputs {@code
 * input_ids}, {@code attention_mask}, {@code token_type_ids} and {@code position_ids}.
 */
public final class Tokens implements Modality<TokenSequence> {
  @Override
  public Feeder<TokenSequence> feeder(Map<String, TensorType> inputs) {
    return TokenInputs.of(inputs);
  }

  @Override
  public InputReader<TokenSequence> reader(
      Transformer student, FeatureMap features, OptionalInt maxLength, int padId) {
    TokenFeatures.check(features);
    TokenLimits limits = TokenLimits.of(student);
    limits.checkPadding("student", padId);
    return new TokenReader(limits.features(maxLength), padId);
  }

  @Override
  public InputReader<TokenSequence> readerOfTrained(
      Transformer model, OptionalInt maxLength, int padId) {
    return new TokenReader(TokenLimits.ofTeacher(model).features(maxLength), padId);
  }

  @Override
  public String toString() {
    return "Tokens";
  }
}
