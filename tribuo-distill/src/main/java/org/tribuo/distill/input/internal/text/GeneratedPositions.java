package org.tribuo.distill.input.internal.text;

import java.util.Map;
import java.util.OptionalInt;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.Transformer;

/** How much of a text that is generated a model reads at once. */
public final class GeneratedPositions {
  private GeneratedPositions() {}

  /**
   * The maximum number of tokens of a text, or of the target of an encoder-decoder; empty if
   * nothing in the model limits it.
   *
   * @throws IllegalArgumentException if the model reads something else than tokens
   */
  public static OptionalInt of(Transformer model) {
    Map<String, TensorType> inputs = model.graph().inputs();
    TokenInputs ofText =
        SourceAndTargetInputs.areOfEncoderDecoder(inputs)
            ? SourceAndTarget.decoderInputs(inputs)
            : TokenInputs.of(inputs);
    return TokenLimits.ofTeacher(model, ofText).positions();
  }
}
