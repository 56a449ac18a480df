package org.tribuo.distill.transformer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.graph.internal.pass.InferenceForm;
import org.tribuo.distill.transformer.internal.cut.EmbeddingFactors;

/** The models have two layers of width 32, whose feed-forward blocks are 48 wide. */
class ModelSizeTest {
  private static final long LAYER = 4 * 32 * 32 + 2 * 32 * 48;
  private static final long LOGITS_OF_TOKENS = 101 * 32;

  private static ModelSize size(String zooCase) {
    return ModelSize.of(Transformer.of(Zoo.model(zooCase)));
  }

  @Test
  void eachMatrixIsMultipliedAndAdded() {
    assertThat(size("minilm_embedding_ts14").operations()).isEqualTo(2 * 2 * LAYER);
  }

  /** A pooler, and a head of three labels. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert_seqcls_ts11",
        "bert_seqcls_dynamo",
        "bert_seqcls_ort_fused",
        "bert_seqcls_ort_extended"
      })
  void fusedOrNotAModelComputesAsMuch(String zooCase) {
    assertThat(size(zooCase).operations()).isEqualTo(2 * (2 * LAYER + 32 * 32 + 32 * 3));
  }

  @Test
  void aTableThatIsTiedToTheLogitsCounts() {
    assertThat(size("gpt2_causal_optimum").operations())
        .isEqualTo(2 * (2 * LAYER + LOGITS_OF_TOKENS));
  }

  /** It is computed whole at each run, and each token is multiplied by all of it. */
  @Test
  void aProductThatIsTiedToTheLogitsCountsAsOneMatrix() {
    Transformer whole = Transformer.of(Zoo.model("gpt2_causal_optimum"));
    Transformer product =
        Transformer.of(EmbeddingFactors.ofLargest(whole, kept -> 8).graph().toModel());

    assertThat(ModelSize.of(product).operations())
        .isEqualTo(ModelSize.of(whole).operations() + 2 * 8 * 32);
  }

  /** Each row of a table and each column of a matrix has a scale too. */
  @Test
  void matricesOfIntegersCountAsTheyWere() {
    Transformer whole = Transformer.of(Zoo.model("bert_seqcls_ts11"));
    ModelSize integers =
        ModelSize.of(Transformer.of(InferenceForm.withInt8Weights(whole.normalizedForTraining())));

    assertThat(integers.operations()).isEqualTo(ModelSize.of(whole).operations());
    assertThat(integers.parameters())
        .isBetween(ModelSize.of(whole).parameters(), ModelSize.of(whole).parameters() * 105 / 100);
  }

  @Test
  void layersWithTheSameWeightsCountEach() {
    assertThat(size("albert_seqcls_dynamo").operations()).isGreaterThan(2 * 2 * LAYER);
    assertThat(size("albert_seqcls_dynamo").parameters()).isLessThan(2 * LAYER + 101 * 16);
  }

  /** A layer of the decoder attends twice. */
  @Test
  void bothStacksOfAnEncoderDecoderCount() {
    ModelSize size = size("t5_seq2seq_optimum");
    assertThat(size.operations())
        .isEqualTo(2 * (2 * LAYER + 2 * (LAYER + 4 * 32 * 32) + LOGITS_OF_TOKENS));
    assertThat(size.layers()).hasValue(4);
  }

  @Test
  void aModelWithoutLayersHasNoneToShow() {
    assertThat(new ModelSize(1_234, 4_936, OptionalInt.empty(), 2_468))
        .hasToString("1,234 parameters in 0.0 MB and 2,468 operations a token");
    assertThat(size("bert_seqcls_ts11"))
        .hasToString("21,571 parameters in 0.1 MB, 2 layers and 30,912 operations a token");
  }
}
