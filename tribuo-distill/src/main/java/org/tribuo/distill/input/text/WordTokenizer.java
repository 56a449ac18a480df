package org.tribuo.distill.input.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tribuo.Output;
import org.tribuo.distill.input.internal.text.WordFeatures;
import org.tribuo.distill.input.internal.text.WordPieces;
import org.tribuo.sequence.SequenceExample;

/**
 * Turns sentences that are split into words into sequences of tokens: one Tribuo example a word,
 * with the tokens of that word as its features, so that each word has a label of its own. The words
 * are joined by a space and tokenized as one text; which token is of which word follows from the
 * tokenizer's offsets. Nothing is cut, however long the sentence is: a model reads it in windows.
 *
 * <p>A word that the tokenizer drops, such as one of control characters alone, has no token. It
 * stays in the sequence, but is neither trained on nor read by a model.
 *
 * <pre>{@code
 * try (WordTokenizer tokenizer = WordTokenizer.open(Path.of("tokenizer.json"))) {
 *   SequenceExample<Label> sentence =
 *       tokenizer.encode(
 *           List.of("Lovelace", "was", "born", "in", "London"),
 *           List.of(new Label("B-person"), OUTSIDE, OUTSIDE, OUTSIDE, new Label("B-location")));
 * }
 * }</pre>
 *
 * <p>Safe for many threads.
 */
public final class WordTokenizer implements AutoCloseable {
  private final TextTokenizer tokenizer;

  private WordTokenizer(TextTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a tokenizer.
   *
   * @param file a {@code tokenizer.json}
   * @throws IOException if it cannot be read, or is not a tokenizer
   */
  public static WordTokenizer open(Path file) throws IOException {
    return new WordTokenizer(TextTokenizer.open(file, TokenSequence.MAX_LENGTH));
  }

  /**
   * A sentence with a label for each word, Tribuo's unknown label where it is not known. Each word
   * keeps its text, as metadata {@code text}.
   *
   * @param words at least one, none blank
   * @param labels as many
   * @throws IllegalArgumentException if there is no word, one is blank, there is not one label for
   *     each, the sentence has more than {@link TextTokenizer#MAX_CHARACTERS} or more than {@link
   *     TokenSequence#MAX_LENGTH} tokens, or the tokenizer refuses it
   * @throws IllegalStateException if this tokenizer is closed
   */
  public <T extends Output<T>> SequenceExample<T> encode(List<String> words, List<T> labels) {
    if (words.size() != labels.size()) {
      throw new IllegalArgumentException(
          "The sentence has %d words and %d labels, expected one for each"
              .formatted(words.size(), labels.size()));
    }
    return WordFeatures.toSequence(pieces(words), words, labels);
  }

  /** The tokens of each word. */
  WordPieces pieces(List<String> words) {
    if (words.isEmpty()) {
      throw new IllegalArgumentException("The sentence has no words, expected at least one");
    }
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).isBlank()) {
        throw new IllegalArgumentException(
            "Word %d of the sentence %s is blank, expected a word".formatted(i, shown(words)));
      }
    }
    return WordAlignment.of(words).align(tokenizer.encodeWhole(String.join(" ", words)));
  }

  private static List<String> shown(List<String> words) {
    List<String> shown = new ArrayList<>(words.subList(0, Math.min(words.size(), 12)));
    if (shown.size() < words.size()) {
      shown.add("…");
    }
    return shown;
  }

  /** The SHA-256 of the tokenizer's file, as 64 lower-case hexadecimal digits. */
  public String sha256() {
    return tokenizer.sha256();
  }

  /** Frees the native memory; may be called twice. */
  @Override
  public void close() {
    tokenizer.close();
  }

  @Override
  public String toString() {
    return "WordTokenizer(%s)".formatted(tokenizer.file());
  }
}
