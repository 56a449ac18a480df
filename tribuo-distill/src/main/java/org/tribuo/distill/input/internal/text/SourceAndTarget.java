package org.tribuo.distill.input.internal.text;

import java.util.Map;
import java.util.OptionalInt;
import org.tribuo.FeatureMap;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.Modality;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * A source text and the beginning of its target, for encoder-decoders: their encoder has the inputs
 * of {@link Tokens}, their decoder the same behind {@code decoder_}, such as {@code
 * decoder_input_ids}. In examples the source is the first text and the target the second.
 */
public final class SourceAndTarget implements Modality<TokenPair> {
  /**
   * The inputs of the decoder.
   *
   * @param inputs of an encoder-decoder
   * @throws IllegalArgumentException as {@link #feeder}
   */
  public static TokenInputs decoderInputs(Map<String, TensorType> inputs) {
    return SourceAndTargetInputs.of(inputs).target();
  }

  @Override
  public Feeder<TokenPair> feeder(Map<String, TensorType> inputs) {
    return SourceAndTargetInputs.of(inputs);
  }

  @Override
  public InputReader<TokenPair> reader(
      Transformer student, FeatureMap features, OptionalInt maxLength, int padId) {
    PairFeatures.check(features);
    SourceAndTargetInputs inputs = SourceAndTargetInputs.of(student.graph().inputs());
    return new SourceAndTargetReader(
        reader(TokenLimits.of(student, inputs.source()), maxLength, padId),
        reader(TokenLimits.of(student, inputs.target()), maxLength, padId));
  }

  private static TokenReader reader(TokenLimits limits, OptionalInt maxLength, int padId) {
    limits.checkPadding("student", padId);
    return new TokenReader(limits.features(maxLength), padId);
  }

  @Override
  public InputReader<TokenPair> readerOfTrained(
      Transformer model, OptionalInt maxLength, int padId) {
    SourceAndTargetInputs inputs = SourceAndTargetInputs.of(model.graph().inputs());
    return new SourceAndTargetReader(
        new TokenReader(TokenLimits.ofTeacher(model, inputs.source()).features(maxLength), padId),
        new TokenReader(TokenLimits.ofTeacher(model, inputs.target()).features(maxLength), padId));
  }

  @Override
  public String toString() {
    return "SourceAndTarget";
  }
}
