package org.tribuo.distill.generation.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tribuo.Example;
import org.tribuo.Prediction;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.generation.PerplexityEvaluator;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.distill.task.internal.Targets;

/**
 * A column for each token, in the order of their ids. What is predicted for a text is at each
 * position the likeliest token, and how likely the known one is.
 */
final class NextTokenCodec implements TargetCodec<GeneratedTokens> {
  /** Of each position: the likeliest token, its log-probability, and that of the known one. */
  private static final int KEPT = 3;

  private final LabelOrder columns;

  /**
   * @throws IllegalArgumentException if the columns are not those of a vocabulary
   */
  NextTokenCodec(LabelOrder columns) {
    this.columns = columns;
    Vocabulary.named(columns.names());
  }

  @Override
  public LabelOrder columns() {
    return columns;
  }

  @Override
  public boolean isLabelled(GeneratedTokens output) {
    return output.isKnown();
  }

  /** What comes next at the last positions of each row. */
  @Override
  public Targets encode(List<? extends Example<GeneratedTokens>> rows) {
    List<long[]> next = new ArrayList<>();
    List<float[]> counted = new ArrayList<>();
    for (Example<GeneratedTokens> row : rows) {
      int length = length(row, next.size());
      GeneratedTokens output = row.getOutput();
      long[] ofPositions = new long[length];
      float[] counts = new float[length];
      Arrays.fill(ofPositions, Targets.UNLABELLED);
      counts[length - 1] = 1;
      int first = length - output.length();
      for (int i = 0; i < output.length(); i++) {
        ofPositions[first + i] = output.token(i);
        counts[first + i] = 1;
      }
      next.add(ofPositions);
      counted.add(counts);
    }
    return Targets.perToken(next).counting(counted);
  }

  /** How many tokens a row has, which is made of an example before. */
  private int length(Example<GeneratedTokens> row, int number) {
    int length = TextWindow.read(row, columns.size()).length;
    GeneratedTokens output = row.getOutput();
    for (int i = 0; i < output.length(); i++) {
      if (output.token(i) >= columns.size()) {
        throw new ExampleException(
            number,
            "goes on with token %d, outside of the vocabulary of %d; is the tokenizer the one of this model?"
                .formatted(output.token(i), columns.size()));
      }
    }
    return length;
  }

  @Override
  public float[] kept(float[] logits, Example<GeneratedTokens> row) {
    int width = columns.size();
    int length = logits.length / width;
    GeneratedTokens output = row.getOutput();
    int positions = Math.max(1, output.length());
    float[] kept = new float[KEPT * positions];
    for (int i = 0; i < positions; i++) {
      int from = (length - positions + i) * width;
      int likeliest = LogProbabilities.argMax(logits, from, width);
      double sum = LogProbabilities.logSumExp(logits, from, width);
      if (!Double.isFinite(sum)) {
        throw new IllegalArgumentException(
            "The logits at position %d are not all finite numbers; the model's weights may be broken"
                .formatted(length - positions + i));
      }
      kept[KEPT * i] = likeliest;
      kept[KEPT * i + 1] = (float) (logits[from + likeliest] - sum);
      if (output.isKnown()) {
        kept[KEPT * i + 2] = (float) (logits[from + output.token(i)] - sum);
      }
    }
    return kept;
  }

  /**
   * {@inheritDoc}
   *
   * @param logits of all positions of a row
   */
  @Override
  public Prediction<GeneratedTokens> decode(
      float[] logits, int used, Example<GeneratedTokens> row) {
    return decode(List.of(kept(logits, row)), List.of(row), row);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The output has the likeliest token at each position; the known tokens with their
   * log-likelihood are a score, {@link PerplexityEvaluator#KNOWN}.
   */
  @Override
  public Prediction<GeneratedTokens> decode(
      List<float[]> kept, List<Example<GeneratedTokens>> rows, Example<GeneratedTokens> example) {
    int[] likeliest = new int[kept.stream().mapToInt(row -> row.length / KEPT).sum()];
    double ofLikeliest = 0;
    double ofKnown = 0;
    int position = 0;
    for (float[] ofRow : kept) {
      for (int i = 0; i < ofRow.length; i += KEPT) {
        likeliest[position++] = (int) ofRow[i];
        ofLikeliest += ofRow[i + 1];
        ofKnown += ofRow[i + 2];
      }
    }
    GeneratedTokens predicted = GeneratedTokens.of(likeliest).withLogLikelihood(ofLikeliest);
    GeneratedTokens known = example.getOutput();
    int used = rows.stream().mapToInt(Example::size).sum();
    return new Prediction<>(
        predicted,
        known.isKnown()
            ? Map.of(PerplexityEvaluator.KNOWN, known.withLogLikelihood(ofKnown))
            : Map.of(),
        used,
        example,
        false);
  }

  @Override
  public String toString() {
    return "NextTokenCodec(%d)".formatted(columns.size());
  }
}
