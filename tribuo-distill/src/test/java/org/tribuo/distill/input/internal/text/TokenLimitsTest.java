package org.tribuo.distill.input.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.create.NewEncoderDecoder;
import org.tribuo.distill.transformer.internal.create.SequenceForm;

class TokenLimitsTest {
  private static final List<TokenSequence> LONG = List.of(TokenSequence.of(new int[600]));

  @Test
  void aModelWhosePositionsNobodyKnowsReadsTextsOfAnyLength() {
    TokenLimits anyLength =
        new TokenLimits(OptionalInt.empty(), OptionalInt.empty(), 101, OptionalInt.empty());
    anyLength.check("teacher 'teacher.onnx'", false, LONG);
    assertThat(anyLength.orUsual(OptionalInt.empty())).isEqualTo(512);
    assertThat(anyLength.orUsual(OptionalInt.of(1024))).isEqualTo(1024);
    assertThat(anyLength.features(OptionalInt.empty()).positions()).isEqualTo(512);
  }

  @Test
  void knownPositionsAreALimit() {
    TokenLimits known =
        new TokenLimits(OptionalInt.of(512), OptionalInt.of(64), 101, OptionalInt.empty());
    assertThat(known.orUsual(OptionalInt.of(1024))).isEqualTo(512);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> known.check("teacher 'teacher.onnx'", false, LONG))
        .withMessage(
            "Example 0 has 600 tokens, the teacher 'teacher.onnx' has positions for 512; set the"
                + " tokenizer's maximum length to that, or for sequences the batching's");
  }

  /** The sides of an encoder-decoder have tables of positions of their own. */
  @Test
  void aSourceMayBeLongerThanATarget() {
    Graph graph =
        Graph.of(new NewEncoderDecoder(101, 24, 2, 2, 8, 2, 8, SequenceForm.USUAL).make(1));
    graph.setInitializer("decoder.positions", Tensor.of(new float[10 * 8], 10, 8));
    Transformer model = Transformer.of(graph.toModel());
    SourceAndTargetReader reader =
        (SourceAndTargetReader)
            new SourceAndTarget().readerOfTrained(model, OptionalInt.empty(), 0);

    assertThat(reader.source().maxLength()).isEqualTo(24);
    assertThat(reader.target().maxLength()).isEqualTo(10);
    assertThat(reader.maxLength()).isEqualTo(10);
  }
}
