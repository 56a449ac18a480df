package org.tribuo.distill.input.internal.text;

import java.util.List;

/**
 * The tokens of a sentence, word by word.
 *
 * @param before the special tokens in front of the words
 * @param words the tokens of each word; none for a word that the tokenizer drops, such as one of
 *     control characters
 * @param after the special tokens behind the words
 */
public record WordPieces(List<Integer> before, List<List<Integer>> words, List<Integer> after) {
  public WordPieces {
    before = List.copyOf(before);
    words = words.stream().map(List::copyOf).toList();
    after = List.copyOf(after);
  }

  /** For each word how many tokens the words before it have, and at the end how many all have. */
  int[] starts() {
    int[] starts = new int[words.size() + 1];
    for (int i = 0; i < words.size(); i++) {
      starts[i + 1] = starts[i] + words.get(i).size();
    }
    return starts;
  }
}
