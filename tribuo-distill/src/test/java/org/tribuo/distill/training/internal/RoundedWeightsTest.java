package org.tribuo.distill.training.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.EmbeddingFactors;

/** What is in integers in a file is rounded in training. */
class RoundedWeightsTest {
  /** Its rows are looked up, and all of them are multiplied for the logits. */
  @Test
  void bothFactorsOfATiedTableAreRounded() {
    Graph graph =
        Transformer.of(
                EmbeddingFactors.ofLargest(
                        Transformer.of(Zoo.model("gpt2_causal_optimum")), kept -> 8)
                    .graph()
                    .toModel())
            .normalizedForTraining();
    String table = "transformer.wte.weight.table";
    String matrix = "transformer.wte.weight.expansion";
    assertThat(graph.initializers()).containsKeys(table, matrix);

    RoundedWeights rounded = RoundedWeights.addTo(graph);

    assertThat(rounded.differentiated(Set.of(table)))
        .isNotEmpty()
        .doesNotContain(table)
        .allSatisfy(each -> assertThat(graph.consumers(each)).hasSize(2));
    assertThat(rounded.differentiated(Set.of(matrix))).isNotEmpty().doesNotContain(matrix);
  }
}
