package org.tribuo.distill.input.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Turns tokens into text, as the decoder of a {@code tokenizer.json} of Hugging Face states it;
 * special tokens are left out. Safe for many threads. Never goes to the network.
 */
public final class TextDecoder implements AutoCloseable {
  private final Path file;
  private final int vocabularySize;
  private final HuggingFaceTokenizer tokenizer;
  private boolean closed;

  private TextDecoder(Path file, int vocabularySize, HuggingFaceTokenizer tokenizer) {
    this.file = file;
    this.vocabularySize = vocabularySize;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a decoder.
   *
   * @param file a {@code tokenizer.json}
   * @throws java.nio.file.NoSuchFileException if there is no such file
   * @throws IOException if it cannot be read, or is not a tokenizer
   */
  public static TextDecoder open(Path file) throws IOException {
    TokenizerFile content = TokenizerFile.read(file);
    return new TextDecoder(
        file,
        content.vocabularySize(),
        TextTokenizer.load(
            content, TokenizerFile.bytes(content.json()), Map.of("truncation", "false")));
  }

  /**
   * The text of some tokens.
   *
   * @param tokens their ids; none for an empty text
   * @throws IllegalArgumentException if the tokenizer does not have one of them
   * @throws IllegalStateException if this is closed
   */
  public synchronized String decode(int... tokens) {
    if (closed) {
      throw new IllegalStateException("The decoder of %s is closed".formatted(file));
    }
    for (int token : tokens) {
      if (token < 0 || token >= vocabularySize) {
        throw new IllegalArgumentException(
            "Token %d is none of the %d of %s".formatted(token, vocabularySize, file));
      }
    }
    return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), true);
  }

  /** Frees the native memory; may be called twice. */
  @Override
  public synchronized void close() {
    closed = true;
    tokenizer.close();
  }

  @Override
  public String toString() {
    return "TextDecoder(%s)".formatted(file);
  }
}
