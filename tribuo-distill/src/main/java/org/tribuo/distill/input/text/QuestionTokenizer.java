package org.tribuo.distill.input.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.distill.input.internal.text.ContextTokens;
import org.tribuo.distill.input.internal.text.RawText;

/**
 * Turns a question and the context in which its answer is sought into one Tribuo example: the
 * tokens of the pair, and where in the context each is. Nothing is cut, however long the context
 * is: a model reads it in windows.
 *
 * <pre>{@code
 * try (QuestionTokenizer tokenizer = QuestionTokenizer.open(Path.of("tokenizer.json"))) {
 *   Example<Span> example =
 *       tokenizer.encode(
 *           "Where was she born?", "Lovelace was born in London.", Span.unknown());
 *   System.out.println(model.predict(example).getOutput().text());
 * }
 * }</pre>
 *
 * <p>The example keeps both texts, as metadata {@code text} and {@code text-pair}. Safe for many
 * threads.
 */
public final class QuestionTokenizer implements AutoCloseable {
  private final TextTokenizer tokenizer;

  private QuestionTokenizer(TextTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a tokenizer.
   *
   * @param file a {@code tokenizer.json} that encodes pairs of texts, the first one first
   * @throws IOException if it cannot be read, or is not a tokenizer
   */
  public static QuestionTokenizer open(Path file) throws IOException {
    return new QuestionTokenizer(TextTokenizer.open(file, TokenSequence.MAX_LENGTH));
  }

  /**
   * A question about a context.
   *
   * @param output what is known of the answer
   * @throws IllegalArgumentException if a text is blank, has more than {@link
   *     TextTokenizer#MAX_CHARACTERS} or no token, both have more than {@link
   *     TokenSequence#MAX_LENGTH} tokens, or the tokenizer refuses them or puts the context first
   * @throws IllegalStateException if this tokenizer is closed
   */
  public <T extends Output<T>> Example<T> encode(String question, String context, T output) {
    if (question.isBlank() || context.isBlank()) {
      throw new IllegalArgumentException(
          "The %s is empty, expected a question and the text in which its answer is sought"
              .formatted(question.isBlank() ? "question" : "context"));
    }
    Example<T> example =
        aligned(tokenizer.encodeWhole(question, context), context).toExample(output);
    new RawText(question, Optional.of(context)).keepIn(example);
    return example;
  }

  private ContextTokens aligned(Encoding encoding, String context) {
    int[] indices = indices(context);
    long[] ids = encoding.getIds();
    long[] types = encoding.getTypeIds();
    long[] texts = encoding.getSequenceIds();
    long[] special = encoding.getSpecialTokenMask();
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] ofTokens = new int[ids.length];
    int[] segments = new int[ids.length];
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    boolean inContext = false;
    for (int i = 0; i < ids.length; i++) {
      ofTokens[i] = Math.toIntExact(ids[i]);
      segments[i] = Math.toIntExact(types[i]);
      boolean ofContext = special[i] == 0 && texts[i] == 1;
      if (inContext && special[i] == 0 && !ofContext) {
        throw new IllegalArgumentException(
            "The tokenizer of %s puts the second text of a pair first, expected the question before its context"
                .formatted(tokenizer.file()));
      }
      inContext |= ofContext;
      starts[i] = ofContext ? start(spans[i], context, indices) : ContextTokens.NOWHERE;
      ends[i] = starts[i] < 0 ? ContextTokens.NOWHERE : indices[spans[i].getEnd()];
    }
    return new ContextTokens(new TokenSequence(ofTokens, segments), starts, ends);
  }

  /** For each code point, and for the end, its index among the characters. */
  private static int[] indices(String text) {
    int[] indices = new int[text.codePointCount(0, text.length()) + 1];
    int index = 0;
    for (int i = 0; i < indices.length - 1; i++) {
      indices[i] = index;
      index += Character.charCount(text.codePointAt(index));
    }
    indices[indices.length - 1] = index;
    return indices;
  }

  /** Where a token begins, without the space that some tokenizers count to it. */
  private static int start(@Nullable CharSpan span, String context, int[] indices) {
    if (span == null) {
      return ContextTokens.NOWHERE;
    }
    int end = indices[span.getEnd()];
    int start = indices[span.getStart()];
    while (start < end && Character.isWhitespace(context.charAt(start))) {
      start++;
    }
    return start == end ? ContextTokens.NOWHERE : start;
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
    return "QuestionTokenizer(%s)".formatted(tokenizer.file());
  }
}
