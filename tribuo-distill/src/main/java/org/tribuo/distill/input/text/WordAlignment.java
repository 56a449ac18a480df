package org.tribuo.distill.input.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.input.internal.text.WordPieces;

/**
 * Which tokens of a text are those of which word, by the offsets of both in the text. The words
 * stand in the text with a space between two; offsets count code points, as the tokenizer's do.
 *
 * <p>A token belongs to the first word that ends after the token's beginning: what a byte-level
 * tokenizer says to begin at the space before a word belongs to that word, and what spans several
 * words to the first of them.
 */
final class WordAlignment {
  private final int[] ends;

  private WordAlignment(int[] ends) {
    this.ends = ends;
  }

  /** Words that are joined by a space. */
  static WordAlignment of(List<String> words) {
    int[] ends = new int[words.size()];
    int end = -1;
    for (int i = 0; i < ends.length; i++) {
      String word = words.get(i);
      end += 1 + word.codePointCount(0, word.length());
      ends[i] = end;
    }
    return new WordAlignment(ends);
  }

  /** The tokens of the text, word by word. */
  WordPieces align(Encoding encoding) {
    long[] ids = encoding.getIds();
    long[] special = encoding.getSpecialTokenMask();
    CharSpan[] spans = encoding.getCharTokenSpans();
    List<Integer> before = new ArrayList<>();
    List<List<Integer>> words = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    for (int i = 0; i < ends.length; i++) {
      words.add(new ArrayList<>());
    }
    int word = 0;
    boolean inWords = false;
    for (int i = 0; i < ids.length; i++) {
      int id = Math.toIntExact(ids[i]);
      if (special[i] != 0) {
        (inWords ? after : before).add(id);
        continue;
      }
      inWords = true;
      word = wordAt(spans[i], word);
      words.get(word).add(id);
    }
    return new WordPieces(before, words, after);
  }

  /** What the tokenizer adds without saying where is with the word before. */
  private int wordAt(@Nullable CharSpan span, int from) {
    int word = from;
    if (span != null) {
      while (word < ends.length - 1 && ends[word] <= span.getStart()) {
        word++;
      }
    }
    return word;
  }
}
