package org.tribuo.distill.generation.internal;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.text.TokenSequence;

/** Texts that are being generated, as a model reads them. */
final class ReadTexts {
  private ReadTexts() {}

  /**
   * Reads texts: of one that is longer than the model reads, its end.
   *
   * @throws IllegalArgumentException if the model cannot read one, or its source
   */
  static <X> ExampleInputs<X> of(InputReader<X> reader, List<Hypothesis> texts) {
    return ExampleInputs.of(
        reader, texts.stream().map(text -> row(text, reader.maxLength())).toList());
  }

  private static Example<GeneratedTokens> row(Hypothesis text, int maxLength) {
    int length = text.tokens().length;
    TokenSequence read =
        TokenSequence.of(
            Arrays.copyOfRange(text.tokens(), Math.max(0, length - maxLength), length));
    return text.source()
        .map(source -> source.tokens().toExample(read, GeneratedTokens.unknown()))
        .orElseGet(() -> read.toExample(GeneratedTokens.unknown()));
  }

  /** The numbers of rows that can share a batch, as the last step of each is the last of all. */
  static Collection<int[]> ofAsManySteps(ExampleInputs<?> rows) {
    return ofOneSize(rows.count(), rows::steps);
  }

  /**
   * Numbers from 0, those of one size together, the smallest first.
   *
   * @param count how many numbers
   * @param size of each
   */
  static Collection<int[]> ofOneSize(int count, IntUnaryOperator size) {
    return IntStream.range(0, count)
        .boxed()
        .collect(
            Collectors.groupingBy(
                size::applyAsInt,
                TreeMap::new,
                Collectors.collectingAndThen(
                    Collectors.toList(),
                    numbers -> numbers.stream().mapToInt(Integer::intValue).toArray())))
        .values();
  }
}
