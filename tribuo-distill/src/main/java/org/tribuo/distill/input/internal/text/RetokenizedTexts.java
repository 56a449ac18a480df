package org.tribuo.distill.input.internal.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    List<String> firsts = new ArrayList<>();
    List<String> seconds = new ArrayList<>();
    for (Example<?> example : examples) {
      RawText raw =
          RawText.kept(example, firsts.size(), "which a teacher with its own tokenizer reads");
      firsts.add(raw.text());
      raw.pair().ifPresent(seconds::add);
    }
    if (!seconds.isEmpty() && seconds.size() != firsts.size()) {
      throw new IllegalArgumentException(
          "%d of %d examples keep a pair of texts, expected all or none"
              .formatted(seconds.size(), firsts.size()));
    }
    try (TextTokenizer opened = TextTokenizer.open(tokenizer, positions)) {
      return seconds.isEmpty() ? opened.encodeAll(firsts) : opened.encodeAll(firsts, seconds);
    }
  }
}
