package org.tribuo.distill.input.internal.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.input.text.TokenSequence;

/** The texts of examples as a model with another tokenizer reads them. */
public final class RetokenizedTexts {
  private static final String FOR_TEACHER = "which a teacher with its own tokenizer reads";

  private RetokenizedTexts() {}

  /**
   * The same examples with the tokens of another tokenizer, in which they keep their texts; those
   * of a pair one by one, where they are so.
   *
   * @param tokenizer a tokenizer.json
   * @param positions the maximum number of tokens of a text; longer ones are cut
   * @param use of the tokens, for messages
   * @throws IllegalArgumentException if an example does not keep its text, or only some keep a pair
   * @throws IOException if the tokenizer cannot be read
   */
  public static <T extends Output<T>> Dataset<T> dataset(
      Dataset<T> examples, Path tokenizer, int positions, String use) throws IOException {
    List<Example<T>> read =
        areApart(examples)
            ? examples(
                examples,
                pairs(examples, tokenizer, positions, use),
                (pair, output) -> pair.first().toExample(pair.second(), output))
            : examples(examples, of(examples, tokenizer, positions, use), TokenSequence::toExample);
    return new MutableDataset<>(read, examples.getSourceProvenance(), examples.getOutputFactory());
  }

  /** Whether a model reads the texts of a pair one by one. */
  private static boolean areApart(Dataset<?> examples) {
    String first = TokenNames.SECOND + TokenNames.name(TokenNames.IDS, 0);
    return examples.getFeatureMap().get(first) != null;
  }

  private static <T extends Output<T>, R> List<Example<T>> examples(
      Dataset<T> examples, List<R> tokens, BiFunction<R, T, Example<T>> toExample) {
    List<Example<T>> read = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      Example<T> example = examples.getExample(i);
      Example<T> other = toExample.apply(tokens.get(i), example.getOutput());
      other.setWeight(example.getWeight());
      example.getMetadata().forEach(other::setMetadataValue);
      read.add(other);
    }
    return read;
  }

  /**
   * The tokens of each example, in the order of the dataset.
   *
   * @param tokenizer a tokenizer.json
   * @param positions the maximum number of tokens of a text; longer ones are cut
   * @throws IllegalArgumentException if an example does not keep its text, or only some keep a pair
   * @throws IOException if the tokenizer cannot be read
   */
  static List<TokenSequence> of(Dataset<?> examples, Path tokenizer, int positions)
      throws IOException {
    return of(examples, tokenizer, positions, FOR_TEACHER);
  }

  private static List<TokenSequence> of(
      Dataset<?> examples, Path tokenizer, int positions, String use) throws IOException {
    Kept kept = Kept.of(examples, use);
    if (!kept.seconds().isEmpty()) {
      kept.checkPairs("all or none");
    }
    try (TextTokenizer opened = TextTokenizer.open(tokenizer, positions)) {
      return kept.seconds().isEmpty()
          ? opened.encodeAll(kept.firsts())
          : opened.encodeAll(kept.firsts(), kept.seconds());
    }
  }

  /**
   * The tokens of both texts of each example, each by itself.
   *
   * @throws IllegalArgumentException if an example does not keep both of its texts
   * @throws IOException as {@link #of}
   */
  static List<TokenPair> pairs(Dataset<?> examples, Path tokenizer, int positions)
      throws IOException {
    return pairs(examples, tokenizer, positions, FOR_TEACHER);
  }

  private static List<TokenPair> pairs(
      Dataset<?> examples, Path tokenizer, int positions, String use) throws IOException {
    Kept kept = Kept.of(examples, use);
    kept.checkPairs("all");
    try (TextTokenizer opened = TextTokenizer.open(tokenizer, positions)) {
      List<TokenSequence> firsts = opened.encodeAll(kept.firsts());
      List<TokenSequence> seconds = opened.encodeAll(kept.seconds());
      return IntStream.range(0, firsts.size())
          .mapToObj(i -> new TokenPair(firsts.get(i), seconds.get(i)))
          .toList();
    }
  }

  /** What the examples keep. */
  private record Kept(List<String> firsts, List<String> seconds) {
    static Kept of(Dataset<?> examples, String use) {
      Kept kept = new Kept(new ArrayList<>(), new ArrayList<>());
      for (Example<?> example : examples) {
        RawText raw = RawText.kept(example, kept.firsts.size(), use);
        kept.firsts.add(raw.text());
        raw.pair().ifPresent(kept.seconds::add);
      }
      return kept;
    }

    void checkPairs(String expected) {
      if (seconds.size() != firsts.size()) {
        throw new IllegalArgumentException(
            "%d of %d examples keep a pair of texts, expected %s"
                .formatted(seconds.size(), firsts.size(), expected));
      }
    }
  }
}
