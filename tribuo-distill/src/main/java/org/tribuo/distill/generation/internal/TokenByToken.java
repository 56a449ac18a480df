package org.tribuo.distill.generation.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * One token at a time, which stays.
 *
 * @param model that predicts
 * @param stop the token with which a text ends, if there is one
 * @param choices what chooses the tokens of one text, by their logits
 */
public record TokenByToken(
    NextTokenModel model, OptionalInt stop, Supplier<ToIntFunction<float[]>> choices)
    implements Decoding {
  /** The likeliest token each time. */
  public static TokenByToken greedy(NextTokenModel model, OptionalInt stop) {
    return new TokenByToken(
        model, stop, () -> logits -> LogProbabilities.argMax(logits, 0, logits.length));
  }

  @Override
  public List<Hypothesis> generate(List<Hypothesis> begun, int maxTokens) {
    List<Hypothesis> texts = new ArrayList<>(begun);
    List<ToIntFunction<float[]>> choosing = begun.stream().map(any -> choices.get()).toList();
    int[] open = open(texts);
    for (int step = 0; step < maxTokens && open.length > 0; step++) {
      List<Continuation> found = model.after(IntStream.of(open).mapToObj(texts::get).toList());
      for (int i = 0; i < open.length; i++) {
        int text = open[i];
        texts.set(text, next(texts.get(text), found.get(i), choosing.get(text)));
      }
      open = open(texts);
    }
    return texts;
  }

  private static int[] open(List<Hypothesis> texts) {
    return IntStream.range(0, texts.size()).filter(i -> !texts.get(i).stopped()).toArray();
  }

  private Hypothesis next(Hypothesis text, Continuation found, ToIntFunction<float[]> choice) {
    float[] logits = found.logits();
    int token = choice.applyAsInt(logits);
    double logProbability = logits[token] - LogProbabilities.logSumExp(logits, 0, logits.length);
    return stop.equals(OptionalInt.of(token))
        ? text.stop(logProbability)
        : text.then(token, logProbability, found.past());
  }
}
