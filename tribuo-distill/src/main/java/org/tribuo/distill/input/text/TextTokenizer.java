package org.tribuo.distill.input.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.tribuo.distill.internal.component.Lifetime;

/**
 * Turns text into tokens by a {@code tokenizer.json} of Hugging Face: the same ids as their own
 * library, whose native code does the work. Special tokens are added, texts that are too long are
 * cut on the right, nothing is padded.
 *
 * <pre>{@code
 * try (TextTokenizer tokenizer = TextTokenizer.open(Path.of("tokenizer.json"), 64)) {
 *   TokenSequence tokens = tokenizer.encode("Where is my card?");
 * }
 * }</pre>
 *
 * <p>Safe for many threads. Never goes to the network.
 */
public final class TextTokenizer implements AutoCloseable {
  /** The maximum length, in tokens, where neither the caller nor the file states one. */
  public static final int DEFAULT_MAX_LENGTH = 512;

  /** The maximum length of a text in characters; the native library could not bear any length. */
  public static final int MAX_CHARACTERS = Repetitions.MAX_CHARACTERS;

  /** How many characters of a text a message shows. */
  private static final int SHOWN = 200;

  private static final Object NETWORK_SWITCH = new Object();

  private final Path file;
  private final String sha256;
  private final int vocabularySize;
  private final int maxLength;
  private final boolean encodesPairs;
  private final HuggingFaceTokenizer tokenizer;
  private final Lifetime lifetime;

  private TextTokenizer(TokenizerFile file, int maxLength, HuggingFaceTokenizer tokenizer) {
    this.file = file.path();
    this.sha256 = file.sha256();
    this.vocabularySize = file.vocabularySize();
    this.maxLength = maxLength;
    this.encodesPairs = file.encodesPairs();
    this.tokenizer = tokenizer;
    this.lifetime = new Lifetime("The tokenizer of " + file.path());
  }

  /**
   * Opens a tokenizer with the maximum length that its file states, or {@link #DEFAULT_MAX_LENGTH}
   * if it states none.
   *
   * @param file a {@code tokenizer.json}
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if it cannot be read, or is not a tokenizer
   */
  public static TextTokenizer open(Path file) throws IOException {
    TokenizerFile content = TokenizerFile.read(file);
    return open(content, content.maxLength(DEFAULT_MAX_LENGTH));
  }

  /**
   * Opens a tokenizer.
   *
   * @param file a {@code tokenizer.json}
   * @param maxLength the maximum number of tokens of a text, or a pair of texts, special ones
   *     included
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if it cannot be read, or is not a tokenizer
   * @throws IllegalArgumentException if the maximum length leaves no room for a token beside the
   *     special ones, or is more than {@link TokenSequence#MAX_LENGTH}
   */
  public static TextTokenizer open(Path file, int maxLength) throws IOException {
    return open(TokenizerFile.read(file), maxLength);
  }

  static TextTokenizer open(TokenizerFile file, int maxLength) throws IOException {
    file.checkDirection();
    int special = file.specialTokensOfAPair(() -> specialTokensOfAPair(file));
    if (maxLength <= special || maxLength > TokenSequence.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "The maximum length is %d tokens, expected %d to %d: %s adds %d special tokens to a pair"
              .formatted(maxLength, special + 1, TokenSequence.MAX_LENGTH, file.path(), special));
    }
    HuggingFaceTokenizer tokenizer =
        load(
            file,
            file.withoutDecoder(),
            Map.of(
                "truncation", file.strategy(),
                "maxLength", Integer.toString(maxLength),
                "modelMaxLength", Integer.toString(maxLength),
                "stride", "0"));
    return new TextTokenizer(file, maxLength, tokenizer);
  }

  /**
   * The tokens that a tokenizer knows, in the order of their ids; an empty text where an id has
   * none.
   *
   * @param file a {@code tokenizer.json}
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if it cannot be read, or is not a tokenizer
   */
  public static List<String> vocabulary(Path file) throws IOException {
    TokenizerFile content = TokenizerFile.read(file);
    Map<Integer, String> names = TokenNumbers.names(content.json());
    return IntStream.range(0, content.vocabularySize())
        .mapToObj(id -> names.getOrDefault(id, ""))
        .toList();
  }

  private static int specialTokensOfAPair(TokenizerFile file) throws IOException {
    try (HuggingFaceTokenizer untruncated =
        load(file, file.withoutDecoder(), Map.of("truncation", "false"))) {
      return untruncated.encode("", "").getIds().length;
    } catch (RuntimeException e) {
      throw file.refused("it does not encode an empty text, " + e.getMessage(), e);
    }
  }

  /**
   * The tokens of a text.
   *
   * @throws IllegalArgumentException if the tokenizer finds no token in it, or refuses it, or it
   *     has more than {@link #MAX_CHARACTERS}
   * @throws IllegalStateException if this tokenizer is closed
   */
  public TokenSequence encode(String text) {
    checkLength(text);
    return lifetime.whileOpen(() -> tokens(understood(() -> tokenizer.encode(text), text), text));
  }

  /**
   * The tokens of a text without special ones, none of it left out.
   *
   * @throws IllegalArgumentException as {@link #encode(String)}, or if it has more tokens than the
   *     maximum length
   * @throws IllegalStateException if this tokenizer is closed
   */
  public TokenSequence encodeWithoutSpecialTokens(String text) {
    checkLength(text);
    return lifetime.whileOpen(
        () ->
            tokens(whole(understood(() -> tokenizer.encode(text, false, true), text), text), text));
  }

  /**
   * The tokens of a text with their offsets in it, in code points.
   *
   * @throws IllegalArgumentException as {@link #encode(String)}, but a text may have no token; or
   *     if it would be cut
   * @throws IllegalStateException if this tokenizer is closed
   */
  Encoding encodeWhole(String text) {
    checkLength(text);
    return whole(lifetime.whileOpen(() -> understood(() -> tokenizer.encode(text), text)), text);
  }

  private Encoding whole(Encoding encoding, String text) {
    if (encoding.exceedMaxLength()) {
      throw new IllegalArgumentException(
          "The text '%s' has more than %d tokens; split it".formatted(shortened(text), maxLength));
    }
    return encoding;
  }

  /**
   * The tokens of a pair of texts with their offsets, each in its own text, in code points.
   *
   * @throws IllegalArgumentException as {@link #encodeWhole(String)}, or if the tokenizer leaves
   *     out one of the two
   * @throws IllegalStateException if this tokenizer is closed
   */
  Encoding encodeWhole(String first, String second) {
    checkPairs();
    checkLength(first);
    checkLength(second);
    String both = first + "' and '" + second;
    return whole(
        lifetime.whileOpen(() -> understood(() -> tokenizer.encode(first, second), both)), both);
  }

  /**
   * The tokens of a pair of texts; the longer one is cut first.
   *
   * @throws IllegalArgumentException if the tokenizer finds no token in them, refuses them, or
   *     leaves out one of the two
   * @throws IllegalStateException if this tokenizer is closed
   */
  public TokenSequence encode(String first, String second) {
    checkPairs();
    checkLength(first);
    checkLength(second);
    return lifetime.whileOpen(
        () ->
            tokens(
                understood(() -> tokenizer.encode(first, second), first + "' and '" + second),
                first));
  }

  /**
   * The tokens of many texts, encoded in parallel.
   *
   * @throws IllegalArgumentException if the tokenizer finds no token in one of them, or refuses it
   * @throws IllegalStateException if this tokenizer is closed
   */
  public List<TokenSequence> encodeAll(List<String> texts) {
    return inParallel(texts.size(), i -> encode(texts.get(i)));
  }

  /**
   * The tokens of many pairs of texts, encoded in parallel.
   *
   * @throws IllegalArgumentException if the lists differ in length, or a pair is refused as by
   *     {@link #encode(String, String)}
   * @throws IllegalStateException if this tokenizer is closed
   */
  public List<TokenSequence> encodeAll(List<String> firsts, List<String> seconds) {
    if (firsts.size() != seconds.size()) {
      throw new IllegalArgumentException(
          "There are %d first texts and %d second ones, expected the same number"
              .formatted(firsts.size(), seconds.size()));
    }
    return inParallel(firsts.size(), i -> encode(firsts.get(i), seconds.get(i)));
  }

  /** The file that this tokenizer was read from. */
  public Path file() {
    return file;
  }

  /** The SHA-256 of the file as it was read, as 64 lower-case hexadecimal digits. */
  public String sha256() {
    return sha256;
  }

  /** One more than the highest id: the rows that an embedding table needs. */
  public int vocabularySize() {
    return vocabularySize;
  }

  /** The maximum number of tokens of a text, or a pair, special ones included. */
  public int maxLength() {
    return maxLength;
  }

  /** Frees the native memory; may be called twice. */
  @Override
  public void close() {
    lifetime.close(tokenizer::close);
  }

  @Override
  public String toString() {
    return "TextTokenizer(%s, maxLength=%d)".formatted(file, maxLength);
  }

  /**
   * One text after the other on each thread: given many at once, the native library ends the JVM
   * where it refuses one.
   */
  private static List<TokenSequence> inParallel(int size, IntFunction<TokenSequence> encoding) {
    try {
      return IntStream.range(0, size).parallel().mapToObj(encoding).toList();
    } catch (IllegalArgumentException e) {
      // Which of several refused texts a message names must not depend on threads.
      return IntStream.range(0, size).mapToObj(i -> ofRow(i, encoding)).toList();
    }
  }

  private static TokenSequence ofRow(int row, IntFunction<TokenSequence> encoding) {
    try {
      return encoding.apply(row);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("Row %d: %s".formatted(row, e.getMessage()), e);
    }
  }

  private static void checkLength(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          "A text has %,d characters, expected at most %,d: '%s'"
              .formatted(text.length(), MAX_CHARACTERS, shortened(text)));
    }
  }

  private void checkPairs() {
    if (!encodesPairs) {
      throw new IllegalArgumentException(
          "The tokenizer of %s leaves out a text of each pair: the template 'pair' of its post_processor needs the texts A and B"
              .formatted(file));
    }
  }

  /**
   * @param text how a message names what is encoded
   */
  private Encoding understood(Supplier<Encoding> encoding, String text) {
    try {
      return encoding.get();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "The tokenizer of %s refuses '%s': %s".formatted(file, shortened(text), e.getMessage()),
          e);
    }
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  private TokenSequence tokens(Encoding encoding, String text) {
    long[] ids = encoding.getIds();
    if (ids.length == 0) {
      throw noToken("text '%s'".formatted(shortened(text)));
    }
    if (ids.length > maxLength) {
      throw new IllegalArgumentException(
          "The tokenizer of %s makes %d tokens of the text '%s', more than the maximum length of %d that is configured"
              .formatted(file, ids.length, shortened(text), maxLength));
    }
    return new TokenSequence(ints(ids), ints(encoding.getTypeIds()));
  }

  private IllegalArgumentException noToken(String where) {
    return new IllegalArgumentException(
        "The tokenizer of %s finds no token in the %s".formatted(file, where));
  }

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  /**
   * Loads the native tokenizer. DJL reports its use, and on a machine with a GPU fetches another
   * native library, unless it is set to work offline; so it is, for this call.
   *
   * @param content of the file, or what is needed of it
   */
  static HuggingFaceTokenizer load(
      TokenizerFile file, byte[] content, Map<String, String> truncation) throws IOException {
    Map<String, String> options = new HashMap<>(truncation);
    options.put("padding", "false");
    synchronized (NETWORK_SWITCH) {
      String before = System.setProperty("ai.djl.offline", "true");
      try {
        return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(content), options);
      } catch (EngineException e) {
        throw new IOException(
            "The native tokenizer library could not be loaded; %s"
                .formatted("is the folder of the DJL_CACHE_DIR environment variable writable?"),
            e);
      } catch (RuntimeException e) {
        throw file.refused(String.valueOf(e.getMessage()), e);
      } finally {
        if (before == null) {
          System.clearProperty("ai.djl.offline");
        } else {
          System.setProperty("ai.djl.offline", before);
        }
      }
    }
  }
}
