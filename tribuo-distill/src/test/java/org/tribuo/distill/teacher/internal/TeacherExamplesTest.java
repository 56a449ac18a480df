package org.tribuo.distill.teacher.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.internal.text.TokenReader;
import org.tribuo.distill.input.text.TokenSequence;

class TeacherExamplesTest {
  private static final List<TokenSequence> TEXTS =
      List.of(
          TokenSequence.of(1, 5, 2),
          TokenSequence.of(1, 2),
          TokenSequence.of(1, 7, 2),
          TokenSequence.of(1, 6, 6, 2));

  private static TeacherExamples texts(int padId, String... inputs) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    Shape shape = Shape.of(Dimension.of("batch"), Dimension.of("positions"));
    for (String input : inputs) {
      types.put(input, TensorType.of(ElementType.INT64, shape));
    }
    TokenReader reader = new TokenReader(new TokenFeatures(32, 101), padId);
    return new TeacherExamples(FedInputs.of(new ExampleInputs<>(reader, TEXTS), types));
  }

  private static List<int[]> rows(TeacherExamples texts) {
    List<int[]> rows = new ArrayList<>();
    for (TeacherBatch batch : texts.batches(0, TEXTS.size(), new BatchLimits(8, 1000))) {
      rows.add(batch.rows());
    }
    return rows;
  }

  @Test
  void aTeacherWithAMaskReadsTextsOfLikeLengthTogether() {
    TeacherExamples masked = texts(0, "input_ids", "attention_mask");
    assertThat(rows(masked)).containsExactly(new int[] {3, 0, 2, 1});
    assertThat(masked.sha256()).isEqualTo(texts(9, "input_ids", "attention_mask").sha256());
  }

  @Test
  void aTeacherWithoutAMaskReadsTextsOfOneLengthAlone() {
    TeacherExamples unmasked = texts(0, "input_ids");
    assertThat(rows(unmasked)).containsExactly(new int[] {1}, new int[] {0, 2}, new int[] {3});
    assertThat(unmasked.sha256()).isNotEqualTo(texts(9, "input_ids").sha256());
  }
}
