package org.tribuo.distill.training.internal.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.input.internal.ExampleOrigin;
import org.tribuo.distill.input.internal.text.ContextTokens;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.span.Span;
import org.tribuo.distill.span.SpanFactory;
import org.tribuo.provenance.SimpleDataSourceProvenance;

class CutExamplesTest {
  private static final int LONG = 5;
  private static final int SHORT = 6;

  /** As those of an assistant are that reads less than its student. */
  @Test
  void windowsThatAreCutAgainAreStillOfTheirQuestions() {
    SpanFactory outputs = new SpanFactory();
    MutableDataset<Span> questions =
        new MutableDataset<>(
            List.of(question(LONG, 40), question(SHORT, 12)),
            new SimpleDataSourceProvenance("questions", outputs),
            outputs);

    Dataset<Span> windows = new CutExamples<>(questions).within(14);
    Dataset<Span> again = new CutExamples<>(windows).within(10);

    assertThat(again.size()).isGreaterThan(windows.size());
    assertThat(origins(again, LONG)).hasSize(1);
    assertThat(origins(again, SHORT)).hasSize(1);
    assertThat(origins(again, SHORT)).doesNotContainAnyElementsOf(origins(again, LONG));
  }

  /** A context of one token, again and again, behind a question of two. */
  private static Example<Span> question(int token, int length) {
    int[] ids = new int[length];
    Arrays.fill(ids, token);
    int[] starts = new int[length];
    int[] ends = new int[length];
    for (int i = 0; i < length; i++) {
      starts[i] = i < 2 ? ContextTokens.NOWHERE : 2 * i;
      ends[i] = i < 2 ? ContextTokens.NOWHERE : 2 * i + 1;
    }
    return new ContextTokens(TokenSequence.of(ids), starts, ends).toExample(Span.noAnswer());
  }

  private static Set<Object> origins(Dataset<Span> rows, int token) {
    Set<Object> origins = new HashSet<>();
    for (Example<Span> row : rows) {
      if (ContextTokens.of(row).tokens().id(0) == token) {
        origins.add(ExampleOrigin.of(row).orElseThrow());
      }
    }
    return origins;
  }
}
