package org.tribuo.distill.transformer.internal.layer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.transformer.internal.ZooModel;

class EmbeddingTablesTest {
  @Test
  void namesTheTablesThatInputsLookUp() throws Exception {
    EmbeddingTables tables = EmbeddingTables.of(ZooModel.of("bert_seqcls_ts11").normalized());

    assertThat(tables.tables())
        .containsExactlyInAnyOrder(
            new EmbeddingTable(
                "bert.embeddings.word_embeddings.weight", 101, 32, "input_ids", 1, false),
            new EmbeddingTable(
                "bert.embeddings.token_type_embeddings.weight", 2, 32, "token_type_ids", 1, false));
    assertThat(tables.rows("input_ids")).hasValue(101);
    assertThat(tables.rows("attention_mask")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "albert_qa_optimum, 64",
    "albert_seqcls_dynamo, 64",
    "bart_seq2seq_ts14, 64",
    "bert_seqcls_dynamo, 64",
    "bert_seqcls_ts11, 64",
    "bert_seqcls_ort_extended, 64",
    "bert_seqcls_ort_fused, 64",
    "distilbert_seqcls_optimum, 64",
    "electra_tokcls_ts11, 64",
    "gpt2_causal_ort_fused, 64",
    "marian_seq2seq_ts17, 64",
    "mpnet_seqcls_optimum, 62",
    "roberta_seqcls_ts14, 62",
  })
  void countsThePositionsThatATextMayHave(String name, long positions) throws Exception {
    assertThat(EmbeddingTables.of(ZooModel.of(name).normalized()).maxPositions())
        .hasValue(positions);
  }

  @ParameterizedTest
  @CsvSource({
    "deberta_v2_seqcls_optimum",
    "llama_causal_ts17",
    "qwen2_causal_ts17",
    "t5_seq2seq_optimum",
    "vit_imgcls_dynamo"
  })
  void modelsWithoutPositionTablesHaveNoLimit(String name) throws Exception {
    assertThat(EmbeddingTables.of(ZooModel.of(name).normalized()).maxPositions()).isEmpty();
  }

  @Test
  void positionsThatAreAnInputAreLimitedByItsTable() throws Exception {
    EmbeddingTables tables = EmbeddingTables.of(ZooModel.of("gpt2_causal_optimum").normalized());

    assertThat(tables.rows("position_ids")).hasValue(64);
  }

  @Test
  void tellsThatTokensMeanSomethingToOtherNodes() throws Exception {
    EmbeddingTables roberta = EmbeddingTables.of(ZooModel.of("roberta_seqcls_ts14").normalized());

    assertThat(roberta.indexedBy("input_ids")).hasSize(1);
    assertThat(roberta.indexedBy("input_ids").get(0).inputReadElsewhere()).isTrue();
  }

  @Test
  void tellsThatATableIsTiedToAnotherUse() throws Exception {
    EmbeddingTables gpt2 = EmbeddingTables.of(ZooModel.of("gpt2_causal_optimum").normalized());

    assertThat(gpt2.indexedBy("input_ids").get(0).readers()).isEqualTo(2);
  }
}
