package org.tribuo.distill.input.internal.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.input.text.TokenSequence;

/** The texts of examples as a model with another tokenizer reads them. */
final class RetokenizedTexts {
  private RetokenizedTexts() {}

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
    Kept kept = Kept.of(examples);
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
    Kept kept = Kept.of(examples);
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
    static Kept of(Dataset<?> examples) {
      Kept kept = new Kept(new ArrayList<>(), new ArrayList<>());
      for (Example<?> example : examples) {
        RawText raw =
            RawText.kept(
                example, kept.firsts.size(), "which a teacher with its own tokenizer reads");
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
