package org.tribuo.distill.generation;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * Texts of a vocabulary of 101 tokens, most of which go on with the token that is 7 further, around
 * a circle of the tokens 5 to 24; now and then with any other of these.
 */
final class TinyStories {
  static final Vocabulary VOCABULARY = Vocabulary.ofSize(101);

  private static final int FIRST = 5;
  private static final int TOKENS = 20;
  private static final int STEP = 7;

  private TinyStories() {}

  static Path tokenizer() {
    try {
      return Path.of(
          Objects.requireNonNull(DistillationTrainer.class.getResource("tiny-tokenizer.json"))
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static int after(int token) {
    return FIRST + (token - FIRST + STEP) % TOKENS;
  }

  static int[] make(int length, SplittableRandom random) {
    int[] tokens = new int[length];
    tokens[0] = random.nextInt(FIRST, FIRST + TOKENS);
    for (int i = 1; i < length; i++) {
      tokens[i] =
          random.nextInt(20) == 0 ? random.nextInt(FIRST, FIRST + TOKENS) : after(tokens[i - 1]);
    }
    return tokens;
  }

  /** A text whose first tokens are not to be predicted. */
  static Example<GeneratedTokens> example(int prompt, int... tokens) {
    return TokenSequence.of(Arrays.copyOf(tokens, prompt))
        .toExample(
            tokens.length == prompt
                ? GeneratedTokens.unknown()
                : GeneratedTokens.of(Arrays.copyOfRange(tokens, prompt, tokens.length)));
  }

  static List<Example<GeneratedTokens>> examples(int count, int fewest, int most, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Example<GeneratedTokens>> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      examples.add(example(1, make(random.nextInt(fewest, most + 1), random)));
    }
    return examples;
  }

  static MutableDataset<GeneratedTokens> dataset(List<Example<GeneratedTokens>> examples) {
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(VOCABULARY);
    return new MutableDataset<>(
        examples, new SimpleDataSourceProvenance("tiny stories", outputs), outputs);
  }

  static MutableDataset<GeneratedTokens> dataset(int count, int fewest, int most, long seed) {
    return dataset(examples(count, fewest, most, seed));
  }
}
