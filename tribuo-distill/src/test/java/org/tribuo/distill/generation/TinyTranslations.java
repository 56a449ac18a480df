package org.tribuo.distill.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * Sources of the tokens 5 to 24 of a vocabulary of 101, whose targets are the same tokens
 * backwards, each 30 further, and an end.
 */
final class TinyTranslations {
  static final Vocabulary VOCABULARY = TinyStories.VOCABULARY;

  /** With which the decoder starts. */
  static final int START = 1;

  /** With which a target ends. */
  static final int END = 2;

  private static final int FURTHER = 30;

  private TinyTranslations() {}

  static int[] source(int length, SplittableRandom random) {
    return random.ints(length, 5, 25).toArray();
  }

  /** Its target, with the end. */
  static int[] target(int... source) {
    int last = source.length - 1;
    return IntStream.rangeClosed(0, source.length)
        .map(i -> i > last ? END : source[last - i] + FURTHER)
        .toArray();
  }

  static Example<GeneratedTokens> example(int... source) {
    return example(source, START, GeneratedTokens.of(target(source)));
  }

  static Example<GeneratedTokens> example(int[] source, int start, GeneratedTokens target) {
    return TokenSequence.of(source).toExample(TokenSequence.of(start), target);
  }

  static MutableDataset<GeneratedTokens> dataset(int count, int fewest, int most, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Example<GeneratedTokens>> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      examples.add(example(source(random.nextInt(fewest, most + 1), random)));
    }
    return dataset(examples);
  }

  static MutableDataset<GeneratedTokens> dataset(List<Example<GeneratedTokens>> examples) {
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(VOCABULARY);
    return new MutableDataset<>(
        examples, new SimpleDataSourceProvenance("tiny translations", outputs), outputs);
  }

  /** What a decoder reads of a target: all but its last token, behind the start. */
  static int[] read(int... target) {
    int[] read = new int[target.length];
    read[0] = START;
    System.arraycopy(target, 0, read, 1, target.length - 1);
    return read;
  }

  static long[] longs(int... ids) {
    return Arrays.stream(ids).asLongStream().toArray();
  }
}
