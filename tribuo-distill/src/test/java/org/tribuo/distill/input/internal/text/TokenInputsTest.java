package org.tribuo.distill.input.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.text.TokenSequence;

class TokenInputsTest {
  private static final TensorType INT64 = dynamic(ElementType.INT64);
  private static final TensorType INT32 = dynamic(ElementType.INT32);
  private static final List<TokenSequence> ROWS =
      List.of(
          new TokenSequence(new int[] {3, 7, 1, 9, 1}, new int[] {0, 0, 0, 1, 1}),
          TokenSequence.of(3, 8, 1));

  @Test
  void rowsArePaddedToTheLongestInTheOrderOfTheModel() {
    TokenInputs inputs =
        TokenInputs.of(
            ordered("token_type_ids", INT64, "attention_mask", INT64, "input_ids", INT64));
    Map<String, Tensor> batch = inputs.batch(ROWS);
    assertThat(inputs.names()).containsExactly("token_type_ids", "attention_mask", "input_ids");
    assertThat(List.copyOf(batch.keySet())).isEqualTo(inputs.names());
    assertThat(batch)
        .containsEntry("input_ids", matrix(3, 7, 1, 9, 1, 3, 8, 1, 0, 0))
        .containsEntry("attention_mask", matrix(1, 1, 1, 1, 1, 1, 1, 1, 0, 0))
        .containsEntry("token_type_ids", matrix(0, 0, 0, 1, 1, 0, 0, 0, 0, 0));
  }

  @Test
  void onlyTheIdsArePaddedWithThePadId() {
    Map<String, Tensor> batch =
        TokenInputs.of(ordered("input_ids", INT64, "attention_mask", INT64))
            .withPadId(2)
            .batch(ROWS);
    assertThat(batch)
        .containsEntry("input_ids", matrix(3, 7, 1, 9, 1, 3, 8, 1, 2, 2))
        .containsEntry("attention_mask", matrix(1, 1, 1, 1, 1, 1, 1, 1, 0, 0));
  }

  @Test
  void theModelChoosesTheIntegers() {
    Map<String, Tensor> batch =
        TokenInputs.of(ordered("input_ids", INT32, "attention_mask", INT64)).batch(ROWS);
    assertThat(batch.get("input_ids")).hasToString("INT32[2, 5]");
    assertThat(batch.get("input_ids").toLongs()).containsExactly(3, 7, 1, 9, 1, 3, 8, 1, 0, 0);
    assertThat(batch.get("attention_mask")).hasToString("INT64[2, 5]");
  }

  @Test
  void theModelMayFixTheRows() {
    TensorType four =
        TensorType.of(ElementType.INT64, Shape.of(Dimension.of(4), Dimension.unknown()));
    TensorType wide =
        TensorType.of(ElementType.INT64, Shape.of(Dimension.unknown(), Dimension.of(4)));

    assertThat(TokenInputs.of(Map.of("input_ids", four)).fixedRows()).hasValue(4);
    assertThat(TokenInputs.of(Map.of("input_ids", wide)).fixedRows()).isEmpty();
  }

  @Test
  void namesOfOtherExportersAreUnderstood() {
    Map<String, Tensor> batch =
        TokenInputs.of(
                ordered("Input_Word_Ids:0", INT32, "input_mask", INT32, "segment_ids", INT32))
            .batch(ROWS);
    assertThat(batch.get("Input_Word_Ids:0").toLongs()).startsWith(3, 7, 1);
    assertThat(batch.get("input_mask").toLongs()).endsWith(1, 0, 0);
    assertThat(batch.get("segment_ids").toLongs()).startsWith(0, 0, 0, 1);
  }

  @Test
  void aModelOfUnknownRankIsTakenAtItsWord() {
    assertThat(
            TokenInputs.of(Map.of("input_ids", TensorType.ofUnknownRank(ElementType.INT64)))
                .batch(ROWS)
                .get("input_ids")
                .dims())
        .containsExactly(2, 5);
  }

  @Test
  void aFixedLengthIsPaddedToAndNeverExceeded() {
    TokenInputs six = TokenInputs.of(Map.of("input_ids", TensorType.of(ElementType.INT64, 2, 6)));
    assertThat(six.batch(ROWS).get("input_ids").toLongs())
        .containsExactly(3, 7, 1, 9, 1, 0, 3, 8, 1, 0, 0, 0);
    TokenInputs four = TokenInputs.of(Map.of("input_ids", TensorType.of(ElementType.INT64, 2, 4)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> four.batch(ROWS))
        .withMessage(
            "The batch has a row of 5 tokens, the model's input 'input_ids' takes 4;"
                + " set the tokenizer's maximum length to that");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> six.batch(ROWS.subList(0, 1)))
        .withMessage("The batch has 1 rows, the model's input 'input_ids' takes exactly 2");
  }

  @Test
  void anInputThatTokensCannotFeedIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TokenInputs.of(
                    ordered("input_ids", INT64, "pixel_values", dynamic(ElementType.FLOAT))))
        .withMessage(
            "The model's input 'pixel_values' FLOAT[batch, sequence] cannot be made from tokens,"
                + " only [input_ids, attention_mask, token_type_ids, position_ids] can;"
                + " export the model without that input");
  }

  @Test
  void inputsThatDoNotFitAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenInputs.of(ordered("attention_mask", INT64)))
        .withMessage(
            "No input of the model takes token ids: it has [attention_mask], expected one of"
                + " [input_ids, input_word_ids, token_ids, word_ids, ids, input, inputs, tokens]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> TokenInputs.of(ordered("input_ids", INT64, "mask", INT64, "input_mask", INT64)))
        .withMessage("The model's inputs 'mask' and 'input_mask' both look like attention_mask");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenInputs.of(Map.of("input_ids", dynamic(ElementType.FLOAT))))
        .withMessage(
            "The model's input 'input_ids' is FLOAT[batch, sequence], expected INT64 or INT32");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> TokenInputs.of(Map.of("input_ids", TensorType.of(ElementType.INT64, 1, 2, 3))))
        .withMessage(
            "The model's input 'input_ids' is INT64[1, 2, 3],"
                + " expected two dimensions: rows and positions");
  }

  @Test
  void anEmptyBatchAndANegativePaddingAreRefused() {
    TokenInputs inputs = TokenInputs.of(Map.of("input_ids", INT64));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> inputs.batch(List.of()))
        .withMessage("A batch has at least one row, this has none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> inputs.withPadId(-1))
        .withMessage("padId is -1, expected at least 0");
  }

  private static TensorType dynamic(ElementType type) {
    return TensorType.of(type, Shape.of(Dimension.of("batch"), Dimension.of("sequence")));
  }

  private static Tensor matrix(long... values) {
    return Tensor.of(values, 2, 5);
  }

  private static Map<String, TensorType> ordered(Object... namesAndTypes) {
    Map<String, TensorType> ordered = new LinkedHashMap<>();
    for (int i = 0; i < namesAndTypes.length; i += 2) {
      ordered.put((String) namesAndTypes[i], (TensorType) namesAndTypes[i + 1]);
    }
    return ordered;
  }
}
