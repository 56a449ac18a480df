package org.tribuo.distill.span;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.MutableDataset;
import org.tribuo.distill.input.internal.text.ContextTokens;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.text.QuestionTokenizer;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.span.internal.Spans;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.test.Helpers;

class QuestionTokenizerTest {
  private static final String QUESTION = "w10 sky?";
  private static final String CONTEXT = "w20 \uD83D\uDE00 w21, sky w80 W81.";

  private static Example<Span> example(String question, String context, Span output) {
    try (QuestionTokenizer tokenizer = QuestionTokenizer.open(TinyQuestions.tokenizer())) {
      return tokenizer.encode(question, context, output);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> texts(ContextTokens tokens, String context) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < tokens.length(); i++) {
      texts.add(tokens.isInContext(i) ? context.substring(tokens.start(i), tokens.end(i)) : "");
    }
    return texts;
  }

  @Test
  void eachTokenOfTheContextHasItsPlaceInIt() throws Exception {
    Example<Span> example = example(QUESTION, CONTEXT, Span.unknown());
    ContextTokens tokens = ContextTokens.of(example);
    assertThat(texts(tokens, CONTEXT))
        .containsExactly(
            "", "", "", "", "", "w20", "\uD83D\uDE00", "w21", ",", "sky", "w80", "W81", ".", "");
    try (TextTokenizer pairs = TextTokenizer.open(TinyQuestions.tokenizer(), 100)) {
      assertThat(tokens.tokens()).isEqualTo(pairs.encode(QUESTION, CONTEXT));
      assertThat(new TokenFeatures(100, 101).read(example)).isEqualTo(tokens.tokens());
    }
    assertThat(RawText.of(example).orElseThrow().pair()).contains(CONTEXT);
  }

  @Test
  void anExampleIsSavedWithItsPlacesAndItsTexts() {
    SpanFactory outputs = new SpanFactory();
    Example<Span> example = example(QUESTION, CONTEXT, Span.in(CONTEXT, 0, 3));
    MutableDataset<Span> data =
        new MutableDataset<>(
            List.of(example), new SimpleDataSourceProvenance("questions", outputs), outputs);
    Example<Span> read =
        Dataset.castDataset(Dataset.deserialize(data.serialize()), Span.class).getExample(0);
    assertThat(ContextTokens.of(read)).isEqualTo(ContextTokens.of(example));
    assertThat(RawText.of(read)).isEqualTo(RawText.of(example));
    Helpers.testDatasetSerialization(data);
  }

  @Test
  void anAnswerTakesTheTokensThatCoverIt() {
    // "0 W8" of "w80 W81".
    int start = CONTEXT.indexOf("80") + 1;
    Targets targets =
        new Spans()
            .codec(LabelOrder.of("start_logits", "end_logits"))
            .encode(
                List.of(
                    example(QUESTION, CONTEXT, Span.in(CONTEXT, start, start + 4)),
                    example(QUESTION, CONTEXT, Span.noAnswer()),
                    example(QUESTION, CONTEXT, Span.unknown())));
    assertThat(targets.labels(0, 1, 2).toLongs()).containsExactly(10, 11, 0, 0, -100, -100);
    assertThat(targets.batch(ObjectiveInputs.LABELLED, 0, 1, 2).toFloats())
        .containsExactly(1, 1, 0);
    assertThat(targets.batch(ObjectiveInputs.COUNTED, 0).toFloats())
        .containsExactly(1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Spans()
                    .codec(LabelOrder.of("start_logits", "end_logits"))
                    .encode(List.of(example(QUESTION, "w20", Span.of(40, 46, "London")))))
        .withMessageStartingWith("Example 0 has the answer 'London' at the characters 40 to 46");
  }

  @Test
  void aLongContextIsReadInWindowsThatLeaveNothingOut() {
    StringBuilder context = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      context.append("w").append(20 + i).append(' ');
    }
    String text = context.toString();
    Span answer = Span.in(text, text.indexOf("w32"), text.indexOf("w34") + 3);
    Example<Span> whole = example(QUESTION, text, answer);
    whole.setWeight(.5f);
    ContextTokens all = ContextTokens.of(whole);
    for (int maxLength : new int[] {7, 8, 12, 20, 45}) {
      List<Example<Span>> rows = new Spans().rows(whole, maxLength);
      BitSet read = new BitSet();
      int answered = 0;
      for (Example<Span> row : rows) {
        ContextTokens window = ContextTokens.of(row);
        assertThat(window.length()).isEqualTo(maxLength);
        assertThat(row.getWeight()).isEqualTo(.5f);
        assertThat(texts(window, text).subList(0, 5)).containsOnly("");
        assertThat(window.tokens().id(0)).isEqualTo(all.tokens().id(0));
        boolean first = false;
        boolean last = false;
        for (int i = 5; i < maxLength - 1; i++) {
          read.set(window.start(i));
          first |= window.start(i) == answer.start();
          last |= window.end(i) == answer.end();
        }
        assertThat(row.getOutput()).isEqualTo(first && last ? answer : Span.noAnswer());
        answered += row.getOutput().isAnswer() ? 1 : 0;
      }
      assertThat(read.cardinality()).isEqualTo(40);
      assertThat(answered > 0).isEqualTo(maxLength > 8);
    }
    assertThat(new Spans().rows(whole, all.length())).containsExactly(whole);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Spans().rows(whole, 6))
        .withMessage(
            "The question has 6 tokens, special ones included, which leaves no room for the context in a window of 6; shorten the question, or state a larger maxLength");
  }

  /** As those of empty lines, of which some tokenizers make a token each. */
  @Test
  void aWindowOfWhiteSpaceIsLeftOut() {
    int[] ids = new int[40];
    int[] starts = new int[40];
    Arrays.fill(ids, 5);
    Arrays.fill(starts, ContextTokens.NOWHERE);
    int[] ends = starts.clone();
    for (int place : new int[] {3, 35, 38}) {
      starts[place] = place;
      ends[place] = place + 1;
    }
    Example<Span> spaced =
        new ContextTokens(TokenSequence.of(ids), starts, ends).toExample(Span.of(38, 39, "a"));

    List<Example<Span>> rows = new Spans().rows(spaced, 12);

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).getOutput()).isEqualTo(Span.noAnswer());
    assertThat(rows.get(1).getOutput()).isEqualTo(Span.of(38, 39, "a"));
  }

  @Test
  void badOnesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> example(QUESTION, "  ", Span.unknown()))
        .withMessageStartingWith("The context is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> example("", CONTEXT, Span.unknown()))
        .withMessageStartingWith("The question is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ContextTokens.of(
                    new ArrayExample<>(
                        Span.unknown(), new String[] {"input_ids@00000"}, new double[] {1})))
        .withMessageContaining("make the examples with QuestionTokenizer or QuestionDataSource");
    Example<Span> transformed = example(QUESTION, CONTEXT, Span.unknown());
    transformed.set(new Feature("context_end@00006", .5));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContextTokens.of(transformed))
        .withMessageContaining("'context_end@00006' = 0.5 is no place");
  }
}
