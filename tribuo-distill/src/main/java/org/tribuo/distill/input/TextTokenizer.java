package org.tribuo.distill.input;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.util.PairList;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.Sha256;

/**
 * Turns text into tokens as a {@code tokenizer.json} of Hugging Face says: the same ids as their
 * own library, whose native code does the work. Special tokens are added, texts that are too long
 * are cut on the right, nothing is padded.
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

  /** How many texts are encoded at once: what the native code returns is much larger than ids. */
  private static final int CHUNK = 1024;

  private static final Object NETWORK_SWITCH = new Object();

  private final Path file;
  private final String sha256;
  private final int vocabularySize;
  private final int maxLength;
  private final HuggingFaceTokenizer tokenizer;

  /** Closing waits for texts that are being encoded: the native memory is theirs until then. */
  private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();

  private boolean closed;

  private TextTokenizer(
      Path file, String sha256, int vocabularySize, int maxLength, HuggingFaceTokenizer tokenizer) {
    this.file = file;
    this.sha256 = sha256;
    this.vocabularySize = vocabularySize;
    this.maxLength = maxLength;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a tokenizer with the maximum length that its file states, or {@link #DEFAULT_MAX_LENGTH}
   * if it states none.
   *
   * @param file a {@code tokenizer.json}
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if it cannot be read, or is no tokenizer
   */
  public static TextTokenizer open(Path file) throws IOException {
    byte[] content = read(file);
    JsonNode json = parse(file, content);
    int stated = json.path("truncation").path("max_length").asInt(DEFAULT_MAX_LENGTH);
    return open(file, content, json, stated);
  }

  /**
   * Opens a tokenizer.
   *
   * @param file a {@code tokenizer.json}
   * @param maxLength the most tokens that a text, or a pair of texts, may have, special ones
   *     included
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if it cannot be read, or is no tokenizer
   * @throws IllegalArgumentException if the maximum length leaves no room for a token beside the
   *     special ones, or is more than {@link TokenFeatures#MAX_POSITIONS}
   */
  public static TextTokenizer open(Path file, int maxLength) throws IOException {
    byte[] content = read(file);
    return open(file, content, parse(file, content), maxLength);
  }

  private static TextTokenizer open(Path file, byte[] content, JsonNode json, int maxLength)
      throws IOException {
    String direction = json.path("truncation").path("direction").asText("Right");
    if (!direction.equals("Right")) {
      throw new IOException(
          "%s truncates on the %s side, only Right is supported; change its truncation.direction"
              .formatted(file, direction));
    }
    int special;
    try (HuggingFaceTokenizer untruncated = load(file, content, Map.of("truncation", "false"))) {
      special = untruncated.encode("", "").getIds().length;
    }
    if (maxLength <= special || maxLength > TokenFeatures.MAX_POSITIONS) {
      throw new IllegalArgumentException(
          "The maximum length is %d tokens, expected %d to %d: %s adds %d special tokens to a pair"
              .formatted(maxLength, special + 1, TokenFeatures.MAX_POSITIONS, file, special));
    }
    HuggingFaceTokenizer tokenizer =
        load(
            file,
            content,
            Map.of(
                "truncation", strategy(json),
                "maxLength", Integer.toString(maxLength),
                "modelMaxLength", Integer.toString(maxLength),
                "stride", "0"));
    return new TextTokenizer(
        file, Sha256.ofBytes(content), vocabularySize(json), maxLength, tokenizer);
  }

  /**
   * The tokens of a text.
   *
   * @throws IllegalArgumentException if the tokenizer finds no token in it
   * @throws IllegalStateException if this tokenizer is closed
   */
  public TokenSequence encode(String text) {
    return whileOpen(() -> tokens(tokenizer.encode(text), text));
  }

  /**
   * The tokens of a pair of texts; the longer one is cut first.
   *
   * @throws IllegalArgumentException if the tokenizer finds no token in them
   * @throws IllegalStateException if this tokenizer is closed
   */
  public TokenSequence encode(String first, String second) {
    return whileOpen(() -> tokens(tokenizer.encode(first, second), first));
  }

  /**
   * The tokens of many texts, encoded in parallel.
   *
   * @throws IllegalArgumentException if the tokenizer finds no token in one of them
   * @throws IllegalStateException if this tokenizer is closed
   */
  public List<TokenSequence> encodeAll(List<String> texts) {
    return inChunks(
        texts.size(),
        (from, to) -> {
          List<String> chunk = texts.subList(from, to);
          return tokens(tokenizer.batchEncode(chunk), chunk, from);
        });
  }

  /**
   * The tokens of many pairs of texts, encoded in parallel.
   *
   * @throws IllegalArgumentException if the lists differ in length, or the tokenizer finds no token
   *     in one of the pairs
   * @throws IllegalStateException if this tokenizer is closed
   */
  public List<TokenSequence> encodeAll(List<String> firsts, List<String> seconds) {
    if (firsts.size() != seconds.size()) {
      throw new IllegalArgumentException(
          "There are %d first texts and %d second ones, expected as many"
              .formatted(firsts.size(), seconds.size()));
    }
    return inChunks(
        firsts.size(),
        (from, to) -> {
          List<String> chunk = firsts.subList(from, to);
          return tokens(
              tokenizer.batchEncode(new PairList<>(chunk, seconds.subList(from, to))),
              chunk,
              from);
        });
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

  /** The most tokens that a text, or a pair, can have, special ones included. */
  public int maxLength() {
    return maxLength;
  }

  /** Frees the native memory; may be called twice. */
  @Override
  public void close() {
    open.writeLock().lock();
    try {
      closed = true;
      tokenizer.close();
    } finally {
      open.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return "TextTokenizer(%s, maxLength=%d)".formatted(file, maxLength);
  }

  private <R> R whileOpen(Supplier<R> encoding) {
    open.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("The tokenizer of %s is closed".formatted(file));
      }
      return encoding.get();
    } finally {
      open.readLock().unlock();
    }
  }

  private List<TokenSequence> inChunks(
      int size, BiFunction<Integer, Integer, List<TokenSequence>> encoding) {
    List<TokenSequence> sequences = new ArrayList<>(size);
    for (int from = 0; from < size; from += CHUNK) {
      int start = from;
      int end = Math.min(size, from + CHUNK);
      sequences.addAll(whileOpen(() -> encoding.apply(start, end)));
    }
    return sequences;
  }

  private List<TokenSequence> tokens(Encoding[] encodings, List<String> texts, int firstRow) {
    TokenSequence[] sequences = new TokenSequence[encodings.length];
    for (int i = 0; i < sequences.length; i++) {
      if (encodings[i].getIds().length == 0) {
        throw noToken("text '%s' of row %d".formatted(texts.get(i), firstRow + i));
      }
      sequences[i] = tokens(encodings[i], texts.get(i));
    }
    return List.of(sequences);
  }

  private TokenSequence tokens(Encoding encoding, String text) {
    long[] ids = encoding.getIds();
    if (ids.length == 0) {
      throw noToken("text '%s'".formatted(text));
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

  private static byte[] read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(
          file.toString(), null, "no such file, expected a tokenizer.json of Hugging Face");
    }
    return Files.readAllBytes(file);
  }

  private static JsonNode parse(Path file, byte[] content) throws IOException {
    try {
      JsonNode json = new ObjectMapper().readTree(content);
      if (json.path("model").isObject()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      throw notATokenizer(file, e.getOriginalMessage(), e);
    }
    throw notATokenizer(file, "it has no \"model\"", null);
  }

  private static IOException notATokenizer(Path file, String reason, @Nullable Throwable cause) {
    return new IOException(
        "%s is no tokenizer.json of Hugging Face: %s".formatted(file, reason), cause);
  }

  /**
   * Loads the native tokenizer. DJL reports its use, and on a machine with a GPU fetches another
   * native library, unless it is told that there is no network; so it is told, for this call.
   */
  private static HuggingFaceTokenizer load(
      Path file, byte[] content, Map<String, String> truncation) throws IOException {
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
        throw notATokenizer(file, String.valueOf(e.getMessage()), e);
      } finally {
        if (before == null) {
          System.clearProperty("ai.djl.offline");
        } else {
          System.setProperty("ai.djl.offline", before);
        }
      }
    }
  }

  /** Which text of a pair is cut, in DJL's spelling. */
  private static String strategy(JsonNode json) {
    return switch (json.path("truncation").path("strategy").asText()) {
      case "OnlyFirst" -> "ONLY_FIRST";
      case "OnlySecond" -> "ONLY_SECOND";
      default -> "LONGEST_FIRST";
    };
  }

  private static int vocabularySize(JsonNode json) {
    JsonNode vocabulary = json.path("model").path("vocab");
    int highest = vocabulary.isArray() ? vocabulary.size() - 1 : -1;
    if (vocabulary.isObject()) {
      for (JsonNode id : vocabulary) {
        highest = Math.max(highest, id.asInt());
      }
    }
    for (JsonNode added : json.path("added_tokens")) {
      highest = Math.max(highest, added.path("id").asInt());
    }
    return highest + 1;
  }
}
