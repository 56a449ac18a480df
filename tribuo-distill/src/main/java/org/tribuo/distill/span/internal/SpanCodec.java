package org.tribuo.distill.span.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.Example;
import org.tribuo.Prediction;
import org.tribuo.distill.input.internal.text.ContextTokens;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.span.Span;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.distill.task.internal.Targets;

/** Answers by their first and last tokens, of questions that were read in one or several rows. */
final class SpanCodec implements TargetCodec<Span> {
  private final LabelOrder columns;

  SpanCodec(LabelOrder columns) {
    this.columns = columns;
  }

  @Override
  public LabelOrder columns() {
    return columns;
  }

  @Override
  public boolean isLabelled(Span output) {
    return output.isKnown();
  }

  @Override
  public Targets encode(List<? extends Example<Span>> examples) {
    long[] first = new long[examples.size()];
    long[] last = new long[examples.size()];
    List<float[]> possible = new ArrayList<>();
    for (int row = 0; row < first.length; row++) {
      ContextTokens tokens = ContextTokens.of(examples.get(row));
      Span answer = examples.get(row).getOutput();
      first[row] = answer.isKnown() ? AnswerSearch.NO_ANSWER : Targets.UNLABELLED;
      last[row] = first[row];
      if (answer.isAnswer()) {
        int number = row;
        AnswerTokens covering =
            AnswerTokens.of(answer, tokens)
                .orElseThrow(
                    () ->
                        new ExampleException(
                            number,
                            "has the answer '%s' at the characters %d to %d, where its context has no token; is it the answer to another question?"
                                .formatted(answer.text(), answer.start(), answer.end())));
        first[row] = covering.first();
        last[row] = covering.last();
      }
      possible.add(possible(tokens));
    }
    return Targets.spans(first, last).counting(possible);
  }

  /** Where an answer may begin and end, or say that there is none. */
  private static float[] possible(ContextTokens tokens) {
    float[] possible = new float[tokens.length()];
    for (int i = 0; i < possible.length; i++) {
      possible[i] = i == AnswerSearch.NO_ANSWER || tokens.isInContext(i) ? 1 : 0;
    }
    return possible;
  }

  @Override
  public Prediction<Span> decode(float[] logits, int used, Example<Span> example) {
    return decode(List.of(logits), List.of(example), example);
  }

  /** The likeliest answer of all rows, with its probability and that of no answer. */
  @Override
  public Prediction<Span> decode(
      List<float[]> logits, List<Example<Span>> rows, Example<Span> example) {
    List<ContextTokens> tokens = new ArrayList<>();
    AnswerSearch search = new AnswerSearch();
    for (int row = 0; row < rows.size(); row++) {
      ContextTokens ofRow = ContextTokens.of(rows.get(row));
      check(logits.get(row), ofRow.length());
      search.add(logits.get(row), 0, ofRow.length(), ofRow.length(), ofRow::isInContext);
      tokens.add(ofRow);
    }
    Span answer = answer(search, tokens.get(search.row()), example);
    Span none = Span.noAnswer().withScore(search.probabilityOfNone());
    Map<String, Span> scores = new LinkedHashMap<>();
    scores.put(Span.ANSWER, answer);
    scores.put(Span.NO_ANSWER, none);
    return new Prediction<>(search.isNone() ? none : answer, scores, example.size(), example, true);
  }

  private static Span answer(AnswerSearch search, ContextTokens tokens, Example<Span> example) {
    int start = tokens.start(search.first());
    int end = tokens.end(search.last());
    String text =
        RawText.of(example)
            .flatMap(RawText::pair)
            .filter(context -> end <= context.length())
            .map(context -> context.substring(start, end))
            .orElse("");
    return Span.of(start, end, text).withScore(search.probability());
  }

  private void check(float[] logits, int length) {
    if (logits.length != 2 * length) {
      throw new IllegalArgumentException(
          "There are %d logits for %d tokens, expected one for each token in each of %s"
              .formatted(logits.length, length, columns));
    }
    for (int i = 0; i < logits.length; i++) {
      if (!Float.isFinite(logits[i])) {
        throw new IllegalArgumentException(
            "The logit of token %d in '%s' is %s, expected a finite number; the model's weights may be broken"
                .formatted(i % length, columns.names().get(i / length), logits[i]));
      }
    }
  }

  @Override
  public String toString() {
    return "SpanCodec" + columns;
  }
}
