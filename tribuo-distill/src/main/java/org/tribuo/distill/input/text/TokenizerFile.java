package org.tribuo.distill.input.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.CharConversionException;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.file.internal.Sha256;

/**
 * A {@code tokenizer.json} of Hugging Face, checked before native code reads it. Training and test
 * texts have the same one as a rule, so the last content is kept as long as there is memory, and
 * neither parsed nor checked again.
 *
 * @param path where it lies
 * @param content what is in it
 */
record TokenizerFile(Path path, Content content) {
  /** Tokens are names of fields, each of which occurs once: to intern them would only take time. */
  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private static volatile SoftReference<@Nullable Content> last = new SoftReference<>(null);

  /** A content that was checked. Safe for many threads. */
  private static final class Content {
    private final String sha256;
    private final JsonNode json;
    private byte @Nullable [] withoutDecoder;
    private OptionalInt specialTokens = OptionalInt.empty();

    Content(String sha256, JsonNode json) {
      this.sha256 = sha256;
      this.json = json;
    }
  }

  /** Counts something once. */
  interface Count {
    int count() throws IOException;
  }

  /**
   * Reads a file.
   *
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if it cannot be read, is not a tokenizer, or is one that the native library
   *     cannot be given
   */
  static TokenizerFile read(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new NoSuchFileException(
          path.toString(), null, "no such file, expected a tokenizer.json of Hugging Face");
    }
    byte[] content = Files.readAllBytes(path);
    String sha256 = Sha256.ofBytes(content);
    Content known = last.get();
    if (known == null || !known.sha256.equals(sha256)) {
      known = new Content(sha256, checked(path, content));
      last = new SoftReference<>(known);
    }
    return new TokenizerFile(path, known);
  }

  /**
   * The same tokenizer with another model, in memory alone.
   *
   * @param json with the same special tokens
   * @throws IOException if a text in it is no Unicode
   */
  TokenizerFile with(JsonNode json) throws IOException {
    Content other = new Content(Sha256.ofBytes(bytes(json)), json);
    synchronized (content) {
      other.specialTokens = content.specialTokens;
    }
    return new TokenizerFile(path, other);
  }

  private static JsonNode checked(Path path, byte[] content) throws IOException {
    JsonNode json;
    try {
      json = JSON.readTree(content);
    } catch (JsonProcessingException e) {
      throw notATokenizer(path, e.getOriginalMessage(), e);
    } catch (CharConversionException e) {
      throw notATokenizer(path, String.valueOf(e.getMessage()), e);
    }
    if (!json.path("model").isObject()) {
      throw notATokenizer(path, "it has no \"model\"", null);
    }
    try {
      TokenizerChecks.check(json);
    } catch (IllegalArgumentException e) {
      throw notATokenizer(path, String.valueOf(e.getMessage()), e);
    }
    return json;
  }

  /**
   * What the native library reads: everything but the decoder, which is of no use here.
   *
   * @throws IOException if a text in it is no Unicode
   */
  byte[] withoutDecoder() throws IOException {
    synchronized (content) {
      byte[] written = content.withoutDecoder;
      if (written == null) {
        written = writtenWithoutDecoder();
        content.withoutDecoder = written;
      }
      return written;
    }
  }

  private byte[] writtenWithoutDecoder() throws IOException {
    ObjectNode copy = JSON.createObjectNode();
    copy.setAll((ObjectNode) json());
    copy.remove("decoder");
    try {
      return JSON.writeValueAsBytes(copy);
    } catch (JsonProcessingException e) {
      throw notATokenizer(path, e.getOriginalMessage(), e);
    }
  }

  /** How many special tokens are added to a pair, which is counted once for a content. */
  int specialTokensOfAPair(Count count) throws IOException {
    synchronized (content) {
      if (content.specialTokens.isEmpty()) {
        content.specialTokens = OptionalInt.of(count.count());
      }
      return content.specialTokens.getAsInt();
    }
  }

  /** The SHA-256 of the file as it was read. */
  String sha256() {
    return content.sha256;
  }

  /** What the file holds, shared by all who read it: not to be changed. */
  JsonNode json() {
    return content.json;
  }

  /** A tokenizer as the text of a file. */
  static byte[] bytes(JsonNode tokenizer) throws IOException {
    return JSON.writeValueAsBytes(tokenizer);
  }

  /** The maximum length that the file states, in tokens. */
  int maxLength(int otherwise) {
    return json().path("truncation").path("max_length").asInt(otherwise);
  }

  /**
   * Checks that long texts are cut on the right.
   *
   * @throws IOException if they are cut on the left
   */
  void checkDirection() throws IOException {
    String direction = json().path("truncation").path("direction").asText("Right");
    if (!direction.equals("Right")) {
      throw new IOException(
          "%s truncates on the %s side, only Right is supported; change its truncation.direction"
              .formatted(path, direction));
    }
  }

  /** Which text of a pair is cut, in DJL's spelling. */
  String strategy() {
    return switch (json().path("truncation").path("strategy").asText()) {
      case "OnlyFirst" -> "ONLY_FIRST";
      case "OnlySecond" -> "ONLY_SECOND";
      default -> "LONGEST_FIRST";
    };
  }

  /** Whether both texts of a pair are encoded. */
  boolean encodesPairs() {
    return TokenizerChecks.pairsHaveTwoTexts(json().path("post_processor"));
  }

  /** One more than the highest id. */
  int vocabularySize() {
    JsonNode vocabulary = json().path("model").path("vocab");
    int highest = vocabulary.isArray() ? vocabulary.size() - 1 : -1;
    if (vocabulary.isObject()) {
      for (JsonNode id : vocabulary) {
        highest = Math.max(highest, id.asInt());
      }
    }
    for (JsonNode added : json().path("added_tokens")) {
      highest = Math.max(highest, added.path("id").asInt());
    }
    for (JsonNode added : TokenizerChecks.idsAddedBy(json().path("post_processor"))) {
      highest = Math.max(highest, added.asInt());
    }
    return highest + 1;
  }

  /** What to throw if the file is refused. */
  IOException refused(String reason, @Nullable Throwable cause) {
    return notATokenizer(path, reason, cause);
  }

  private static IOException notATokenizer(Path file, String reason, @Nullable Throwable cause) {
    return new IOException(
        "%s is not a tokenizer.json of Hugging Face: %s".formatted(file, reason), cause);
  }
}
